/**
 * Reduction by area average, in whole numbers: recognizer/preprocessing/resampling.py.
 *
 * @import { Picture } from "./picture.js"
 */

/**
 * Each pixel of the smaller picture is the mean of what it lies on; doubles.
 * @param {Picture} picture
 * @param {number} newWidth at most the old
 * @param {number} newHeight at most the old
 * @returns {Picture<Float64Array>}
 */
export function averaged({ width, height, data }, newWidth, newHeight) {
  const columns = covered(width, newWidth);
  const small = new Float64Array(newWidth * newHeight);
  covered(height, newHeight).forEach((rows, row) => {
    const line = new Float64Array(width);
    for (const [from, share] of rows) {
      for (let at = 0; at < width; at++) line[at] += share * data[from * width + at];
    }
    columns.forEach((parts, column) => {
      const sum = parts.reduce((total, [at, share]) => total + share * line[at], 0);
      small[row * newWidth + column] = sum / (width * height);
    });
  });
  return { width: newWidth, height: newHeight, data: small };
}

/**
 * For each of `length` pixels in place of `old`: which of the old it lies on, and on how
 * much of each. An old pixel is `length` wide and a new one `old`.
 *
 * @type {(old: number, length: number) => [pixel: number, share: number][][]}
 */
function covered(old, length) {
  return Array.from({ length }, (_, index) => {
    const [start, end] = [index * old, (index + 1) * old];
    /** @type {[number, number][]} */
    const parts = [];
    for (let pixel = Math.floor(start / length); pixel * length < end; pixel++) {
      parts.push([pixel, Math.min(end, (pixel + 1) * length) - Math.max(start, pixel * length)]);
    }
    return parts;
  });
}
