/**
 * Which pixels of a mask are connected, over corners too.
 *
 * @import { Mask } from "./picture.js"
 *
 * @typedef {object} Components
 * @property {number} count with the paper
 * @property {Int32Array} labels each pixel's component
 * @property {number[][]} boxes [x, y, width, height]; the paper's means nothing
 * @property {Int32Array} areas in pixels
 */

/**
 * The connected components: 0 is the paper, the others are numbered as they come row by row.
 *
 * @param {Mask} mask
 * @returns {Components}
 */
export function connectedComponents({ width, height, data }) {
  const labels = new Int32Array(data.length);
  const parents = [0];
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      if (data[at] === 0) continue;
      labels[at] = labelOf(labels, parents, at, width, column > 0, row > 0, column + 1 < width);
      if (labels[at] === parents.length) parents.push(labels[at]);
    }
  }
  return measured(width, labels, numbered(parents));
}

/**
 * The label of the neighbours already seen, which this pixel joins, or a new one.
 * @param {Int32Array} labels
 * @param {number[]} parents
 * @param {number} at
 * @param {number} width
 * @param {boolean} hasLeft
 * @param {boolean} hasUpper
 * @param {boolean} hasRight
 */
function labelOf(labels, parents, at, width, hasLeft, hasUpper, hasRight) {
  const upper = hasUpper ? labels[at - width] : 0;
  if (upper > 0) return upper; // it has joined the other three already
  const left = hasLeft ? labels[at - 1] : 0;
  const upperLeft = hasLeft && hasUpper ? labels[at - width - 1] : 0;
  const upperRight = hasRight && hasUpper ? labels[at - width + 1] : 0;
  const label = left || upperLeft;
  if (label > 0 && upperRight > 0) join(parents, label, upperRight);
  return label || upperRight || parents.length;
}

/** @type {(parents: number[], one: number, other: number) => void} */
function join(parents, one, other) {
  const [low, high] = [rootOf(parents, one), rootOf(parents, other)].sort((a, b) => a - b);
  parents[high] = low;
}

/** @type {(parents: number[], label: number) => number} */
function rootOf(parents, label) {
  while (parents[label] !== label) {
    parents[label] = parents[parents[label]];
    label = parents[label];
  }
  return label;
}

/**
 * Each label's number: roots are counted, the others have their root's.
 * @type {(parents: number[]) => { numbers: Int32Array, count: number }}
 */
function numbered(parents) {
  const numbers = new Int32Array(parents.length);
  let count = 1;
  for (let label = 1; label < parents.length; label++) {
    // A root is the lowest label of its component, so it has its number already.
    numbers[label] = parents[label] === label ? count++ : numbers[rootOf(parents, label)];
  }
  return { numbers, count };
}

/**
 * @param {number} width
 * @param {Int32Array} labels
 * @param {{ numbers: Int32Array, count: number }} components
 * @returns {Components}
 */
function measured(width, labels, { numbers, count }) {
  const areas = new Int32Array(count);
  const sides = Array.from({ length: count }, () => [Infinity, Infinity, -1, -1]);
  for (let at = 0, row = 0, column = 0; at < labels.length; at++) {
    const number = numbers[labels[at]];
    labels[at] = number;
    areas[number]++;
    if (number > 0) {
      const side = sides[number];
      if (column < side[0]) side[0] = column;
      if (row < side[1]) side[1] = row;
      if (column > side[2]) side[2] = column;
      side[3] = row;
    }
    if (++column === width) {
      column = 0;
      row++;
    }
  }
  const boxes = sides.map(([left, top, right, bottom]) =>
    right < 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1],
  );
  return { count, labels, boxes, areas };
}
