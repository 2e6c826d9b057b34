/**
 * Ink on canvases, drawn from the strokes at any size and device pixel ratio.
 *
 * What can no longer change is drawn once, on the lower canvas. The end of the
 * stroke under way changes with every point and lies on the upper one.
 *
 * @import { Curve, Place } from "./curve.js"
 * @import { Point, Size, Stroke } from "./drawing.js"
 */

import { draw, PENS } from "./brush.js";
import { curves, place, tail } from "./curve.js";
import { fit, SIDE, SQUARE } from "./drawing.js";

const MAX_SIDE = 4096; // device pixels; more costs memory, and nobody sees it

export class InkCanvas {
  #dry;
  #wet;
  #pen = PENS.medium * SIDE;
  /** @type {Stroke | null} */
  #live = null; // the stroke under way
  #drawn = 0; // of its points
  /** @type {Point[]} */
  #ahead = []; // where the browser thinks the pen will be at the next frame
  /** @type {number | null} */
  #frame = null;
  /** @type {Place[] | null} */
  #wetPath = null; // what is to be wiped off the upper canvas

  /**
   * @param {HTMLCanvasElement} lower
   * @param {HTMLCanvasElement} upper
   */
  constructor(lower, upper) {
    this.#dry = contextOf(lower);
    this.#wet = contextOf(upper);
  }

  /** The pen of what is drawn from now on; `redraw` gives it to the rest. */
  brush(/** @type {keyof typeof PENS} */ name) {
    this.#pen = PENS[name] * SIDE;
  }

  /**
   * Everything anew, at the size the canvas has now; returns where the sheet is on it, in CSS
   * pixels.
   *
   * @param {Stroke[]} strokes
   * @param {Size} [size] of their sheet
   */
  redraw(strokes, size = SQUARE) {
    const { canvas } = this.#dry;
    const { clientWidth, clientHeight } = canvas;
    const longer = Math.max(clientWidth, clientHeight, 1);
    const ratio = Math.min(devicePixelRatio || 1, MAX_SIDE / longer);
    const wide = Math.round(clientWidth * ratio);
    const high = Math.round(clientHeight * ratio);
    const { unit, left, top } = fit(size, [wide, high]);
    const { color } = getComputedStyle(canvas);
    for (const context of [this.#dry, this.#wet]) {
      const { width, height } = context.canvas;
      context.setTransform(1, 0, 0, 1, 0, 0);
      // A new size clears as well, and costs a new picture.
      if (width === wide && height === high) context.clearRect(0, 0, wide, high);
      else Object.assign(context.canvas, { width: wide, height: high });
      context.setTransform(unit, 0, 0, unit, left, top);
      context.lineCap = context.lineJoin = "round";
      context.strokeStyle = color;
    }
    this.#wetPath = null;
    this.#drawn = 0;
    for (const stroke of strokes) if (stroke !== this.#live) this.#finish(stroke);
    this.#advance();
    return fit(size, [clientWidth, clientHeight]);
  }

  /**
   * The stroke under way has grown; `ahead` are points that are only guessed.
   *
   * @param {Stroke} stroke
   * @param {Point[]} [ahead]
   */
  follow(stroke, ahead = []) {
    if (stroke !== this.#live) {
      this.#live = stroke;
      this.#drawn = 0;
    }
    this.#ahead = ahead;
    this.#frame ??= requestAnimationFrame(() => this.#advance());
  }

  /** The stroke under way is at its end. */
  settle() {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#wipe();
    if (this.#live === null) return;
    this.#finish(this.#live, this.#drawn);
    this.#live = null;
  }

  #advance() {
    this.#frame = null;
    const points = this.#live;
    if (points === null) return;
    draw(this.#dry, curves(points, this.#drawn), this.#pen);
    this.#drawn = points.length;
    this.#wipe();
    const last = tail(points);
    const path = [last.start, last.end, ...this.#ahead.map(place)];
    draw(this.#wet, straight(path, last.pressure), this.#pen);
    this.#wetPath = path;
  }

  /** Draws what of a stroke is not drawn yet, and its end. */
  #finish(/** @type {Stroke} */ stroke, drawn = 0) {
    draw(this.#dry, [...curves(stroke, drawn), tail(stroke)], this.#pen);
  }

  #wipe() {
    if (this.#wetPath === null) return;
    const xs = this.#wetPath.map(([x]) => x);
    const ys = this.#wetPath.map(([, y]) => y);
    const [left, top] = [Math.min(...xs) - this.#pen, Math.min(...ys) - this.#pen];
    const [right, bottom] = [Math.max(...xs) + this.#pen, Math.max(...ys) + this.#pen];
    this.#wet.clearRect(left, top, right - left, bottom - top);
    this.#wetPath = null;
  }
}

function contextOf(/** @type {HTMLCanvasElement} */ canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/** @type {(path: Place[], pressure: number) => Curve[]} */
function straight(path, pressure) {
  return path
    .slice(1)
    .map((end, index) => ({ start: path[index], control: path[index], end, pressure }));
}
