/**
 * Ink on canvases, drawn from the strokes at any size and device pixel ratio.
 *
 * What can no longer change is drawn once, on the lower canvas. The end of the
 * stroke under way changes with every point and lies on the upper one.
 */

import { pieces, tail, width } from "./curve.js";
import { SIDE } from "./sheet.js";

// The pens on the screen, as shares of the sheet. Only for the eye: the network
// is shown the strokes with a pen of its own.
const PENS = { thin: 0.02, medium: 0.042, marker: 0.075 };
const DOT = 0.1; // a canvas draws nothing for a line of no length
const LARGEST = 4096; // device pixels; more costs memory, and nobody sees it

export class Paper {
  #dry;
  #wet;
  #pen = PENS.medium;
  #live = null; // the stroke under way
  #drawn = 0; // of its points
  #ahead = []; // where the browser thinks the pen will be at the next frame
  #frame = null;
  #wetBox = null; // what is to be wiped off the upper canvas

  constructor(lower, upper) {
    this.#dry = lower.getContext("2d");
    this.#wet = upper.getContext("2d");
  }

  /** The pen of what is drawn from now on; `redraw` gives it to the rest. */
  brush(name) {
    this.#pen = PENS[name] ?? PENS.medium;
  }

  /** Everything anew, at the size the canvas has now. */
  redraw(strokes) {
    const { canvas } = this.#dry;
    const side = Math.min(Math.round(canvas.clientWidth * (devicePixelRatio || 1)), LARGEST);
    const { color } = getComputedStyle(canvas);
    for (const context of [this.#dry, this.#wet]) {
      const { width, height } = context.canvas;
      // A new size clears as well, and costs a new picture.
      if (width === side && height === side) context.clearRect(0, 0, SIDE, SIDE);
      else context.canvas.width = context.canvas.height = side;
      context.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
      context.lineCap = context.lineJoin = "round";
      context.strokeStyle = color;
    }
    this.#wetBox = null;
    this.#drawn = 0;
    for (const stroke of strokes) if (stroke !== this.#live) this.#whole(stroke);
    if (this.#live !== null) this.#advance();
  }

  /** The stroke under way has grown; `ahead` are points that are only guessed. */
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
    cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#wipe();
    if (this.#live === null) return;
    this.#draw(this.#dry, [...pieces(this.#live, this.#drawn), tail(this.#live)]);
    this.#live = null;
  }

  #advance() {
    this.#frame = null;
    const points = this.#live;
    this.#draw(this.#dry, pieces(points, this.#drawn));
    this.#drawn = points.length;
    this.#wipe();
    const last = tail(points);
    const path = [last.start, last.end, ...this.#ahead.map(([x, y]) => [x, y])];
    this.#draw(this.#wet, straight(path, last.pressure));
    this.#wetBox = path;
  }

  #whole(stroke) {
    this.#draw(this.#dry, [...pieces(stroke), tail(stroke)]);
  }

  /** Pieces of one width go into one path: seams show, and cost time. */
  #draw(context, curves) {
    let wide = null;
    for (const { start, control, end, pressure } of curves) {
      const next = width(pressure) * this.#pen * SIDE;
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

  #wipe() {
    if (this.#wetBox === null) return;
    const reach = this.#pen * SIDE;
    const xs = this.#wetBox.map(([x]) => x);
    const ys = this.#wetBox.map(([, y]) => y);
    const [left, top] = [Math.min(...xs) - reach, Math.min(...ys) - reach];
    const [right, bottom] = [Math.max(...xs) + reach, Math.max(...ys) + reach];
    this.#wet.clearRect(left, top, right - left, bottom - top);
    this.#wetBox = null;
  }
}

function isDot([x0, y0], [x1, y1]) {
  return x0 === x1 && y0 === y1;
}

function straight(path, pressure) {
  return path.slice(1).map((end, index) => ({ start: path[index], control: path[index], end, pressure }));
}
