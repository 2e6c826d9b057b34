/**
 * From a grey picture to the 28x28 the network reads: recognizer/raster.py in
 * JavaScript. tests/golden/raster.json holds the two languages together.
 */
import { boxOf, look } from "./sheet.js";
import { render as traced } from "./tracing.js";

const DOT_SHARE = 0.03; // of the picture's shorter side

/**
 * What the network will see of a picture, {width, height, data}: 0 black to 255 white,
 * row by row. The ink may be darker or lighter than its paper.
 *
 * 784 values, row by row, 0 paper to 255 ink; null where there is no ink.
 */
export function normalise(grey) {
  const image = render(grey);
  // A clamped array rounds halves to even, as numpy's `rint` does.
  return image && Uint8ClampedArray.from(image, (value) => value * 255);
}

/** The same before rounding: 784 values in [0, 1], or null. */
export function render(grey) {
  const sheet = look(grey);
  if (sheet === null) return null;
  const { width, height } = boxOf(sheet, sheet.mask);
  if (Math.max(width, height) < DOT_SHARE * Math.min(grey.width, grey.height)) return null;
  return traced(sheet.depth, sheet.mask, sheet.level);
}
