/**
 * Which pieces of ink stand on which line, by their places alone: recognizer/segmentation/lines.py
 * in JavaScript, where the reasons stand. tests/golden/lines.json holds the two together.
 *
 * @import { Box } from "../preprocessing/glyph.js"
 */

const TALL = 0.4; // lengths in heights of the tallest piece
const FLAT = 0.1; // of the widest piece's width
const SHARED = 0.2; // of the lower neighbour's height
const REACH = 2.5;
const STEEPEST = 0.3;
const KNOWN = 3;
const BETWEEN = 0.08; // of the lower line's height
const LOW = 0.65;
const HANGING = 0.5;

/**
 * The pieces of each line, the highest first; every piece is on one, in the pieces' order.
 * @param {Box[]} boxes
 * @returns {number[][]}
 */
export function linesOf(boxes) {
  const unit = Math.max(0, ...boxes.map(({ height }) => height));
  const widest = Math.max(0, ...boxes.map(({ width }) => width));
  const all = boxes.map((_, at) => at);
  const tall = all.filter((at) => boxes[at].height >= TALL * unit);
  if (unit === 0 || unit < FLAT * widest || tall.length < 2) return [all];
  const own = tall.map((at) => boxes[at]);
  const beside = connected(own, (one, other) => areBeside(one, other, unit));
  const slope = slopeOf(own, beside, unit);
  const level = own.map((box) => ({ ...box, y: box.y - slope * (box.x + box.width / 2) }));
  const spans = beside.map((part) => spanOf(part.map((at) => level[at])));
  const parts = connected(spans, areNear).map((group) =>
    group.flatMap((part) => beside[part]).sort(ascending),
  );
  const lines = parts
    .map((part) => ({
      pieces: part.map((at) => tall[at]),
      span: spanOf(part.map((at) => level[at])),
    }))
    .sort((one, other) => one.span.top + one.span.foot - other.span.top - other.span.foot);
  for (const at of all.filter((at) => boxes[at].height < TALL * unit)) {
    const { x, y, width, height } = boxes[at];
    const middle = y + height / 2 - slope * (x + width / 2);
    const away = lines.map(({ span }) => Math.max(span.top - middle, middle - span.foot));
    lines[away.indexOf(Math.min(...away))].pieces.push(at);
  }
  return lines.map(({ pieces }) => pieces.sort(ascending));
}

/** @type {(one: number, other: number) => number} */
const ascending = (one, other) => one - other;

/** @type {(one: Box, other: Box, unit: number) => boolean} */
function areBeside(one, other, unit) {
  const shared = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  const apart = Math.max(one.x, other.x) - Math.min(one.x + one.width, other.x + other.width);
  return shared >= SHARED * Math.min(one.height, other.height) && apart <= REACH * unit;
}

/**
 * The parts of a graph, each in order, by their first members.
 * @template Node
 * @param {Node[]} nodes
 * @param {(one: Node, other: Node) => boolean} isNear
 * @returns {number[][]}
 */
function connected(nodes, isNear) {
  const left = new Set(nodes.keys());
  /** @type {number[][]} */
  const parts = [];
  for (const start of nodes.keys()) {
    if (!left.delete(start)) continue;
    const part = [start];
    for (const at of part) {
      for (const other of [...left]) {
        if (!isNear(nodes[at], nodes[other])) continue;
        left.delete(other);
        part.push(other);
      }
    }
    parts.push(part.sort(ascending));
  }
  return parts;
}

/**
 * How far lines fall in y for each x, by the middles of their neighbours.
 * @type {(boxes: Box[], parts: number[][], unit: number) => number}
 */
function slopeOf(boxes, parts, unit) {
  const middles = boxes.map(({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 }));
  let [across, down] = [0, 0];
  for (const part of parts) {
    const row = part.map((at) => middles[at]).sort((one, other) => one.x - other.x);
    row.slice(1).forEach((after, at) => {
      across += (after.x - row[at].x) ** 2;
      down += (after.x - row[at].x) * (after.y - row[at].y);
    });
  }
  if (across < (KNOWN * unit) ** 2) return 0;
  return Math.min(Math.max(down / across, -STEEPEST), STEEPEST);
}

/** @typedef {{ top: number, foot: number }} Span */

/** Where a line's pieces begin and end in the middle of them. @type {(boxes: Box[]) => Span} */
function spanOf(boxes) {
  const at = (boxes.length - 1) >> 1; // of two the lower
  const tops = boxes.map(({ y }) => y).sort(ascending);
  const feet = boxes.map(({ y, height }) => y + height).sort(ascending);
  return { top: tops[at], foot: feet[at] };
}

/** @type {(one: Span, other: Span) => boolean} */
function areNear(one, other) {
  const paper = Math.max(one.top, other.top) - Math.min(one.foot, other.foot);
  const [low, high] = [one, other].map(({ top, foot }) => foot - top).sort(ascending);
  return paper < (low < LOW * high ? HANGING : BETWEEN) * low;
}
