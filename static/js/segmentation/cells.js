/**
 * A form's cells in lines of numbers: what stands in which, and which are empty;
 * recognizer/segmentation/cells.py in JavaScript.
 *
 * @import { Cell, Ink } from "../preprocessing/binarisation.js"
 * @import { Box } from "../preprocessing/glyph.js"
 */

const SHARED = 0.5; // of the lower one's height with the line that a cell is of

/** The cells in which no writing was found. @type {(ink: Ink) => Cell[]} */
export function unreadCells(ink) {
  return ink.cells.filter((cell) => cell.isEmpty || !isWrittenIn(ink, cell.box));
}

/** @type {(ink: Ink, cell: Box) => boolean} */
function isWrittenIn({ mask, scale, corner }, { x, y, width, height }) {
  /** @type {(value: number, start: number) => number} */
  const at = (value, start) => Math.max(0, Math.trunc((value - start) * scale));
  const [left, right] = [at(x, corner[0]), at(x + width, corner[0])];
  const [top, bottom] = [at(y, corner[1]), at(y + height, corner[1])];
  for (let row = top; row < Math.min(bottom, mask.height); row++) {
    const start = row * mask.width;
    const end = start + Math.min(right, mask.width);
    if (mask.data.subarray(start + left, end).includes(1)) return true;
  }
  return false;
}

/**
 * The cells of each line, null for one where there is nothing else, from the highest down.
 * @type {(lines: Box[], cells: Cell[]) => [line: number | null, cells: Cell[]][]}
 */
export function rowsOf(lines, cells) {
  /** @type {{ line: number | null, box: Box, own: Cell[] }[]} */
  const found = lines.map((box, line) => ({ line, box, own: [] }));
  for (const cell of cells) {
    let row = found.find(({ box }) => sharedOf(box, cell.box) >= SHARED);
    if (row === undefined) {
      row = { line: null, box: cell.box, own: [] };
      found.push(row);
    }
    row.own.push(cell);
  }
  return found
    .toSorted((one, other) => middleOf(one.box) - middleOf(other.box))
    .map(({ line, own }) => [line, own.toSorted((one, other) => one.box.x - other.box.x)]);
}

/** @type {(box: Box) => number} */
const middleOf = ({ y, height }) => y + height / 2;

/** How much of the lower one's height two boxes have in common. @type {(one: Box, other: Box) => number} */
function sharedOf(one, other) {
  const foot = Math.min(one.y + one.height, other.y + other.height);
  return (foot - Math.max(one.y, other.y)) / Math.min(one.height, other.height);
}

/**
 * The place of the cell that holds the middle of a box, -1 where none does.
 * @type {(box: Box, cells: Cell[]) => number}
 */
export function holding(box, cells) {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return cells.findIndex(
    ({ box: cell }) =>
      cell.x <= x && x < cell.x + cell.width && cell.y <= y && y < cell.y + cell.height,
  );
}
