/**
 * From pen strokes to maps of the pen's motion: recognizer/preprocessing/motion.py in
 * JavaScript.
 *
 * The same numbers, all doubles; tests/golden/ink.json holds the two languages together to
 * 1e-5.
 *
 * @import { Path } from "./ink.js"
 */

import { bytesOf, MAPS, SIZE } from "./glyph.js";

const [CELLS, , CHANNELS] = MAPS; // a side of the grid over the glyph's 28 pixels
const DIRECTIONS = 8; // from +x on, clockwise as y points down; then come the two of the pen
const PEN_DOWN = DIRECTIONS;
const PEN_UP = DIRECTIONS + 1;
const LENGTH = 4; // pixels of ink in a cell that count as 1, as one pen-down does
export const LEVELS = 64; // steps of a stored map's value that count as 1
const STEP = 1; // pixels between the points that a stroke is looked at in
const MOST_STEPS = 2000; // of a drawing; at the limits they are longer
const WHOLE = 1e-9; // how much a sum may exceed a whole number of steps and be one
const SMOOTHINGS = 2;

/**
 * Strokes in the glyph's pixels, as `steps` of ink.js places them -> 640 bytes, by row, column
 * and channel.
 *
 * @param {Path[]} placed
 * @returns {Uint8ClampedArray}
 */
export function normalise(placed) {
  return bytesOf(maps(placed), LEVELS);
}

/**
 * The same before rounding: 640 doubles, not below 0. What lies beyond the frame counts in the
 * cell next to it.
 *
 * @param {Path[]} placed
 * @returns {Float64Array}
 */
export function maps(placed) {
  const reached = placed.map(lengths);
  const length = reached.reduce((sum, lengths) => sum + lengths[lengths.length - 1], 0);
  const step = Math.max(STEP, length / MOST_STEPS);
  const found = new Float64Array(CELLS * CELLS * CHANNELS);
  placed.forEach((stroke, number) => {
    const path = inSteps(stroke, reached[number], step);
    for (let time = 0; time < SMOOTHINGS; time++) smooth(path);
    for (let at = 2; at < path.length; at += 2) {
      addMotion(found, path[at - 2], path[at - 1], path[at], path[at + 1]);
    }
    add(found, stroke[0], stroke[1], PEN_DOWN, 1);
    add(found, stroke[stroke.length - 2], stroke[stroke.length - 1], PEN_UP, 1);
  });
  return found;
}

/**
 * How far the pen had come at each point.
 * @type {(stroke: Path) => Float64Array}
 */
function lengths(stroke) {
  const reached = new Float64Array(stroke.length / 2);
  for (let point = 1; point < reached.length; point++) {
    const [x, y] = [2 * point, 2 * point + 1];
    const gap = Math.hypot(stroke[x] - stroke[x - 2], stroke[y] - stroke[y - 2]);
    reached[point] = reached[point - 1] + gap;
  }
  return reached;
}

/**
 * The stroke's line in points equally far apart, at most `step`; a dot stays one point.
 * @type {(stroke: Path, reached: Float64Array, step: number) => Path}
 */
function inSteps(stroke, reached, step) {
  const last = reached.length - 1;
  const length = reached[last];
  if (length === 0) return stroke.slice(0, 2);
  const count = Math.max(Math.ceil(length / step - WHOLE), 1);
  const path = new Float64Array(2 * (count + 1));
  let after = 1; // the first point that lies beyond
  for (let number = 0; number <= count; number++) {
    const at = (number * length) / count;
    while (after < last && reached[after] <= at) after++;
    const gap = reached[after] - reached[after - 1];
    const share = gap > 0 ? Math.min((at - reached[after - 1]) / gap, 1) : 0;
    for (const axis of [0, 1]) {
      const [start, end] = [stroke[2 * after - 2 + axis], stroke[2 * after + axis]];
      path[2 * number + axis] = start + (end - start) * share;
    }
  }
  return path;
}

/**
 * Brings each point but the ends nearer to its neighbours.
 * @type {(path: Path) => void}
 */
function smooth(path) {
  for (const axis of [0, 1]) {
    let before = path[axis];
    for (let at = 2 + axis; at < path.length - 2; at += 2) {
      const value = path[at];
      path[at] = (before + 2 * value + path[at + 2]) / 4;
      before = value;
    }
  }
}

/**
 * Adds a step's length to its two nearest directions.
 * @type {(found: Float64Array, x0: number, y0: number, x1: number, y1: number) => void}
 */
function addMotion(found, x0, y0, x1, y1) {
  const length = Math.hypot(x1 - x0, y1 - y0) / LENGTH;
  const angle = Math.atan2(y1 - y0, x1 - x0) * (DIRECTIONS / (2 * Math.PI));
  const turn = angle < 0 ? angle + DIRECTIONS : angle;
  const first = Math.floor(turn);
  const share = turn - first;
  const [x, y] = [x0 + (x1 - x0) / 2, y0 + (y1 - y0) / 2];
  add(found, x, y, first % DIRECTIONS, length * (1 - share));
  add(found, x, y, (first + 1) % DIRECTIONS, length * share);
}

/**
 * Adds an amount at a point, in pixels, to the four cells whose middles are nearest.
 * @type {(found: Float64Array, x: number, y: number, channel: number, amount: number) => void}
 */
function add(found, x, y, channel, amount) {
  const atX = (x + 0.5) * (CELLS / SIZE) - 0.5;
  const atY = (y + 0.5) * (CELLS / SIZE) - 0.5;
  const [left, top] = [Math.floor(atX), Math.floor(atY)];
  for (let row = top; row <= top + 1; row++) {
    for (let column = left; column <= left + 1; column++) {
      const share = (1 - Math.abs(atX - column)) * (1 - Math.abs(atY - row));
      found[(inside(row) * CELLS + inside(column)) * CHANNELS + channel] += amount * share;
    }
  }
}

/** @type {(cell: number) => number} */
function inside(cell) {
  return Math.min(Math.max(cell, 0), CELLS - 1);
}
