/**
 * From a grey picture to the 28x28 the network reads: recognizer/raster.py in
 * JavaScript. tests/golden/raster.json and, for whole numbers, raster_numbers.json
 * hold the two languages together.
 */
import { candidates } from "../grouping.js";
import { maskOf, takenApart } from "./pieces.js";
import { boxOf, look } from "./sheet.js";
import { render as traced } from "./tracing.js";

const DOT_SHARE = 0.03; // of the picture's shorter side
const MOST_DIGITS = 32;

/** There are more digits than any number has; `code` is the API's own for it. */
export class TooLarge extends Error {
  code = "too_large";
}

/**
 * What the network will see of a picture, {width, height, data}: 0 black to 255 white,
 * row by row. The ink may be darker or lighter than its paper.
 *
 * 784 values, row by row, 0 paper to 255 ink; null where there is no ink.
 */
export function normalise(grey) {
  return found(grey)?.pixels ?? null;
}

/** What is seen, and where: { pixels, box } in the picture's own pixels, or null. */
export function found(grey) {
  const sheet = inked(grey);
  if (sheet === null) return null;
  const pixels = rounded(traced(sheet.depth, sheet.mask, sheet.level));
  return { pixels, box: boxOf(sheet, sheet.mask) };
}

/** What `normalise` gives before rounding: 784 values in [0, 1], or null. */
export function render(grey) {
  const sheet = inked(grey);
  return sheet && traced(sheet.depth, sheet.mask, sheet.level);
}

/**
 * What may be the digits of a whole number, for a network to choose from; see `best`
 * of numbers.js.
 *
 * `glyphs` are [{ pixels, box }], pixels as `normalise` gives them, boxes in the
 * picture's own pixels; `groups` are those of the glyphs, and after them decimal
 * points, minus signs and specks, which are passed over. Null where there is no digit;
 * throws `TooLarge` for more than any number has.
 */
export function digits(grey) {
  const found = apart(grey);
  if (found === null) return null;
  const { sheet, pieces, groups, signs } = found;
  const glyphs = groups.map((group) => {
    const mask = maskOf(pieces, group.pieces);
    return { pixels: rounded(traced(sheet.depth, mask, sheet.level)), box: boxOf(sheet, mask) };
  });
  return { glyphs, groups: [...groups, ...signs] };
}

/** Those glyphs' pixels before rounding, or null. */
export function renders(grey) {
  const found = apart(grey);
  if (found === null) return null;
  const { sheet, pieces, groups } = found;
  return groups.map((one) => traced(sheet.depth, maskOf(pieces, one.pieces), sheet.level));
}

/** The sheet, and which of its pieces may be digits. */
function apart(grey) {
  const sheet = inked(grey);
  if (sheet === null) return null;
  const pieces = takenApart(sheet.mask);
  const { digits: groups, signs } = candidates(pieces.boxes, false, pieces.chains);
  if (groups.length === 0) return null;
  if (groups.filter((group) => group.pieces.length === 1).length > MOST_DIGITS) {
    throw new TooLarge(`There are more than ${MOST_DIGITS} digits.`);
  }
  return { sheet, pieces, groups, signs };
}

/** The sheet of a picture; null where there is no ink, or only a dot. */
function inked(grey) {
  const sheet = look(grey);
  if (sheet === null) return null;
  const { width, height } = boxOf(sheet, sheet.mask);
  return Math.max(width, height) < DOT_SHARE * Math.min(grey.width, grey.height) ? null : sheet;
}

/** A clamped array rounds halves to even, as numpy's `rint` does. */
function rounded(image) {
  return Uint8ClampedArray.from(image, (value) => value * 255);
}
