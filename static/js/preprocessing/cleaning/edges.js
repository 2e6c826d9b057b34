/**
 * What reaches in over the picture's edge: a table, a shadow, a scan's corners, other ink;
 * recognizer/preprocessing/cleaning/edges.py in JavaScript, where the reasons stand.
 *
 * @import { Edges, Pieces } from "./pieces.js"
 */
import { around } from "./pieces.js";

const MIN_SIZE = 0.07;
const WRITING = 0.3;
const ALONG_EDGE = 0.45;
const CONTACT = 0.4;
const THICK = 2.0;
const OTHER_INK = 2.0;
const CLEAR = 0.04;
const ALONG = 0.9;

/**
 * Which of the kept pieces at the picture's edge are foreign to the writing in it.
 * @param {Pieces} pieces
 * @param {Int32Array} outlines the pixels of each piece's outline
 * @param {boolean[]} kept
 * @param {boolean} one whether there is one digit
 * @returns {boolean[]}
 */
export function fromOutside(pieces, outlines, kept, one) {
  const { width, height, boxes, areas, longer } = pieces;
  const contact = contactOf(pieces);
  const least = MIN_SIZE * Math.max(width, height);
  const along = kept.map((keep, number) => keep && contact[number] > ALONG_EDGE * outlines[number]);
  /** @type {(some: boolean[]) => number} */
  const longestOf = (some) => Math.max(0, ...longer.filter((_, number) => some[number]));
  const free = kept.map((keep, number) => keep && contact[number] === 0);
  const longest = longestOf(free);
  if (longest <= least) {
    const left = longestOf(kept.map((keep, number) => keep && !along[number]));
    return left > least ? along : kept.map(() => false);
  }
  const writing = kept.flatMap((_, number) =>
    free[number] && longer[number] >= WRITING * longest ? [number] : [],
  );
  const box = around(writing.map((number) => boxes[number]));
  /** @type {(table: ArrayLike<number>) => number} */
  const sum = (table) => writing.reduce((total, number) => total + table[number], 0);
  const pen = (2 * sum(areas)) / sum(outlines);
  return kept.map((keep, number) => {
    if (along[number]) return true;
    if (!keep || contact[number] === 0) return false;
    const isClear = apart(boxes[number], box) >= CLEAR * longest;
    if (isClear && contact[number] >= CONTACT * longer[number]) return true;
    if ((2 * areas[number]) / Math.max(outlines[number], 1) >= THICK * pen) return true;
    if (!one) return false;
    if (isClear && longer[number] <= OTHER_INK * (box[3] - box[1])) return true;
    return passesBy(pieces, number, box);
  });
}

/**
 * How many of each piece's pixels lie at the picture's edge.
 * @type {(pieces: Pieces) => Int32Array}
 */
function contactOf({ width, height, count, labels }) {
  const contact = new Int32Array(count);
  for (let column = 0; column < width; column++) {
    contact[labels[column]]++;
    contact[labels[(height - 1) * width + column]]++;
  }
  for (let row = 1; row < height - 1; row++) {
    contact[labels[row * width]]++;
    contact[labels[row * width + width - 1]]++;
  }
  return contact;
}

/**
 * The larger of the distances along and down by which two boxes lie apart.
 * @type {(one: Edges, other: Edges) => number}
 */
function apart(one, other) {
  return Math.max(one[0] - other[2], one[1] - other[3], other[0] - one[2], other[1] - one[3]);
}

/**
 * Whether a piece goes all along a side of the writing and not into it: a circle cut off.
 * @type {(pieces: Pieces, number: number, box: Edges) => boolean}
 */
function passesBy({ width, height, labels }, number, [left, top, right, bottom]) {
  const counts = [0, 0, 0, 0];
  /** @type {(column: number, row: number) => boolean} */
  const isInk = (column, row) => labels[row * width + column] === number;
  for (let row = top; row < bottom; row++) {
    const line = labels.subarray(row * width, (row + 1) * width);
    const [first, last] = [line.indexOf(number), line.lastIndexOf(number)];
    for (let column = left; column < right; column++) if (isInk(column, row)) return false;
    if (first >= 0 && first < left) counts[0]++;
    if (last >= right) counts[1]++;
  }
  for (let column = left; column < right; column++) {
    let [above, below] = [false, false];
    for (let row = 0; row < top && !above; row++) above = isInk(column, row);
    for (let row = bottom; row < height && !below; row++) below = isInk(column, row);
    if (above) counts[2]++;
    if (below) counts[3]++;
  }
  const shares = counts.map((count, side) => count / (side < 2 ? bottom - top : right - left));
  return Math.max(...shares) >= ALONG;
}
