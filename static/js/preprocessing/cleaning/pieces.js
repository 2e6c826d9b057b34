/**
 * The connected pieces of a mask; recognizer/preprocessing/cleaning/pieces.py in JavaScript.
 *
 * @import { Mask } from "../picture.js"
 *
 * @typedef {[left: number, top: number, right: number, bottom: number]} Edges the last two past it
 *
 * @typedef {object} Pieces number 0 is the paper
 * @property {number} width of the mask
 * @property {number} height
 * @property {number} count
 * @property {Int32Array} labels
 * @property {Edges[]} boxes
 * @property {number[]} areas in pixels
 * @property {number[]} longer the longer side of each
 */
import { connectedComponents } from "../labelling.js";

/**
 * What is connected, over corners too.
 * @param {Mask} mask
 * @returns {Pieces}
 */
export function piecesOf(mask) {
  const { count, labels, boxes: sizes, areas } = connectedComponents(mask);
  /** @type {Edges[]} */
  const boxes = sizes.map(([x, y, width, height], number) =>
    number === 0 ? [0, 0, 0, 0] : [x, y, x + width, y + height],
  );
  const longer = boxes.map((box) => Math.max(widthOf(box), heightOf(box)));
  const { width, height } = mask;
  return { width, height, count, labels, boxes, areas: Array.from(areas), longer };
}

/** @type {(box: Edges) => number} */
export const widthOf = (box) => box[2] - box[0];

/** @type {(box: Edges) => number} */
export const heightOf = (box) => box[3] - box[1];

/**
 * One piece alone, cut to its box.
 * @type {(pieces: Pieces, number: number) => Mask}
 */
export function within({ width, labels, boxes }, number) {
  const [left, top] = boxes[number];
  const size = { width: widthOf(boxes[number]), height: heightOf(boxes[number]) };
  const data = new Uint8Array(size.width * size.height);
  for (let at = 0, row = 0; row < size.height; row++) {
    const start = (top + row) * width + left;
    for (let column = 0; column < size.width; column++, at++) {
      data[at] = labels[start + column] === number ? 1 : 0;
    }
  }
  return { ...size, data };
}

/**
 * The mask of some pieces.
 * @type {(pieces: Pieces, kept: boolean[]) => Mask}
 */
export function maskOf({ width, height, labels }, kept) {
  const stays = Uint8Array.from(kept, (keep, number) => (keep && number > 0 ? 1 : 0));
  const data = new Uint8Array(labels.length);
  for (let at = 0; at < data.length; at++) data[at] = stays[labels[at]];
  return { width, height, data };
}

/**
 * For each piece, how many of its pixels are in a mask.
 * @type {(pieces: Pieces, mask: Mask) => Int32Array}
 */
export function countsIn({ labels, count }, { data }) {
  const counts = new Int32Array(count);
  for (let at = 0; at < data.length; at++) if (data[at] > 0) counts[labels[at]]++;
  return counts;
}

/**
 * The pieces of a mask that have a pixel in the other.
 * @type {(mask: Mask, other: Mask) => Mask}
 */
export function touching(mask, other) {
  const pieces = piecesOf(mask);
  return maskOf(
    pieces,
    Array.from(countsIn(pieces, other), (count) => count > 0),
  );
}

/**
 * The box around some boxes, at least one.
 * @type {(boxes: Edges[]) => Edges}
 */
export function around(boxes) {
  const [lefts, tops, rights, bottoms] = [0, 1, 2, 3].map((side) => boxes.map((box) => box[side]));
  return [Math.min(...lefts), Math.min(...tops), Math.max(...rights), Math.max(...bottoms)];
}

/**
 * The pixels of a mask at its edge or at the picture's.
 * @param {Mask} mask
 * @returns {Mask}
 */
export function outlineOf({ width, height, data }) {
  const outline = new Uint8Array(data.length);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      if (data[at] === 0) continue;
      const inside = row > 0 && row < height - 1 && column > 0 && column < width - 1;
      if (!inside || !isSurrounded(data, at, width)) outline[at] = 1;
    }
  }
  return { width, height, data: outline };
}

/**
 * 1 where all eight neighbours of a pixel are ink, and 0 otherwise.
 * @type {(data: Uint8Array, at: number, width: number) => number}
 */
function isSurrounded(data, at, width) {
  const [upper, lower] = [at - width, at + width];
  return (
    data[upper - 1] &
    data[upper] &
    data[upper + 1] &
    data[at - 1] &
    data[at + 1] &
    data[lower - 1] &
    data[lower] &
    data[lower + 1]
  );
}

/**
 * How many pixels of a mask are ink.
 * @type {(mask: Mask) => number}
 */
export function inkIn({ data }) {
  let count = 0;
  for (let at = 0; at < data.length; at++) count += data[at];
  return count;
}

/**
 * A mask of two: the pixels for which `both` of their values holds.
 * @type {(one: Mask, other: Mask, both: (one: number, other: number) => number) => Mask}
 */
export function joined(one, other, both) {
  const data = new Uint8Array(one.data.length);
  for (let at = 0; at < data.length; at++) data[at] = both(one.data[at], other.data[at]);
  return { width: one.width, height: one.height, data };
}

/** A mask of this size without ink. @type {(size: { width: number, height: number }) => Mask} */
export const blankOf = ({ width, height }) => ({
  width,
  height,
  data: new Uint8Array(width * height),
});

/** @type {(one: Mask, other: Mask) => Mask} */
export const either = (one, other) => joined(one, other, (a, b) => a | b);

/** @type {(one: Mask, other: Mask) => Mask} */
export const without = (one, other) => joined(one, other, (a, b) => a & (1 - b));
