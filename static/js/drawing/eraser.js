/**
 * What an eraser leaves of strokes: where it passes they are cut, and lose what lies under it.
 *
 * @import { Point, Stroke } from "./drawing.js"
 */

export const RADIUS = 40; // of the eraser, in the sheet's unit

const STEP = RADIUS / 4; // between the places that are looked at, where points are far apart

/**
 * The strokes without what is nearer than RADIUS to the way between two places. Those that it does
 * not touch stay as they are, the same arrays.
 *
 * @param {Stroke[]} strokes
 * @param {Point} from
 * @param {Point} to
 * @returns {Stroke[]}
 */
export function erased(strokes, from, to) {
  return strokes.flatMap((stroke) => cut(stroke, from, to));
}

/** @type {(stroke: Stroke, from: Point, to: Point) => Stroke[]} */
function cut(stroke, from, to) {
  const places = dense(stroke);
  const isLeft = places.map((place) => distance(place, from, to) >= RADIUS);
  if (isLeft.every(Boolean)) return [stroke];
  /** @type {Stroke[]} */
  const pieces = [];
  /** @type {Stroke} */
  let piece = [];
  places.forEach((place, at) => {
    if (isLeft[at]) piece.push(place);
    if ((!isLeft[at] || at === places.length - 1) && piece.length > 0) {
      pieces.push(piece);
      piece = [];
    }
  });
  // What one step leaves is a speck beside the cut.
  return pieces.filter((left) => left.length > 1);
}

/** A stroke with places between points that are far apart. @type {(stroke: Stroke) => Stroke} */
function dense(stroke) {
  return stroke.flatMap((point, at) => {
    const before = stroke[at - 1];
    if (before === undefined) return [point];
    const steps = Math.ceil(Math.hypot(point[0] - before[0], point[1] - before[1]) / STEP);
    return Array.from({ length: Math.max(steps, 1) }, (_, step) =>
      step === steps - 1 || steps === 0 ? point : between(before, point, (step + 1) / steps),
    );
  });
}

/** @type {(one: Point, other: Point, share: number) => Point} */
function between(one, other, share) {
  const [x, y, t] = [0, 1, 2].map((at) => {
    const [a, b] = [one[at] ?? 0, other[at] ?? 0];
    return Math.round((a + (b - a) * share) * 10) / 10;
  });
  return other[3] === undefined ? [x, y, t] : [x, y, t, other[3]];
}

/** From a place to the nearest one on the way. @type {(place: Point, from: Point, to: Point) => number} */
function distance([x, y], [x0, y0], [x1, y1]) {
  const [alongX, alongY] = [x1 - x0, y1 - y0];
  const length = alongX * alongX + alongY * alongY;
  const share = length > 0 ? ((x - x0) * alongX + (y - y0) * alongY) / length : 0;
  const clamped = Math.min(Math.max(share, 0), 1);
  return Math.hypot(x - x0 - clamped * alongX, y - y0 - clamped * alongY);
}
