/**
 * Which pieces of ink make up which digit of a whole number: recognizer/grouping.py in JavaScript.
 *
 * A piece is a stroke, or what hangs together in a picture; here it is only its box
 * { x, y, width, height }. tests/golden/numbers.json holds the two languages together.
 */

import { SMALL, kinshipOf } from "./kinship.js";

const LEAST = -7; // groups less likely than this are not read
const MOST_JOINED = 24; // groups of several pieces
// Log-odds of neighbours that hang together in a picture, and how wide they may be.
const HANGING = 5;
const WIDEST = 1.4;

/** The boxes of pieces ([[x, y], ...] each) once a slant, in x for each y, is taken away. */
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

/**
 * Every piece alone and the likelier groups of several, { pieces, kinship } each:
 * `digits` may be digits, `signs` are too low for it. `inOrder` says whether the
 * boxes come in the order of writing; `chains` are the numbers of pieces that hang
 * together in a picture, from left to right.
 */
export function candidates(boxes, inOrder, chains = []) {
  const tallest = Math.max(...boxes.map(({ height }) => height));
  const unit = tallest || Math.max(...boxes.map(({ width }) => width)) || 1;
  const scaled = boxes.map(({ x, y, width, height }) => ({
    x: x / unit,
    y: y / unit,
    width: width / unit,
    height: height / unit,
  }));
  const isHanging = (one, other) => chains.some((it) => it.includes(one) && it.includes(other));
  const pairs = likelier(
    pairsOf(scaled, inOrder).filter(({ pieces: [one, other] }) => !isHanging(one, other)),
  );
  const alone = boxes.map((_, piece) => ({ pieces: [piece], kinship: 0 }));
  const runs = chains.flatMap((chain) => runsOf(chain, boxes, WIDEST * unit));
  const groups = [...alone, ...runs, ...likelier([...pairs, ...threesOf(pairs)])];
  const isDigit = ({ pieces }) => {
    const height = heightOf(pieces.map((piece) => boxes[piece]));
    return height > 0 && height >= SMALL * tallest;
  };
  return { digits: groups.filter(isDigit), signs: groups.filter((group) => !isDigit(group)) };
}

/** Neighbours in a chain, as far as they are no wider than a digit can be. */
function runsOf(chain, boxes, widest) {
  const runs = chain.flatMap((_, start) =>
    chain.slice(start + 1).map((_, more) => chain.slice(start, start + more + 2)),
  );
  return runs
    .filter((run) => widthOf(run.map((piece) => boxes[piece])) <= widest)
    .map((run) => ({
      pieces: [...run].sort((a, b) => a - b),
      kinship: HANGING * (run.length - 1),
    }));
}

function widthOf(boxes) {
  return Math.max(...boxes.map(({ x, width }) => x + width)) - Math.min(...boxes.map(({ x }) => x));
}

function heightOf(boxes) {
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
  return bottom - Math.min(...boxes.map(({ y }) => y));
}

function pairsOf(boxes, inOrder) {
  const pairs = [];
  for (let one = 0; one < boxes.length; one++) {
    for (let other = one + 1; other < boxes.length; other++) {
      const order = inOrder ? Number(other - one === 1) : 0.5;
      const kinship = kinshipOf(boxes[one], boxes[other], order);
      if (kinship > LEAST) pairs.push({ pieces: [one, other], kinship });
    }
  }
  return pairs;
}

function likelier(groups) {
  const best = [...groups].sort((one, other) => other.kinship - one.kinship);
  return best.slice(0, MOST_JOINED);
}

/** Groups of three pieces of which any two may belong together. */
function threesOf(pairs) {
  const kinship = new Map(pairs.map((pair) => [pair.pieces.join(), pair.kinship]));
  // By their pieces, as in Python: equally likely ones stay in this order.
  const inOrder = pairs
    .map(({ pieces }) => pieces)
    .sort(([a, b], [c, d]) => a - c || b - d);
  const threes = [];
  for (const [first, second] of inOrder) {
    for (const [start, third] of inOrder) {
      const closing = kinship.get(`${second},${third}`);
      if (start !== first || closing === undefined) continue;
      const total = kinship.get(`${first},${second}`) + kinship.get(`${first},${third}`) + closing;
      threes.push({ pieces: [first, second, third], kinship: total });
    }
  }
  return threes;
}
