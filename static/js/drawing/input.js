/**
 * Pens, photos and the history on the sheet; what they leave there is read.
 *
 * @import { Photo } from "../photo/photo.js"
 * @import { Drawing, Point, Size, Stroke } from "./drawing.js"
 *
 * @typedef {{ redraw(strokes: Stroke[], photo: Photo | null, size: Size): void,
 *   follow(stroke: Stroke, ahead?: Point[]): void, settle(): void }} InkView
 * @typedef {{ hold(): void, follow(): void, read(): void, resume(point: Point): void }} InkReader
 */

export class Input {
  #drawing;
  #selection;
  #view;
  #recognition;
  #isAnswered;
  #isDown = false;
  #isEraser = false; // the tool in hand
  /** @type {Point | null} */
  #erasedAt = null; // where the eraser that is down was last
  #hasErased = false;
  /** @type {Photo | null} */
  #photo = null; // what the pen came down on

  /**
   * `isAnswered()` says whether somebody has said what the ink is: then a new drawing begins.
   *
   * @param {{ drawing: Drawing, view: InkView, recognition: InkReader, isAnswered: () => boolean,
   *   selection: { drop(): void, digitAt(point: Point): number } }} parts
   */
  constructor({ drawing, selection, view, recognition, isAnswered }) {
    this.#drawing = drawing;
    this.#selection = selection;
    this.#view = view;
    this.#recognition = recognition;
    this.#isAnswered = isAnswered;
  }

  // --- the pen ---

  get isDown() {
    return this.#isDown;
  }

  /**
   * `isEraser` says that a pen came down with its other end.
   *
   * @type {(point: Point, shown: Size, isEraser?: boolean) => void}
   */
  begin(point, shown, isEraser = false) {
    if ((isEraser || this.#isEraser) && this.#drawing.strokes.length > 0)
      return this.#beginErasing(point, shown);
    if (this.#isAnswered()) this.#restart();
    this.#isDown = true;
    this.#photo = this.#drawing.photo;
    const { size } = this.#drawing;
    this.#drawing.begin(point, shown);
    if (this.#photo !== null || this.#drawing.size !== size) this.redraw();
    this.#view.follow(this.#drawing.lastStroke);
    this.#recognition.hold();
  }

  /**
   * `ahead` are points that are only expected: seen for a frame, never kept.
   *
   * @type {(points: Point[], shown: Size, ahead?: Point[]) => void}
   */
  extend(points, shown, ahead = []) {
    if (this.#erasedAt !== null) return this.#erase(points, shown);
    if (!this.#drawing.extend(points, shown)) return;
    const expected = ahead.map((point) => this.#drawing.placed(point, shown));
    this.#view.follow(this.#drawing.lastStroke, expected);
    this.#recognition.follow();
  }

  end() {
    this.#lift();
    if (this.#erasedAt !== null) return this.#endErasing();
    const [point, ...others] = this.#drawing.lastStroke;
    if (others.length === 0 && this.#isTarget(point)) {
      this.#drawing.drop();
      this.redraw();
      this.#recognition.resume(point);
    } else {
      this.#recognition.read();
    }
  }

  /** What the pen drew last was no stroke. */
  drop() {
    this.#lift();
    this.#erasedAt = null;
    this.#drawing.drop();
    this.#readAnew();
  }

  // --- what somebody asks for; not while a pen is down, as another finger could ---

  /** A photo (photo.js) takes the place of what is on the sheet. */
  place(/** @type {Photo} */ photo) {
    if (this.#isDown) return;
    if (this.#isAnswered()) this.#restart();
    this.#drawing.place(photo);
    this.#readAnew();
  }

  /** Pen or eraser; returns whether it is the eraser now. */
  toggleEraser() {
    if (!this.#isDown) this.#isEraser = !this.#isEraser;
    return this.#isEraser;
  }

  /** What was drawn before the page was left; of an empty sheet. @type {(strokes: Stroke[], size: Size) => void} */
  resume(strokes, size) {
    if (this.#isDown || !this.#drawing.isEmpty) return;
    this.#drawing.resume(strokes, size);
    this.#readAnew();
  }

  /** A photo that was on the sheet before the page was left; on an empty one. */
  resumePhoto(/** @type {Photo} */ photo) {
    if (this.#drawing.isEmpty) this.place(photo);
  }

  undo() {
    if (!this.#isDown && this.#drawing.undo()) this.#readAnew();
  }

  redo() {
    if (!this.#isDown && this.#drawing.redo()) this.#readAnew();
  }

  clear() {
    if (this.#isDown || this.#drawing.isEmpty) return;
    if (this.#isAnswered()) this.#drawing.restart();
    else this.#drawing.clear();
    this.#readAnew();
  }

  redraw() {
    const { strokes, photo, size } = this.#drawing;
    this.#view.redraw(strokes, photo, size);
  }

  // --- the eraser ---

  /** @type {(point: Point, shown: Size) => void} */
  #beginErasing(point, shown) {
    this.#isDown = true;
    this.#hasErased = false;
    this.#photo = null;
    this.#drawing.beginErasing();
    this.#erasedAt = point;
    this.#recognition.hold();
    this.#erase([point], shown);
  }

  /** @type {(points: Point[], shown: Size) => void} */
  #erase(points, shown) {
    const passed = points.filter((point) => {
      const isTouched = this.#drawing.erase(this.#erasedAt ?? point, point, shown);
      this.#erasedAt = point;
      return isTouched;
    });
    if (passed.length === 0) return;
    this.#hasErased = true;
    this.redraw();
    this.#recognition.follow();
  }

  #endErasing() {
    this.#erasedAt = null;
    if (!this.#hasErased) this.#drawing.drop();
    this.#readAnew();
  }

  // --- what follows ---

  #lift() {
    this.#isDown = false;
    this.#view.settle();
  }

  /** A tap on a digit that was read looks at it, and one on a photo leaves no dot either. */
  #isTarget(/** @type {Point} */ point) {
    return this.#photo !== null || this.#selection.digitAt(point) !== -1;
  }

  #restart() {
    this.#drawing.restart();
    this.#selection.drop();
    this.redraw();
  }

  #readAnew() {
    this.redraw();
    this.#recognition.read();
  }
}
