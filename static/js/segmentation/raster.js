/**
 * A picture of whole numbers, taken apart: recognizer/segmentation/raster.py in JavaScript.
 * tests/golden/raster_numbers.json holds the two languages together.
 *
 * @import { Cell, Ink } from "../preprocessing/binarisation.js"
 * @import { Box } from "../preprocessing/glyph.js"
 * @import { Grey, Mask } from "../preprocessing/picture.js"
 * @import { Pieces } from "./components.js"
 * @import { Group } from "./grouping.js"
 * @import { Lattice } from "./lattice.js"
 */
import { boxOf, isEmptyForm } from "../preprocessing/binarisation.js";
import { glyphOf, inkOf } from "../preprocessing/raster.js";
import { render as traced } from "../preprocessing/stroke-width.js";
import { holding, rowsOf, unreadCells } from "./cells.js";
import { linesOfMask, maskOf, momentsOfPieces, TooLarge, takenApart } from "./components.js";
import { around, candidates } from "./grouping.js";
import { traitsOf } from "./signs.js";

const MAX_DIGITS = 32;

/**
 * What may be the digits of whole numbers, one a line, from the highest down; null and throws as
 * `digits`. Cells of a form in which nothing is written are on their lines.
 *
 * @param {Grey} grey
 * @returns {Lattice[] | null}
 */
export function lines(grey) {
  const ink = inkOf(grey, false);
  if (ink === null) return null;
  const masks = isEmptyForm(ink) ? [] : linesOfMask(ink.mask);
  const boxes = masks.map((mask) => boxOf(ink, mask));
  const found = rowsOf(boxes, unreadCells(ink)).map(([line, unread]) =>
    line === null ? ofCells(unread) : latticeOf(ink, masks[line], unread),
  );
  return found.every((lattice) => lattice !== null) ? found : null;
}

/**
 * What may be the digits of a whole number on one line, for a network to choose from; see
 * `marksOf` of lattice.js.
 *
 * Boxes are in the picture's own pixels. Signs and specks are among the groups. Null where there
 * is no digit; throws `TooLarge` for more than any number has.
 *
 * @param {Grey} grey
 * @returns {Lattice | null}
 */
export function digits(grey) {
  const ink = inkOf(grey, false);
  return ink && !isEmptyForm(ink) ? latticeOf(ink, ink.mask) : null;
}

/** A line of nothing but cells in which nothing was found. @type {(unread: Cell[]) => Lattice} */
function ofCells(unread) {
  const places = unread.map((cell) => ({ ...cell, middle: cell.box.x + cell.box.width / 2 }));
  const nothing = { glyphs: [], groups: [], boxes: [], upright: [], traits: [] };
  return { ...nothing, byPen: false, cells: [], unread: places };
}

/** @type {(ink: Ink, mask: Mask, unread?: Cell[]) => Lattice | null} */
function latticeOf(ink, mask, unread = []) {
  const found = partsOf(ink, mask);
  if (found === null) return null;
  const { pieces, groups, signs } = found;
  const glyphs = groups.map((group) => ({
    ...glyphOf(ink, maskOf(pieces, group.pieces)),
    beside: group.pieces.length === 1 ? pieces.read.get(group.pieces[0]) : undefined,
  }));
  const every = [...groups, ...signs];
  const low = signs.map((group) => boxOf(ink, maskOf(pieces, group.pieces)));
  const boxes = [...glyphs.map(({ box }) => box), ...low];
  return {
    glyphs,
    groups: every,
    boxes,
    upright: around(pieces.boxes, every),
    traits: traitsOf(
      pieces.boxes,
      momentsOfPieces(pieces),
      every.map((group) => group.pieces),
      [...pieces.cut],
    ),
    byPen: false,
    certain: every.map((group) => certainOf(pieces, group)),
    cells: boxes.map((box) => holding(box, ink.cells)),
    unread: unread.map((cell) => ({ ...cell, middle: middleOf(ink, cell.box, pieces.slant) })),
  };
}

/**
 * How surely a group is one character, by what was read of all that it touched.
 * @type {(found: Pieces, group: Group) => number}
 */
function certainOf({ read, certain }, { pieces }) {
  const counting = pieces.filter((piece) => pieces.length === 1 || !read.has(piece));
  return Math.min(1, ...counting.map((piece) => certain.get(piece) ?? 1));
}

/**
 * Where a cell's middle is in x once the slant is taken away.
 * @type {(ink: Ink, cell: Box, slant: number) => number}
 */
function middleOf({ corner, scale }, { x, y, width, height }, slant) {
  const along = (x + width / 2 - corner[0]) * scale;
  return along - slant * (y + height / 2 - corner[1]) * scale;
}

/**
 * Those glyphs' pixels before rounding, or null.
 * @param {Grey} grey
 * @returns {Float64Array[] | null}
 */
export function renders(grey) {
  const ink = inkOf(grey, false);
  const found = ink && !isEmptyForm(ink) ? partsOf(ink, ink.mask) : null;
  if (ink === null || found === null) return null;
  const { pieces, groups } = found;
  return groups.map((one) => traced(ink.depth, maskOf(pieces, one.pieces), ink.level));
}

/**
 * The pieces of the ink of one line, and which of them may be digits.
 * @param {Ink} ink
 * @param {Mask} mask
 * @returns {{ pieces: Pieces, groups: Group[], signs: Group[] } | null}
 */
function partsOf(ink, mask) {
  const pieces = takenApart(mask, ink.depth, ink.level);
  const standing = (ink.cells.length > 0 ? pieces.boxes : []).map((_, piece) =>
    holding(boxOf(ink, maskOf(pieces, [piece])), ink.cells),
  );
  const found = candidates(pieces.boxes, false, pieces.chains, standing);
  const { digits: groups, signs } = found;
  // Without a piece that can be one by itself, nothing might be left once all are shared out.
  if (!groups.some((group) => group.pieces.length === 1)) return null;
  if (groups.filter((group) => group.pieces.length === 1).length > MAX_DIGITS) {
    throw new TooLarge(`There are more than ${MAX_DIGITS} digits.`);
  }
  return { pieces, groups, signs };
}
