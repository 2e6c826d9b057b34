/**
 * Pictures as {width, height, data}, row by row; what of OpenCV the raster path needs.
 *
 * Each does in whole numbers what OpenCV does, so both languages have the same bits.
 *
 * @import { Box } from "./glyph.js"
 *
 * @typedef {{ width: number, height: number }} Size in pixels
 * @typedef {Uint8Array | Int32Array | Float32Array | Float64Array} Pixels
 * @typedef {Picture} Grey 0 black to 255 white
 * @typedef {Picture} Mask 1 ink, 0 paper
 */

/**
 * @template {Pixels} [Data=Uint8Array]
 * @typedef {Size & { data: Data }} Picture
 */

/**
 * Half to even, as IEEE rounds and numpy does.
 * @type {(value: number) => number}
 */
export function rint(value) {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/**
 * A picture of the same size, filled by value(index).
 * @template {Pixels} Data
 * @param {Size} size
 * @param {new (length: number) => Data} Kind of array
 * @param {(index: number) => number} value
 * @returns {Picture<Data>}
 */
export function mapped({ width, height }, Kind, value) {
  const data = new Kind(width * height);
  for (let index = 0; index < data.length; index++) data[index] = value(index);
  return { width, height, data };
}

/**
 * Each of its 256 values replaced by another.
 * @param {Picture} picture
 * @param {(old: number) => number} value from 0 to 255, of 0 to 255
 * @returns {Picture}
 */
export function translated({ width, height, data }, value) {
  const table = Uint8Array.from({ length: 256 }, (_, old) => value(old));
  const changed = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) changed[at] = table[data[at]];
  return { width, height, data: changed };
}

/**
 * The part from (left, top); what lies outside of the picture is 0.
 * @template {Pixels} Data
 * @param {Picture<Data>} picture
 * @param {number} left
 * @param {number} top
 * @param {number} newWidth
 * @param {number} newHeight
 * @returns {Picture<Data>}
 */
export function cut({ width, height, data }, left, top, newWidth, newHeight) {
  const part = new (kindOf(data))(newWidth * newHeight);
  const from = Math.max(left, 0);
  const to = Math.min(left + newWidth, width);
  const last = Math.min(top + newHeight, height);
  for (let row = Math.max(top, 0); row < last && from < to; row++) {
    const line = data.subarray(row * width + from, row * width + to);
    part.set(line, (row - top) * newWidth + from - left);
  }
  return { width: newWidth, height: newHeight, data: part };
}

/**
 * The kind of array that these pixels are.
 * @template {Pixels} Data
 * @param {Data} data
 */
function kindOf(data) {
  return /** @type {new (length: number) => Data} */ (data.constructor);
}

/**
 * Half as wide and high: a pixel is the mean of four, halves rounded up.
 * @param {Picture} picture
 * @returns {Picture}
 */
export function halved({ width, height, data }) {
  const half = { width: width >> 1, height: height >> 1 };
  const small = new Uint8Array(half.width * half.height);
  for (let row = 0, index = 0; row < half.height; row++) {
    for (let at = 2 * row * width, column = 0; column < half.width; column++, at += 2) {
      const sum = data[at] + data[at + 1] + data[at + width] + data[at + width + 1];
      small[index++] = (sum + 2) >> 2;
    }
  }
  return { ...half, data: small };
}

/**
 * Linear interpolation in steps of 1/256 between pixels, as cv2.INTER_LINEAR_EXACT.
 * @param {Picture} picture
 * @param {number} newWidth
 * @param {number} newHeight
 * @returns {Picture}
 */
export function stretched({ width, height, data }, newWidth, newHeight) {
  const columns = neighbours(width, newWidth);
  const rows = neighbours(height, newHeight);
  const large = new Uint8Array(newWidth * newHeight);
  const line = new Int32Array(width);
  for (let row = 0, index = 0; row < newHeight; row++) {
    const upper = rows.first[row] * width;
    const lower = rows.second[row] * width;
    const down = rows.weight[row];
    for (let column = 0; column < width; column++) {
      line[column] = (256 - down) * data[upper + column] + down * data[lower + column];
    }
    for (let column = 0; column < newWidth; column++) {
      const left = line[columns.first[column]];
      const right = line[columns.second[column]];
      const across = columns.weight[column];
      large[index++] = ((256 - across) * left + across * right + 32768) >>> 16;
    }
  }
  return { width: newWidth, height: newHeight, data: large };
}

/**
 * The two old pixels on either side of each new one, and the second's weight of 256.
 * @type {(old: number, length: number) => Record<"first" | "second" | "weight", Int32Array>}
 */
function neighbours(old, length) {
  const [first, second, weight] = [0, 1, 2].map(() => new Int32Array(length));
  for (let index = 0; index < length; index++) {
    const place = (old / length) * (index + 0.5) - 0.5;
    const low = Math.floor(place);
    first[index] = Math.min(Math.max(low, 0), old - 1);
    second[index] = Math.min(low + 1, old - 1);
    if (low >= 0 && low < old - 1) weight[index] = rint((place - low) * 256);
  }
  return { first, second, weight };
}

/**
 * Each pixel `times` as wide and high.
 * @template {Pixels} Data
 * @param {Picture<Data>} picture
 * @param {number} times
 * @returns {Picture<Data>}
 */
export function repeated({ width, height, data }, times) {
  const size = { width: times * width, height: times * height };
  return mapped(size, kindOf(data), (index) => {
    const row = Math.floor(Math.floor(index / size.width) / times);
    return data[row * width + Math.floor((index % size.width) / times)];
  });
}

/**
 * The box around all the ones of a mask.
 * @param {Mask} mask
 * @returns {Box} of no size where there is no one
 */
export function boundingBox({ width, height, data }) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let row = 0; row < height; row++) {
    const line = data.subarray(row * width, (row + 1) * width);
    const first = line.indexOf(1);
    if (first < 0) continue;
    left = Math.min(left, first);
    right = Math.max(right, line.lastIndexOf(1));
    top = Math.min(top, row);
    bottom = row;
  }
  if (right < 0) return { x: 0, y: 0, width: 0, height: 0 };
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}
