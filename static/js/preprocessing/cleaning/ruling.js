/**
 * Parallel lines across a mask, as on ruled and squared paper; ruling.py in JavaScript.
 *
 * @import { Mask } from "../picture.js"
 *
 * @typedef {{ start: number, rows: number[], thickness: number, isPale?: boolean }} Line the row of
 * each column from `start` on, in pixels
 */
import { dilated } from "../morphology.js";
import { rint } from "../picture.js";

const MAX_THICKNESS = 0.03;
const MAX_SLOPE = 0.1;
const MIN_SEEN = 0.8;
const SAMPLES = 50;
const MAX_LINES = 40;

/**
 * The mask without lines along it or upright.
 * @param {Mask} mask
 * @returns {Mask}
 */
export function withoutRuling(mask) {
  const upright = linesOf(transposed(mask));
  const cleared = withoutLines(mask, linesOf(mask));
  if (upright.length < 2) return cleared;
  return transposed(withoutLines(transposed(cleared), upright));
}

/**
 * Rows as columns.
 * @type {(mask: Mask) => Mask}
 */
export function transposed({ width, height, data }) {
  const turned = new Uint8Array(data.length);
  for (let row = 0, at = 0; row < height; row++) {
    for (let to = row; to < data.length; to += height) turned[to] = data[at++];
  }
  return { width: height, height: width, data: turned };
}

/** @type {(mask: Mask, lines: Line[]) => Mask} */
function withoutLines(mask, lines) {
  // A single one may be the bar of a 7 that fills the picture.
  if (lines.length < 2) return mask;
  const erased = { ...mask, data: mask.data.slice() };
  for (const line of lines) erase(erased, line);
  return erased;
}

/**
 * Lines from the left edge to the right.
 * @type {(mask: Mask) => Line[]}
 */
function linesOf(mask) {
  const { width, height } = mask;
  const thickest = Math.max(2, rint(MAX_THICKNESS * height));
  const inset = Math.min(2, width >> 3);
  const starts = runs(mask, inset, thickest);
  const ends = runs(mask, width - 1 - inset, thickest);
  if (ends.length === 0 || Math.max(starts.length, ends.length) > MAX_LINES) return [];
  const near = dilated(mask, 0, 1);
  const columns = interpolated(0, 2 * (width - 1), SAMPLES);
  /** @type {(start: number, end: number) => number} */
  const seen = (start, end) => {
    if (Math.abs(end - start) > 2 * MAX_SLOPE * width) return 0;
    const rows = interpolated(start, end, SAMPLES);
    return (
      columns.filter((column, sample) => near.data[rows[sample] * width + column]).length / SAMPLES
    );
  };
  return starts.flatMap(({ middle, length }) => {
    const shares = ends.map((end) => seen(middle, end.middle));
    const best = Math.max(...shares);
    if (best < MIN_SEEN) return [];
    return [
      {
        start: 0,
        rows: interpolated(middle, ends[shares.indexOf(best)].middle, width),
        thickness: length,
      },
    ];
  });
}

/**
 * Whole numbers from half of `start` to half of `end`, rounded down.
 * @type {(start: number, end: number, steps: number) => number[]}
 */
function interpolated(start, end, steps) {
  const last = steps - 1;
  return Array.from({ length: steps }, (_, step) =>
    Math.floor((start * last + (end - start) * step) / (2 * last)),
  );
}

/**
 * Twice the middle, and the length, of each run of ink in a column that a line can make.
 * @type {(mask: Mask, column: number, longest: number) => { middle: number, length: number }[]}
 */
function runs({ width, height, data }, column, longest) {
  const found = [];
  let start = -1;
  for (let row = 0; row <= height; row++) {
    const ink = row < height && data[row * width + column] > 0;
    if (ink && start < 0) start = row;
    if (ink || start < 0) continue;
    if (row - start <= longest) found.push({ middle: start + row, length: row - start });
    start = -1;
  }
  return found;
}

/**
 * Takes a line away where no stroke crosses it.
 * @type {(mask: Mask, line: Line) => void}
 */
export function erase(mask, { start, rows, thickness }) {
  const { width, height, data } = mask;
  const reach = (thickness >> 1) + 1;
  const beside = dilated(mask, 1, 0).data;
  /** @type {(row: number, column: number) => number} */
  const place = (row, column) => Math.min(Math.max(row, 0), height - 1) * width + column;
  rows.forEach((row, along) => {
    const column = start + along;
    const above = beside[place(row - reach - 1, column)];
    const below = beside[place(row + reach + 1, column)];
    if (above && below) return;
    for (let shift = -reach; shift <= reach; shift++) data[place(row + shift, column)] = 0;
  });
}
