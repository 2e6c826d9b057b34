/**
 * From pen strokes to the 28x28 the network reads, and how the pen went beside it:
 * recognizer/preprocessing/ink.py in JavaScript.
 *
 * The same numbers in the same order, all doubles; tests/golden/ink.json holds
 * the two languages together to 1e-5.
 *
 * @import { Box, Glyph } from "./glyph.js"
 *
 * @typedef {number[][]} Stroke [x, y, ...] of each point; what may follow is not looked at
 * @typedef {[width: number, height: number]} Canvas in the strokes' unit
 * @typedef {Float64Array} Path a stroke in the glyph's pixels: x and y of one point after the other
 */

import { BODY, bytesOf, CENTRE, PEN, SIZE } from "./glyph.js";
import * as motion from "./motion.js";

export const DOT_SHARE = 0.03; // of the canvas; smaller ink is a dot, not a digit
export const DOT_SIDE = 1e-9; // the same where the canvas is not known

// The farthest that a pixel's centre can be from a segment and still get ink.
const REACH = PEN / 2 + 0.5;

/**
 * What the network will see of these strokes ([[[x, y, ...], ...], ...], y down); null where
 * there is no ink, or only a dot on a canvas of [width, height].
 *
 * @param {Stroke[]} strokes
 * @param {Canvas | null} [canvas] null where it is not known
 * @returns {Glyph | null}
 */
export function normalise(strokes, canvas = null) {
  const drawn = strokes.filter((stroke) => stroke.length > 0);
  if (drawn.length === 0 || isDot(boundingBox(drawn), canvas)) return null;
  const { box, placed, centred } = steps(drawn);
  return { pixels: bytesOf(centred, 255), motion: motion.normalise(placed), box };
}

/**
 * Its pixels before rounding: 784 doubles in [0, 1]. The ink must be more than a dot.
 * @param {Stroke[]} strokes
 * @returns {Float64Array}
 */
export function render(strokes) {
  return steps(strokes).centred;
}

/**
 * Every step from strokes to glyph: `box` around them in their own unit; `scaled` to
 * pixels; `drawn` with the pen; the centre of `mass` of that, [x, y]; `placed` by it, and
 * `centred`, which is drawn again. Pictures are 784 doubles in [0, 1]. The ink must be more
 * than a dot.
 *
 * @param {Stroke[]} strokes
 */
export function steps(strokes) {
  const box = boundingBox(strokes);
  const scaled = fitted(strokes, box);
  const drawn = draw(scaled);
  const mass = centreOfMass(drawn);
  const placed = shifted(scaled, CENTRE - mass[0], CENTRE - mass[1]);
  return { box, scaled, drawn, mass, placed, centred: draw(placed) };
}

/**
 * Strokes with their box in the middle of the picture, its longer side the body's.
 * @type {(strokes: Stroke[], box: Box) => Path[]}
 */
function fitted(strokes, { x, y, width, height }) {
  const scale = (BODY - PEN) / Math.max(width, height);
  // In two steps: far off the first is exact, where x + width / 2 would be rounded.
  const middleX = width / 2;
  const middleY = height / 2;
  return strokes.map((stroke) => {
    const path = new Float64Array(2 * stroke.length);
    stroke.forEach((point, index) => {
      path[2 * index] = (point[0] - x - middleX) * scale + CENTRE;
      path[2 * index + 1] = (point[1] - y - middleY) * scale + CENTRE;
    });
    return path;
  });
}

/** @type {(paths: Path[], shiftX: number, shiftY: number) => Path[]} */
function shifted(paths, shiftX, shiftY) {
  return paths.map((path) =>
    path.map((value, index) => value + (index % 2 === 0 ? shiftX : shiftY)),
  );
}

/**
 * The box around all points.
 * @param {Stroke[]} strokes
 * @returns {Box}
 */
export function boundingBox(strokes) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const stroke of strokes) {
    for (const [x, y] of stroke) {
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    }
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * Whether ink in this box is no more than a dot.
 * @param {Box} box of the ink
 * @param {Canvas | null} canvas
 */
export function isDot({ width, height }, canvas) {
  const longer = Math.max(width, height);
  return longer < DOT_SIDE || (canvas !== null && longer < DOT_SHARE * Math.min(...canvas));
}

/**
 * Strokes in pixels -> 784 values in [0, 1], drawn with the round pen: a pixel is
 * clamp(PEN/2 + 0.5 - d, 0, 1), d its centre's distance from the nearest segment. A stroke of
 * one point is a segment of no length.
 *
 * @type {(paths: Path[]) => Float64Array}
 */
function draw(paths) {
  const nearest = new Float64Array(SIZE * SIZE).fill(Infinity); // squared distances
  for (const path of paths) {
    if (path.length === 2) bringNearer(nearest, path[0], path[1], path[0], path[1]);
    for (let at = 2; at < path.length; at += 2) {
      bringNearer(nearest, path[at - 2], path[at - 1], path[at], path[at + 1]);
    }
  }
  return nearest.map((squared) => Math.min(Math.max(REACH - Math.sqrt(squared), 0), 1));
}

/** @type {(nearest: Float64Array, x0: number, y0: number, x1: number, y1: number) => void} */
function bringNearer(nearest, x0, y0, x1, y1) {
  const alongX = x1 - x0;
  const alongY = y1 - y0;
  const length = alongX * alongX + alongY * alongY;
  const right = lastNear(x0, x1);
  const bottom = lastNear(y0, y1);
  for (let row = firstNear(y0, y1); row <= bottom; row++) {
    for (let column = firstNear(x0, x1); column <= right; column++) {
      const x = column - x0;
      const y = row - y0;
      const share = length > 0 ? (x * alongX + y * alongY) / length : 0;
      const clamped = Math.min(Math.max(share, 0), 1);
      const restX = x - clamped * alongX;
      const restY = y - clamped * alongY;
      const squared = restX * restX + restY * restY;
      const index = row * SIZE + column;
      if (squared < nearest[index]) nearest[index] = squared;
    }
  }
}

/**
 * The first pixel of a row or column that a segment between a and b can reach.
 * @type {(a: number, b: number) => number}
 */
function firstNear(a, b) {
  return Math.max(Math.ceil(Math.min(a, b) - REACH), 0);
}

/** The last one. @type {(a: number, b: number) => number} */
function lastNear(a, b) {
  return Math.min(Math.floor(Math.max(a, b) + REACH), SIZE - 1);
}

/** @type {(image: Float64Array) => [x: number, y: number]} */
function centreOfMass(image) {
  let [total, sumX, sumY] = [0, 0, 0];
  image.forEach((value, index) => {
    total += value;
    sumX += value * (index % SIZE);
    sumY += value * Math.floor(index / SIZE);
  });
  return [sumX / total, sumY / total];
}
