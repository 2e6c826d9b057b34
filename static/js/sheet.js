/**
 * The drawing as data: strokes of [x, y, t], or a photo in their place, with a history.
 *
 * The sheet is SIDE units wide and high, whatever its size on the screen, so that
 * a turned phone, a zoomed page and another window neither lose nor distort ink.
 * A pen's points have their pressure as a fourth value; it is for the eye alone.
 */

export const SIDE = 1000;

// Points nearer than this to the one before say nothing new about the shape.
const NEAREST = 1.5;

export class Sheet {
  #past = []; // [strokes, photo] before each change
  #future = []; // the same before each undo
  #began = null; // time of the first point

  constructor() {
    this.strokes = [];
    this.photo = null;
    this.revision = 0; // counts the changes
  }

  get isEmpty() {
    return this.strokes.length === 0 && this.photo === null;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Puts a photo on an empty sheet; `undo` brings back what was on the old one. */
  place(photo) {
    this.#change([], photo);
  }

  /**
   * Starts a stroke, in place of a photo where there is one. A point is
   * [x, y, time in ms, pressure?] on a sheet `shown` as [w, h].
   */
  begin(point, shown) {
    this.#began ??= point[2];
    this.#change([...this.strokes, [this.placed(point, shown)]]);
  }

  /** Adds points to the stroke under way; says whether one of them told something new. */
  extend(points, shown) {
    const stroke = this.strokes.at(-1);
    const before = stroke.length;
    for (const point of points) {
      const next = this.placed(point, shown);
      const [x, y] = stroke.at(-1);
      if (Math.hypot(next[0] - x, next[1] - y) >= NEAREST) stroke.push(next);
    }
    if (stroke.length > before) this.revision += 1;
    return stroke.length > before;
  }

  /** The stroke under way was none, and nothing to bring back either. */
  drop() {
    this.undo();
    this.#future.pop();
  }

  /** Takes back the last change: a stroke, or a clearing. */
  undo() {
    return this.#step(this.#past, this.#future);
  }

  /** Does once more what was taken back last. */
  redo() {
    return this.#step(this.#future, this.#past);
  }

  /** Takes all ink away; `undo` brings it back. */
  clear() {
    if (!this.isEmpty) this.#change([]);
  }

  /** A new sheet: what was on the old one cannot be brought back. */
  restart() {
    this.strokes = [];
    this.photo = null;
    this.#past = [];
    this.#future = [];
    this.#began = null;
    this.revision += 1;
  }

  /** What the API takes: times count from the first point that is left. */
  drawing() {
    if (this.photo !== null) return this.photo.drawing();
    const start = this.strokes[0]?.[0][2] ?? 0;
    return {
      strokes: this.strokes.map((stroke) => stroke.map(([x, y, t]) => [x, y, t - start])),
      canvas: [SIDE, SIDE],
    };
  }

  /** In the sheet's unit, within its edges, no finer than any screen can show. */
  placed([x, y, time, ...pressure], [width, height]) {
    const t = Math.max(0, Math.round(time - (this.#began ?? time)));
    return [within((x * SIDE) / width), within((y * SIDE) / height), t, ...pressure];
  }

  #change(strokes, photo = null) {
    this.#past.push([this.strokes, this.photo]);
    this.#future = [];
    this.#show([strokes, photo]);
  }

  #step(from, to) {
    if (from.length === 0) return false;
    to.push([this.strokes, this.photo]);
    this.#show(from.pop());
    return true;
  }

  #show([strokes, photo]) {
    this.strokes = strokes;
    this.photo = photo;
    this.revision += 1;
  }
}

function within(value) {
  return Math.round(Math.min(Math.max(value, 0), SIDE) * 10) / 10;
}
