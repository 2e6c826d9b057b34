/**
 * Ink flies from the sheet to the key that mended its answer: cause and effect in a line.
 *
 * @import { Size } from "../drawing/drawing.js"
 * @import { Stroke } from "../preprocessing/ink.js"
 *
 * @typedef {{ x: number, y: number, width: number, height: number }} Box in CSS pixels
 */

import { PENS } from "../drawing/brush.js";
import { fit, SIDE, SQUARE } from "../drawing/drawing.js";
import { boundingBox } from "../preprocessing/ink.js";

const TIME = 320; // ms
const EASING = "cubic-bezier(0.2, 0.8, 0.2, 1)";
const SHARE = 0.6; // of the key that ink fills when it gets there
const MARGIN = PENS.marker * SIDE; // around the pen's way, in the sheet's unit

export class Flight {
  #sheet;
  #keys;
  /** @type {Stroke[]} */
  #strokes = [];
  #size = SQUARE;

  /** `keys` holds a button for each `data-label`. @param {HTMLCanvasElement} sheet @param {Element} keys */
  constructor(sheet, keys) {
    this.#sheet = sheet;
    this.#keys = keys;
  }

  /** Ink is shown as on a sheet of this size. */
  resize(/** @type {Size} */ size) {
    this.#size = size;
  }

  /** These strokes fly next; none where a photo is on the sheet. */
  see(/** @type {Stroke[]} */ strokes) {
    this.#strokes = strokes;
  }

  /** A copy of the ink flies to the key of a label, and is gone. Who wants no motion sees none. */
  to(/** @type {string} */ label) {
    const key = this.#keys.querySelector(`[data-label="${label}"] .cap`);
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (isStill || key === null || this.#strokes.length === 0) return;
    const { left, top, width, height } = this.#sheet.getBoundingClientRect();
    const part = partOf(this.#strokes, this.#size, [width, height]);
    const from = { ...part, x: left + part.x, y: top + part.y };
    const copy = copyOf(this.#sheet, part);
    copy.className = "flight";
    Object.assign(copy.style, { left: `${from.x}px`, top: `${from.y}px` });
    Object.assign(copy.style, { width: `${from.width}px`, height: `${from.height}px` });
    document.body.append(copy);
    const transform = ["none", wayOf(from, key.getBoundingClientRect())];
    const frames = { transform, opacity: [1, 1, 0.3] };
    const land = () => copy.remove();
    copy.animate(frames, { duration: TIME, easing: EASING }).finished.then(land, land);
  }
}

/**
 * Where strokes on a sheet of this size are, with room for the pen, when it is shown in so many
 * pixels.
 *
 * @type {(strokes: Stroke[], size: Size, shown: Size) => Box}
 */
export function partOf(strokes, size, shown) {
  const { unit, left, top } = fit(size, shown);
  const { x, y, width, height } = boundingBox(strokes);
  return {
    x: left + (x - MARGIN) * unit,
    y: top + (y - MARGIN) * unit,
    width: (width + 2 * MARGIN) * unit,
    height: (height + 2 * MARGIN) * unit,
  };
}

/**
 * What moves a box into the middle of another, and makes it as large as fits there.
 *
 * @type {(from: Box, to: Box) => string}
 */
export function wayOf(from, to) {
  const x = to.x + to.width / 2 - (from.x + from.width / 2);
  const y = to.y + to.height / 2 - (from.y + from.height / 2);
  const scale = SHARE * Math.min(to.width / from.width, to.height / from.height);
  return `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) scale(${scale.toFixed(3)})`;
}

/** @type {(canvas: HTMLCanvasElement, part: Box) => HTMLCanvasElement} */
function copyOf(canvas, { x, y, width, height }) {
  const ratio = canvas.width / canvas.clientWidth;
  const copy = document.createElement("canvas");
  copy.width = Math.max(1, Math.round(width * ratio));
  copy.height = Math.max(1, Math.round(height * ratio));
  copy.getContext("2d")?.drawImage(canvas, -x * ratio, -y * ratio);
  return copy;
}
