/**
 * From a grey picture to the 28x28 the network reads: recognizer/preprocessing/raster.py
 * in JavaScript. tests/golden/raster.json holds the two languages together.
 *
 * @import { Ink } from "./binarisation.js"
 * @import { Glyph } from "./glyph.js"
 * @import { Grey, Mask } from "./picture.js"
 */
import { binarise, boxOf, isEmptyForm } from "./binarisation.js";
import { bytesOf } from "./glyph.js";
import { render as traced } from "./stroke-width.js";

const DOT_SHARE = 0.03; // of the picture's shorter side

/**
 * What the network will see of a picture; null where there is no ink. The ink may be darker or
 * lighter than its paper; its box is in the picture's own pixels.
 *
 * @param {Grey} grey
 * @returns {Glyph | null}
 */
export function normalise(grey) {
  const ink = inkOf(grey);
  return ink && !isEmptyForm(ink) ? glyphOf(ink, ink.mask) : null;
}

/**
 * The glyph's pixels before rounding: 784 values in [0, 1], or null.
 * @param {Grey} grey
 * @returns {Float64Array | null}
 */
export function render(grey) {
  const ink = inkOf(grey);
  return ink && !isEmptyForm(ink) ? traced(ink.depth, ink.mask, ink.level) : null;
}

/**
 * The ink of a picture, as `binarise` gives it; null where there is no ink, or only a dot. An
 * empty form has none either, but cells.
 * @param {Grey} grey
 * @param {boolean} [one] whether there is one digit
 * @returns {Ink | null}
 */
export function inkOf(grey, one = true) {
  const ink = binarise(grey, one);
  if (ink === null || isEmptyForm(ink)) return ink;
  const { width, height } = boxOf(ink, ink.mask);
  return Math.max(width, height) < DOT_SHARE * Math.min(grey.width, grey.height) ? null : ink;
}

/**
 * The ink under a mask: see `normalise`.
 * @param {Ink} ink
 * @param {Mask} mask
 * @returns {Glyph}
 */
export function glyphOf(ink, mask) {
  const pixels = bytesOf(traced(ink.depth, mask, ink.level), 255);
  return { pixels, motion: null, box: boxOf(ink, mask) };
}
