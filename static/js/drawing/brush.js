/**
 * Curves on a canvas, as wide as a pen's pressure makes them.
 *
 * @import { Curve, Place } from "./curve.js"
 */

import { width } from "./curve.js";

// The pens on the screen, as shares of the sheet. Only for the eye: the network
// is shown the strokes with a pen of its own.
export const PENS = { thin: 0.02, medium: 0.042, marker: 0.075 };

const DOT = 0.1; // a canvas draws nothing for a line of no length

/**
 * Curves of one width go into one path: seams show, and cost time. `pen` is the width of an
 * even pressure, in the canvas's own unit.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {Curve[]} path
 * @param {number} pen
 */
export function draw(context, path, pen) {
  /** @type {number | null} */
  let wide = null;
  for (const { start, control, end, pressure } of path) {
    const next = width(pressure) * pen;
    if (wide === null || Math.abs(next - wide) > 0.5) {
      if (wide !== null) context.stroke();
      wide = context.lineWidth = next;
      context.beginPath();
      context.moveTo(...start);
    }
    if (isDot(start, end)) context.lineTo(end[0] + DOT, end[1]);
    else context.quadraticCurveTo(...control, ...end);
  }
  if (wide !== null) context.stroke();
}

/** @type {(start: Place, end: Place) => boolean} */
function isDot([x0, y0], [x1, y1]) {
  return x0 === x1 && y0 === y1;
}
