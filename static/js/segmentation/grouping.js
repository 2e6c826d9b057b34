/**
 * Which pieces of ink make up which digit of a whole number:
 * recognizer/segmentation/grouping.py in JavaScript.
 *
 * A piece is a stroke, or a connected part of a picture's ink; here it is only its box.
 * tests/golden/numbers.json holds the two languages together.
 *
 * @import { Box } from "../preprocessing/glyph.js"
 *
 * @typedef {{ pieces: number[], affinity: number }} Group the pieces' numbers, lowest first, and
 * the log-odds that they are one digit; 0 for a single one
 */

import { affinityOf, SMALL } from "./affinity.js";
import { TALL } from "./signs.js";

const MIN_AFFINITY = -7; // groups less likely than this are not read
const MAX_JOINED = 24; // groups of several pieces,
const MAX_PERCENTS = 4; // of which so many may be percent signs
const MAX_RUNS = 96; // groups of connected neighbours
// Log-odds of connected neighbours in a picture, and how wide they may be.
const CONNECTED = 5;
const MAX_WIDTH = 1.4;
const SAME_CELL = 5; // and of pieces in the same cell of a form
const CIRCLE = 0.6; // of a percent sign's stroke: no higher is a circle of it,
const CIRCLE_ASIDE = 0.4; // and no further from it

/**
 * The boxes of pieces ([[x, y], ...] each) once a slant, in x for each y, is taken away.
 * @param {number[][][]} pieces
 * @param {number} slant
 * @returns {Box[]}
 */
export function upright(pieces, slant) {
  return pieces.map((points) => {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const [x, y] of points) {
      left = Math.min(left, x - slant * y);
      right = Math.max(right, x - slant * y);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
    return { x: left, y: top, width: right - left, height: bottom - top };
  });
}

/** The box of each group of pieces. @type {(boxes: Box[], groups: Group[]) => Box[]} */
export function around(boxes, groups) {
  return groups.map(({ pieces }) => {
    const parts = pieces.map((piece) => boxes[piece]);
    const x = Math.min(...parts.map((part) => part.x));
    const y = Math.min(...parts.map((part) => part.y));
    return { x, y, width: widthOf(parts), height: heightOf(parts) };
  });
}

/**
 * Every piece alone and the likelier groups of several: `digits` may be digits, `signs`
 * are too low for it. `inOrder` says whether the boxes come in the order of writing;
 * `chains` are the numbers of pieces that are connected in a picture, from left to right;
 * `cells` says in which cell of a form each piece stands, -1 in none.
 *
 * @param {Box[]} boxes
 * @param {boolean} inOrder
 * @param {number[][]} [chains]
 * @param {number[]} [cells]
 * @returns {{ digits: Group[], signs: Group[] }}
 */
export function candidates(boxes, inOrder, chains = [], cells = []) {
  const tallest = Math.max(...boxes.map(({ height }) => height));
  const unit = tallest || Math.max(...boxes.map(({ width }) => width)) || 1;
  const scaled = boxes.map(({ x, y, width, height }) => ({
    x: x / unit,
    y: y / unit,
    width: width / unit,
    height: height / unit,
  }));
  /** @type {(one: number, other: number) => boolean} */
  const isConnected = (one, other) => chains.some((it) => it.includes(one) && it.includes(other));
  const pairs = likelier(
    pairsOf(scaled, inOrder, cells).filter(({ pieces: [one, other] }) => !isConnected(one, other)),
  );
  const alone = boxes.map((_, piece) => ({ pieces: [piece], affinity: 0 }));
  const runs = shortest(chains.flatMap((chain) => runsOf(chain, boxes, MAX_WIDTH * unit)));
  const joined = likelier([...pairs, ...threesOf(pairs)]);
  const known = new Set(joined.map(({ pieces }) => pieces.join()));
  const percents = percentsOf(boxes, cells)
    .filter(({ pieces }) => !known.has(pieces.join()))
    .slice(0, MAX_PERCENTS);
  const others = joined.slice(0, MAX_JOINED - percents.length);
  const groups = [...alone, ...runs, ...others, ...percents];
  /** @type {(group: Group) => boolean} */
  const isDigit = ({ pieces }) => {
    const height = heightOf(pieces.map((piece) => boxes[piece]));
    return height > 0 && height >= SMALL * tallest;
  };
  return { digits: groups.filter(isDigit), signs: groups.filter((group) => !isDigit(group)) };
}

/**
 * Neighbours in a chain, as far as they are no wider than a digit can be.
 * @type {(chain: number[], boxes: Box[], widest: number) => Group[]}
 */
function runsOf(chain, boxes, widest) {
  const runs = chain.flatMap((_, start) =>
    chain.slice(start + 1).map((_, more) => chain.slice(start, start + more + 2)),
  );
  return runs
    .filter((run) => widthOf(run.map((piece) => boxes[piece])) <= widest)
    .map((run) => ({
      pieces: [...run].sort((a, b) => a - b),
      affinity: CONNECTED * (run.length - 1),
    }));
}

/** @type {(runs: Group[]) => Group[]} */
function shortest(runs) {
  if (runs.length <= MAX_RUNS) return runs;
  return runs.toSorted((a, b) => a.pieces.length - b.pieces.length).slice(0, MAX_RUNS);
}

/** @type {(boxes: Box[]) => number} */
function widthOf(boxes) {
  return Math.max(...boxes.map(({ x, width }) => x + width)) - Math.min(...boxes.map(({ x }) => x));
}

/** @type {(boxes: Box[]) => number} */
function heightOf(boxes) {
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
  return bottom - Math.min(...boxes.map(({ y }) => y));
}

/** @type {(boxes: Box[], inOrder: boolean, cells: number[]) => Group[]} */
function pairsOf(boxes, inOrder, cells) {
  const pairs = [];
  for (let one = 0; one < boxes.length; one++) {
    for (let other = one + 1; other < boxes.length; other++) {
      const order = inOrder ? Number(other - one === 1) : 0.5;
      if (cells[one] !== cells[other]) continue;
      const together = cells[one] >= 0 ? SAME_CELL : 0;
      const affinity = affinityOf(boxes[one], boxes[other], order) + together;
      if (affinity > MIN_AFFINITY) pairs.push({ pieces: [one, other], affinity });
    }
  }
  return pairs;
}

/** @type {(groups: Group[]) => Group[]} */
function likelier(groups) {
  const best = [...groups].sort((one, other) => other.affinity - one.affinity);
  return best.slice(0, MAX_JOINED);
}

/**
 * Groups of three pieces of which any two may belong together.
 * @type {(pairs: Group[]) => Group[]}
 */
function threesOf(pairs) {
  const affinity = new Map(pairs.map((pair) => [pair.pieces.join(), pair.affinity]));
  // By their pieces, as in Python: equally likely ones stay in this order.
  const inOrder = [...pairs].sort(({ pieces: [a, b] }, { pieces: [c, d] }) => a - c || b - d);
  const threes = [];
  for (const one of inOrder) {
    const [first, second] = one.pieces;
    for (const other of inOrder) {
      const [start, third] = other.pieces;
      const closing = affinity.get(`${second},${third}`);
      if (start !== first || closing === undefined) continue;
      const total = one.affinity + other.affinity + closing;
      threes.push({ pieces: [first, second, third], affinity: total });
    }
  }
  return threes;
}

/**
 * Every tall piece with the nearest small ones at its head to the left and its foot to the right.
 * @type {(boxes: Box[], cells: number[]) => Group[]}
 */
function percentsOf(boxes, cells) {
  const tallest = Math.max(...boxes.map(({ height }) => height));
  const numbers = [...boxes.keys()];
  return numbers
    .filter((stroke) => boxes[stroke].height >= TALL * tallest)
    .flatMap((stroke) => {
      const { x, y, width, height } = boxes[stroke];
      const [across, down] = [x + width / 2, y + height / 2];
      /** @type {(piece: number) => number} */
      const gapOf = (piece) =>
        Math.max(boxes[piece].x - x - width, x - boxes[piece].x - boxes[piece].width);
      /** @type {(side: number) => number | undefined} */
      const nearest = (side) =>
        numbers
          .filter((piece) => {
            const other = boxes[piece];
            return (
              other.height <= CIRCLE * height &&
              gapOf(piece) <= CIRCLE_ASIDE * height &&
              cells[piece] === cells[stroke] &&
              side * (other.x + other.width / 2 - across) > 0 &&
              side * (other.y + other.height / 2 - down) > 0
            );
          })
          .reduce(
            (/** @type {number | undefined} */ best, piece) =>
              best === undefined || gapOf(piece) < gapOf(best) ? piece : best,
            undefined,
          );
      const [before, after] = [nearest(-1), nearest(1)];
      if (before === undefined || after === undefined) return [];
      return [{ pieces: [before, stroke, after].sort((a, b) => a - b), affinity: 0 }];
    });
}
