/**
 * The distance transform: how far each pixel is from the nearest that is 0, exactly.
 *
 * @import { Picture, Pixels } from "./picture.js"
 *
 * @typedef {Picture<Float32Array>} DistanceMap in pixels
 */

/**
 * The DistanceMap of a picture. At least one of its pixels must be 0.
 *
 * Meijster, Roerdink and Hesselink, "A General Algorithm for Computing Distance
 * Transforms in Linear Time" (2000).
 *
 * @param {Picture<Pixels>} picture
 * @returns {DistanceMap}
 */
export function distances({ width, height, data }) {
  const far = width + height;
  const gaps = new Int32Array(width * height); // to the nearest 0 of the column
  for (let column = 0; column < width; column++) {
    let gap = far;
    for (let at = column; at < data.length; at += width) {
      gap = data[at] === 0 ? 0 : Math.min(gap + 1, far);
      gaps[at] = gap;
    }
    for (let at = data.length - width + column; at >= 0; at -= width) {
      gap = Math.min(gaps[at], gap + 1);
      gaps[at] = gap;
    }
  }
  const map = new Float32Array(width * height);
  const columns = new Int32Array(width); // whose column is nearest,
  const starts = new Int32Array(width); // and from where on
  for (let row = 0; row < height; row++) {
    fillRow(gaps.subarray(row * width, (row + 1) * width), map, row * width, columns, starts);
  }
  return { width, height, data: map };
}

/**
 * @param {Int32Array} gaps
 * @param {Float32Array} map
 * @param {number} offset
 * @param {Int32Array} columns
 * @param {Int32Array} starts
 */
function fillRow(gaps, map, offset, columns, starts) {
  const width = gaps.length;
  /** @type {(place: number, column: number) => number} */
  const squared = (place, column) => (place - column) ** 2 + gaps[column] ** 2;
  let last = 0;
  columns[0] = 0;
  starts[0] = 0;
  for (let column = 1; column < width; column++) {
    while (last >= 0 && squared(starts[last], columns[last]) > squared(starts[last], column)) {
      last--;
    }
    if (last < 0) {
      last = 0;
      columns[0] = column;
      continue;
    }
    const other = columns[last];
    const rise = column ** 2 - other ** 2 + gaps[column] ** 2 - gaps[other] ** 2;
    const start = 1 + Math.floor(rise / (2 * (column - other)));
    if (start < width) {
      last++;
      columns[last] = column;
      starts[last] = start;
    }
  }
  for (let place = width - 1; place >= 0; place--) {
    map[offset + place] = Math.sqrt(squared(place, columns[last]));
    if (place === starts[last]) last--;
  }
}
