/**
 * The ink of a picture in pieces of one digit each: connected components, cut where
 * digits touch; recognizer/segmentation/components.py in JavaScript, where the reasons stand.
 *
 * @import { Box } from "../preprocessing/glyph.js"
 * @import { Mask, Picture, Size } from "../preprocessing/picture.js"
 *
 * @typedef {Size & { labels: Int32Array }} Labelled 0 paper, the pieces from 1
 * @typedef {Labelled & { boxes: Box[], chains: number[][], slant: number, cut: Set<number>,
 *   read: Map<number, number[]>, certain: Map<number, number> }} Pieces boxes without their common slant, in x for each y;
 * pieces are counted from 0. A chain's were connected and may belong together, left to right;
 * `cut` are all that were connected, `read` is what was read of some beside what they touched, and
 * `certain` how surely all of that was read
 */

import { connectedComponents } from "../preprocessing/labelling.js";
import { mapped } from "../preprocessing/picture.js";
import { strip } from "../preprocessing/stroke-width.js";
import { SMALL } from "./affinity.js";
import { cuts, cutsBetween } from "./cuts.js";
import { upright } from "./grouping.js";
import { linesOf } from "./lines.js";
import { LIKELY, readStrip } from "./touching.js";

const WIDE = 0.5;
const UNREAD = LIKELY; // how sure is what could not be read as a whole
const MAX_PIECES = 32;
const MAX_COMPONENTS = 100;

/** There is more than any number has; `code` is the API's own for it. */
export class TooLarge extends Error {
  code = "too_large";
}

/**
 * A mask for each line of a mask with some ink, the highest first. Throws as `takenApart`.
 *
 * @param {Mask} mask
 * @returns {Mask[]}
 */
export function linesOfMask(mask) {
  const { width, height } = mask;
  const { labels, boxes: sides } = componentsOf(mask);
  // A box reaches from the first pixel to the last.
  const boxes = sides
    .slice(1)
    .map(([x, y, across, down]) => ({ x, y, width: across - 1, height: down - 1 }));
  const found = linesOf(boxes);
  if (found.length === 1) return [mask];
  return found.map((line) => {
    const isOn = new Uint8Array(sides.length);
    for (const piece of line) isOn[piece + 1] = 1;
    return mapped({ width, height }, Uint8Array, (at) => isOn[labels[at]]);
  });
}

/** @type {(mask: Mask) => ReturnType<typeof connectedComponents>} */
function componentsOf(mask) {
  const found = connectedComponents(mask);
  if (found.count - 1 > MAX_COMPONENTS) {
    throw new TooLarge(`There are more than ${MAX_COMPONENTS} pieces of ink.`);
  }
  return found;
}

/**
 * The pieces of a mask with some ink. What is wide is read as a whole and cut between its
 * characters; where that is not clear it is cut wherever it is thin. Throws `TooLarge` for more
 * than any number has.
 *
 * @param {Mask} mask
 * @param {Picture} depth
 * @param {number} level of the depth, above which there is ink
 * @returns {Pieces}
 */
export function takenApart(mask, depth, level) {
  const { width, height } = mask;
  const { count, labels, boxes: sides } = componentsOf(mask);
  const picture = { width, height, labels };
  const { slant, boxes } = withoutSlant(picture, count - 1);
  const tallest = Math.max(...boxes.map((box) => box.height));
  /** @type {number[][]} */
  const chains = [];
  /** @type {Set<number>} */
  const cut = new Set();
  /** @type {Map<number, number[]>} */
  const read = new Map();
  /** @type {Map<number, number>} */
  const certain = new Map();
  let most = count - 1;
  let room = MAX_PIECES;
  boxes.forEach((box, piece) => {
    if (box.width <= WIDE * tallest || box.height < SMALL * tallest) return;
    const [left, , across, down] = sides[piece + 1];
    if (across / down > room) return;
    room -= across / down;
    const whole = mapped(mask, Uint8Array, (at) => (labels[at] === piece + 1 ? 1 : 0));
    const drawn = strip(depth, whole, level, slant);
    const { answers, columns, probability } = readStrip(drawn.pixels);
    const isClear = probability >= LIKELY;
    const places = columns.map((column) => drawn.left + column / drawn.scale - left);
    /** @type {(inside: Mask) => Float64Array[]} */
    const paths = (inside) => (isClear ? cutsBetween(inside, slant, places) : cuts(inside, slant));
    const parts = cutApart(picture, piece + 1, sides[piece + 1], paths, most);
    most += parts.length - 1;
    if (isClear && parts.length === answers.length) {
      parts.forEach((part, at) => {
        read.set(part, answers[at]);
        certain.set(part, probability);
      });
    } else if (parts.length > 1) {
      chains.push(parts);
      for (const part of parts) certain.set(part, UNREAD);
    }
    if (parts.length > 1) for (const part of parts) cut.add(part);
  });
  return { ...picture, ...withoutSlant(picture, most), chains, cut, read, certain };
}

/**
 * Where the ink of these pieces is, counted from 0.
 * @param {Pieces} pieces
 * @param {number[]} numbers
 * @returns {Mask}
 */
export function maskOf({ width, height, labels, boxes }, numbers) {
  const wanted = new Uint8Array(boxes.length + 1);
  for (const number of numbers) wanted[number + 1] = 1;
  return mapped({ width, height }, Uint8Array, (at) => wanted[labels[at]]);
}

/**
 * The moments of the pieces' pixels without the slant: see signs.js.
 * @type {(pieces: Pieces) => number[][]}
 */
export function momentsOfPieces({ width, labels, boxes, slant }) {
  const moments = boxes.map(() => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  /** @type {(add: (own: number[], x: number, y: number) => void) => void} */
  const each = (add) => {
    for (let at = 0, x = 0, y = 0; at < labels.length; at++) {
      if (labels[at] > 0) add(moments[labels[at] - 1], x - slant * y, y);
      if (++x === width) [x, y] = [0, y + 1];
    }
  };
  each((own, x, y) => {
    own[0]++;
    own[1] += x;
    own[2] += y;
  });
  for (const own of moments) {
    own[1] /= own[0];
    own[2] /= own[0];
  }
  each((own, left, top) => {
    const [x, y] = [left - own[1], top - own[2]];
    own[3] += x * x;
    own[4] += x * y;
    own[5] += y * y;
    own[6] += x * x * x;
    own[7] += x * x * y;
    own[8] += x * y * y;
    own[9] += y * y * y;
  });
  return moments;
}

/**
 * Gives all parts but the first labels after `most`; the parts, counted from 0.
 * @param {Labelled} picture
 * @param {number} number its label
 * @param {number[]} sides its [x, y, width, height]
 * @param {(inside: Mask) => Float64Array[]} pathsOf where to cut it
 * @param {number} most the highest label so far
 */
function cutApart({ width, labels }, number, [left, top, across, down], pathsOf, most) {
  /** @type {(at: number) => number} */
  const placeOf = (at) => (top + Math.floor(at / across)) * width + left + (at % across);
  const size = { width: across, height: down };
  const inside = mapped(size, Uint8Array, (at) => (labels[placeOf(at)] === number ? 1 : 0));
  const paths = pathsOf(inside);
  if (most + paths.length > MAX_PIECES) return [number - 1];
  const part = mapped(size, Int32Array, (at) => {
    const [row, column] = [Math.floor(at / across), at % across];
    return inside.data[at] ? paths.filter((path) => column >= path[row]).length : -1;
  }).data;
  const kinds = [...new Set(part)].filter((kind) => kind >= 0).sort((a, b) => a - b);
  const names = new Map(kinds.map((kind, place) => [kind, place > 0 ? most + place : number]));
  part.forEach((kind, at) => {
    const name = names.get(kind); // none for paper
    if (name !== undefined) labels[placeOf(at)] = name;
  });
  return [...names.values()].map((name) => name - 1);
}

/**
 * The common slant of the pieces, and their boxes without it.
 * @type {(picture: Labelled, count: number) => { slant: number, boxes: Box[] }}
 */
function withoutSlant({ width, labels }, count) {
  // The ends of each row of a piece are enough for its box.
  const ends = Array.from({ length: count }, () => /** @type {number[][]} */ ([]));
  const sums = Array.from({ length: count }, () => ({ n: 0, x: 0, y: 0, xy: 0, yy: 0 }));
  for (let at = 0, x = 0, y = 0; at < labels.length; at++) {
    if (labels[at] > 0) {
      /** @type {(beside: number, column: number) => boolean} */
      const isEnd = (beside, column) =>
        column < 0 || column === width || labels[beside] !== labels[at];
      if (isEnd(at - 1, x - 1) || isEnd(at + 1, x + 1)) ends[labels[at] - 1].push([x, y]);
      const sum = sums[labels[at] - 1];
      sum.n++;
      sum.x += x;
      sum.y += y;
      sum.xy += x * y;
      sum.yy += y * y;
    }
    if (++x === width) [x, y] = [0, y + 1];
  }
  const slant = slantOf(sums);
  return { slant, boxes: upright(ends, slant) };
}

/**
 * In x for each y: the regression of x on y within each piece.
 * @type {(sums: Record<"n" | "x" | "y" | "xy" | "yy", number>[]) => number}
 */
function slantOf(sums) {
  let [across, down] = [0, 0];
  for (const { n, x, y, xy, yy } of sums) {
    across += xy - (x * y) / n;
    down += yy - (y * y) / n;
  }
  return down > 0 ? across / down : 0;
}
