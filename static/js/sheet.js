/**
 * The drawing as data: strokes of [x, y, t], with a history.
 *
 * Coordinates are CSS pixels of the canvas as large as it was at the first
 * point. Where the canvas changes its size later, new points are brought into
 * the same unit, so that a turned phone neither loses nor distorts the ink.
 */

// Points nearer than this to the one before say nothing new about the shape.
const NEAREST = 0.5;

export class Sheet {
  #past = []; // what `strokes` was before each change
  #began = null; // time of the first point

  constructor() {
    this.strokes = [];
    this.size = null; // [width, height], once there was a point
    this.revision = 0; // counts the changes
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  /** Starts a stroke. A point is [x, y, time in ms] on a canvas that is `shown` as [w, h]. */
  begin(point, shown) {
    this.size ??= [...shown];
    this.#began ??= point[2];
    this.#change([...this.strokes, [this.#placed(point, shown)]]);
  }

  /** Adds points to the stroke under way; returns those that said something new. */
  extend(points, shown) {
    const stroke = this.strokes.at(-1);
    const added = [];
    for (const point of points) {
      const [x, y, t] = this.#placed(point, shown);
      const [lastX, lastY] = stroke.at(-1);
      if (Math.hypot(x - lastX, y - lastY) < NEAREST) continue;
      stroke.push([x, y, t]);
      added.push([x, y, t]);
    }
    if (added.length > 0) this.revision += 1;
    return added;
  }

  /** Takes back the last change: a stroke, or a clearing. */
  undo() {
    if (!this.canUndo) return false;
    this.strokes = this.#past.pop();
    this.revision += 1;
    return true;
  }

  /** Takes all ink away; `undo` brings it back. */
  clear() {
    if (!this.isEmpty) this.#change([]);
  }

  /** A new sheet: what was on the old one cannot be brought back. */
  restart() {
    this.strokes = [];
    this.size = null;
    this.#past = [];
    this.#began = null;
    this.revision += 1;
  }

  /** What the API takes: times count from the first point that is left. */
  drawing() {
    const start = this.strokes[0]?.[0][2] ?? 0;
    return {
      strokes: this.strokes.map((stroke) => stroke.map(([x, y, t]) => [x, y, t - start])),
      canvas: this.size,
    };
  }

  #change(strokes) {
    this.#past.push(this.strokes);
    this.strokes = strokes;
    this.revision += 1;
  }

  /** In the sheet's unit, within its edges, no finer than any screen can show. */
  #placed([x, y, time], shown) {
    return [
      within((x * this.size[0]) / shown[0], this.size[0]),
      within((y * this.size[1]) / shown[1], this.size[1]),
      Math.max(0, Math.round(time - this.#began)),
    ];
  }
}

function within(value, most) {
  return Math.round(Math.min(Math.max(value, 0), most) * 100) / 100;
}
