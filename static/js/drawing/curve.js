/**
 * A stroke as smooth curves, in the order in which its points come in.
 *
 * Every curve but the first and the last is a quadratic one from the middle
 * between two points to the next middle, with the point between them as its
 * control: smooth at every joint, and never changed by points that come later.
 *
 * @import { Point, Stroke } from "./drawing.js"
 *
 * @typedef {[x: number, y: number]} Place
 * @typedef {{ start: Place, control: Place, end: Place, pressure: number }} Curve
 */

const EVEN = 0.5; // the pressure of what knows none, such as a mouse

/**
 * The curves that end at points `from` to the last but one. Curve 1 is the straight first half.
 *
 * @param {Stroke} points
 * @param {number} [from]
 */
export function curves(points, from = 1) {
  /** @type {Curve[]} */
  const found = [];
  for (let index = Math.max(from, 1); index < points.length; index++) {
    const end = middle(points[index - 1], points[index]);
    const control = place(points[index - 1]);
    const start = index === 1 ? control : middle(points[index - 2], points[index - 1]);
    found.push({ start, control, end, pressure: pressureAt(points, index - 1) });
  }
  return found;
}

/**
 * What the curves leave open: the way from the last middle to the last point.
 *
 * @param {Stroke} points one at least
 * @returns {Curve}
 */
export function tail(points) {
  const last = points[points.length - 1];
  const start = middle(points.at(-2) ?? last, last);
  return {
    start,
    control: start,
    end: place(last),
    pressure: pressureAt(points, points.length - 1),
  };
}

/** How wide a pen draws, in its own widths: 1 for a mouse, less or more by pressure (0 to 1). */
export function width(/** @type {number} */ pressure) {
  return 0.55 + 0.9 * pressure;
}

/**
 * Of the points so far; a pen's pressure jumps, so the two before have a say.
 *
 * @type {(points: Stroke, index: number) => number}
 */
function pressureAt(points, index) {
  const near = points.slice(Math.max(index - 2, 0), index + 1);
  return near.reduce((sum, [, , , pressure = EVEN]) => sum + pressure, 0) / near.length;
}

/** Where a point is, without its time and pressure. @type {(point: Point) => Place} */
export function place([x, y]) {
  return [x, y];
}

/** @type {(one: Point, other: Point) => Place} */
function middle([x0, y0], [x1, y1]) {
  return [(x0 + x1) / 2, (y0 + y1) / 2];
}
