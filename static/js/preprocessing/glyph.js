/**
 * What the network sees: recognizer/preprocessing/glyph.py in JavaScript.
 *
 * @typedef {{ x: number, y: number, width: number, height: number }} Box (x, y) is its upper left
 *
 * @typedef {object} Glyph one normalised digit
 * @property {Uint8ClampedArray} pixels 784, row by row, 0 paper to 255 ink
 * @property {Uint8ClampedArray | null} motion the 640 bytes of motion.js; null of a picture, of
 * which nobody knows how it was written
 * @property {Box} box of the ink, in the unit of what was normalised
 * @property {number[]} [beside] of a character that touches others: the eleven probabilities of what
 * was read of it beside them (segmentation/touching.js)
 */

export const NORMALISATION = 2;
export const SIZE = 28; // pixels a side
export const BODY = 20; // the longer side of the ink, pen included, in pixels
export const CENTRE = 13.5; // where the centre of mass goes
export const PEN = 2; // diameter of the round pen, in pixels
export const MAPS = [8, 8, 10]; // rows and columns of cells, and channels, of the pen's motion

/**
 * Values of 0 or more -> bytes, of which so many `steps` are 1; what is above 255 is cut off.
 * @param {Float64Array} values
 * @param {number} steps
 * @returns {Uint8ClampedArray}
 */
export function bytesOf(values, steps) {
  // A clamped array rounds halves to even, as numpy's `rint` does.
  const bytes = new Uint8ClampedArray(values.length);
  for (let at = 0; at < values.length; at++) bytes[at] = values[at] * steps;
  return bytes;
}
