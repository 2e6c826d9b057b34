/**
 * The drawing as data: strokes of [x, y, t], or a photo in their place, with a history.
 *
 * A sheet's shorter side is SIDE units long, whatever its size on the screen. What is drawn keeps
 * the sheet it was begun on, shown as large as it fits, so that a turned phone, a zoomed page and
 * another window neither lose nor distort ink.
 * A pen's points have their pressure as a fourth value; it is for the eye alone.
 *
 * @import { Payload } from "../api.js"
 * @import { Photo } from "../photo/photo.js"
 *
 * @typedef {[x: number, y: number, t: number, pressure?: number]} Point `t` in ms, pressure 0 to 1
 * @typedef {Point[]} Stroke
 * @typedef {[width: number, height: number]} Size
 * @typedef {[strokes: Stroke[], photo: Photo | null, size: Size]} State
 * @typedef {{ unit: number, left: number, top: number }} Fit where a sheet is shown: pixels a unit,
 * and where its corner is
 */

import { erased } from "./eraser.js";
import { History } from "./history.js";

export const SIDE = 1000;
/** @type {Size} */
export const SQUARE = [SIDE, SIDE];

// Points nearer than this to the one before say nothing new about the shape.
const MIN_DISTANCE = 1.5;

const PAUSE = 1000; // ms that leaving a page and coming back takes, as a drawing's time goes

export class Drawing {
  /** @type {History<State>} */
  #history = new History();
  /** @type {number | null} */
  #began = null; // time of the first point
  #earlier = 0; // ms of what was drawn before the page was left

  constructor() {
    /** @type {Stroke[]} */
    this.strokes = [];
    /** @type {Photo | null} */
    this.photo = null;
    this.size = SQUARE; // of the sheet that it was begun on
    this.revision = 0; // counts the changes
  }

  get isEmpty() {
    return this.strokes.length === 0 && this.photo === null;
  }

  /** The stroke under way, or the one before; there must be one. */
  get lastStroke() {
    return this.strokes[this.strokes.length - 1];
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  /** Puts a photo on an empty sheet; `undo` brings back what was on the old one. */
  place(/** @type {Photo} */ photo) {
    this.#change([], photo, SQUARE);
  }

  /**
   * Starts a stroke, in place of a photo where there is one. The point is one of a sheet
   * `shown` in that size, at a time of the browser's clock.
   *
   * @type {(point: Point, shown: Size) => void}
   */
  begin(point, shown) {
    this.#began ??= point[2];
    const size = this.strokes.length === 0 ? sheetOf(shown) : this.size;
    const first = this.placed(point, shown, size);
    this.#change([...this.strokes, [first]], null, size);
  }

  /**
   * Adds points to the stroke under way; says whether one of them told something new.
   *
   * @type {(points: Point[], shown: Size) => boolean}
   */
  extend(points, shown) {
    const stroke = this.lastStroke;
    const before = stroke.length;
    for (const point of points) {
      const next = this.placed(point, shown);
      const [x, y] = stroke[stroke.length - 1];
      if (Math.hypot(next[0] - x, next[1] - y) >= MIN_DISTANCE) stroke.push(next);
    }
    if (stroke.length > before) this.revision += 1;
    return stroke.length > before;
  }

  /** The eraser comes down, to take ink away until it goes up: one step for `undo`. */
  beginErasing() {
    this.#change(this.strokes);
  }

  /**
   * The eraser went from one place to the other; says whether it took ink away.
   *
   * @type {(from: Point, to: Point, shown: Size) => boolean}
   */
  erase(from, to, shown) {
    const left = erased(this.strokes, this.placed(from, shown), this.placed(to, shown));
    const isSame =
      left.length === this.strokes.length && left.every((one, at) => one === this.strokes[at]);
    if (!isSame) this.#show([left, null, this.size]);
    return !isSame;
  }

  /** Takes up what was drawn before the page was left. @type {(strokes: Stroke[], size: Size) => void} */
  resume(strokes, size) {
    this.#earlier = Math.max(...strokes.flat().map(([, , t]) => t)) + PAUSE;
    this.#change(strokes, null, size);
  }

  /** The stroke under way was none, and nothing to bring back either. */
  drop() {
    this.#restore(this.#history.discard());
  }

  /** Takes back the last change: a stroke, or a clearing. */
  undo() {
    return this.#restore(this.#history.undo(this.#state));
  }

  /** Does once more what was taken back last. */
  redo() {
    return this.#restore(this.#history.redo(this.#state));
  }

  /** Takes all ink away; `undo` brings it back. */
  clear() {
    if (!this.isEmpty) this.#change([]);
  }

  /** A new sheet: what was on the old one cannot be brought back. */
  restart() {
    this.#history = new History();
    this.#began = null;
    this.#earlier = 0;
    this.#show([[], null, this.size]);
  }

  /** What the API takes: times count from the first point that is left. @returns {Payload} */
  payload() {
    if (this.photo !== null) return this.photo.payload();
    const start = this.strokes[0]?.[0][2] ?? 0;
    return {
      strokes: this.strokes.map((stroke) => stroke.map(([x, y, t]) => [x, y, t - start])),
      canvas: this.size,
    };
  }

  /**
   * In the sheet's unit, within its edges, no finer than any screen can show.
   *
   * @type {(point: Point, shown: Size, size?: Size) => Point}
   */
  placed([x, y, time, ...pressure], shown, size = this.size) {
    const t = this.#earlier + Math.max(0, Math.round(time - (this.#began ?? time)));
    const { unit, left, top } = fit(size, shown);
    const [width, height] = size;
    return [within((x - left) / unit, width), within((y - top) / unit, height), t, ...pressure];
  }

  /** @returns {State} */
  get #state() {
    return [this.strokes, this.photo, this.size];
  }

  /** @type {(strokes: Stroke[], photo?: Photo | null, size?: Size) => void} */
  #change(strokes, photo = null, size = this.size) {
    this.#history.change(this.#state);
    this.#show([strokes, photo, size]);
  }

  /** Shows what there was, if anything, and says whether. */
  #restore(/** @type {State | null} */ state) {
    if (state !== null) this.#show(state);
    return state !== null;
  }

  #show(/** @type {State} */ [strokes, photo, size]) {
    this.strokes = strokes;
    this.photo = photo;
    this.size = size;
    this.revision += 1;
  }
}

/** The size of a sheet that is shown in so many pixels. @type {(shown: Size) => Size} */
export function sheetOf([width, height]) {
  const shorter = Math.min(width, height);
  return [Math.round((width * SIDE) / shorter), Math.round((height * SIDE) / shorter)];
}

/** A sheet in the middle of what shows it, as large as it fits. @type {(size: Size, shown: Size) => Fit} */
export function fit([width, height], [shownWidth, shownHeight]) {
  const unit = Math.min(shownWidth / width, shownHeight / height);
  return { unit, left: (shownWidth - width * unit) / 2, top: (shownHeight - height * unit) / 2 };
}

/** @type {(value: number, most: number) => number} */
function within(value, most) {
  return Math.round(Math.min(Math.max(value, 0), most) * 10) / 10;
}
