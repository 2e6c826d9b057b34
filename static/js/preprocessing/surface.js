/**
 * The grey of a thumbnail's paper, light being uneven; part of illumination.py.
 *
 * @import { Grey, Picture } from "./picture.js"
 */
import { mapped, rint } from "./picture.js";

const RIM_OF_PAPER = 0.85;
const SMOOTH = 10.1; // grey levels

/**
 * The paper's grey as a quadratic surface fitted to the rim, or level where it does not fit.
 * @param {Grey} thumb
 * @returns {Picture<Float32Array>} in grey levels
 */
export function surfaceOf(thumb) {
  const { width, height, data } = thumb;
  /** @type {(at: number) => number[]} */
  const terms = (at) => {
    const x = (at % width) * (2 / (width - 1)) - 1;
    const y = Math.floor(at / width) * (2 / (height - 1)) - 1;
    return [1, x, y, x * x, x * y, y * y];
  };
  const rim = rimOf(width, height).map((at) => ({ grey: data[at], terms: terms(at) }));
  let paper = rim;
  /** @type {number[]} */
  let weights = [];
  for (let time = 0; time < 3; time++) {
    weights = fitted(paper);
    paper = rim.filter((pixel) => Math.abs(dot(pixel.terms, weights) - pixel.grey) < SMOOTH);
    if (paper.length / rim.length < RIM_OF_PAPER) {
      const level = median(rim.map((pixel) => pixel.grey));
      return mapped(thumb, Float32Array, () => level);
    }
  }
  return mapped(thumb, Float32Array, (at) => {
    const grey = Math.min(Math.max(dot(terms(at), weights), 0), 255);
    return rint(grey * 1024) / 1024;
  });
}

/**
 * The places of a picture's outermost pixels.
 * @type {(width: number, height: number) => number[]}
 */
function rimOf(width, height) {
  const all = Array.from({ length: width * height }, (_, at) => at);
  return all.filter((at) => {
    const column = at % width;
    return at < width || at >= width * (height - 1) || column === 0 || column === width - 1;
  });
}

/** @type {(one: number[], other: number[]) => number} */
const dot = (one, other) => one.reduce((sum, value, index) => sum + value * other[index], 0);

/** @type {(values: number[]) => number} */
function median(values) {
  const inOrder = values.toSorted((a, b) => a - b);
  const middle = inOrder.length >> 1;
  return inOrder.length % 2 ? inOrder[middle] : (inOrder[middle - 1] + inOrder[middle]) / 2;
}

/**
 * Least squares with a small ridge.
 * @type {(sample: { grey: number, terms: number[] }[]) => number[]}
 */
function fitted(sample) {
  const size = 6;
  const rows = Array.from({ length: size }, (_, row) =>
    Array.from({ length: size + 1 }, (_, column) => {
      /** @type {(pixel: { grey: number, terms: number[] }) => number} */
      const value = (pixel) => (column < size ? pixel.terms[column] : pixel.grey);
      const sum = sample.reduce((total, pixel) => total + pixel.terms[row] * value(pixel), 0);
      return row === column ? sum + 1e-6 * sample.length : sum;
    }),
  );
  return solved(rows);
}

/**
 * Gauss' elimination of [matrix | right side]; the matrix is positive definite.
 * @type {(rows: number[][]) => number[]}
 */
function solved(rows) {
  rows.forEach((row, index) => {
    for (const other of rows.slice(index + 1)) {
      const share = other[index] / row[index];
      row.forEach((value, column) => (other[column] -= share * value));
    }
  });
  /** @type {number[]} */
  const weights = new Array(rows.length).fill(0);
  for (let index = rows.length - 1; index >= 0; index--) {
    const known = dot(weights, rows[index].slice(0, -1));
    weights[index] = (rows[index][rows.length] - known) / rows[index][index];
  }
  return weights;
}
