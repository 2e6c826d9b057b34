/** Pens, photos and the history on the sheet; what they leave there is read. */

export class Inking {
  #sheet;
  #selection;
  #view;
  #recognition;
  #isAnswered;
  #isDown = false;
  #photo = null; // what the pen came down on

  /** `isAnswered()` says whether somebody has said what the ink is: then a new sheet begins. */
  constructor({ sheet, selection, view, recognition, isAnswered }) {
    this.#sheet = sheet;
    this.#selection = selection;
    this.#view = view;
    this.#recognition = recognition;
    this.#isAnswered = isAnswered;
  }

  // --- the pen ---

  get isDown() {
    return this.#isDown;
  }

  begin(point, shown) {
    if (this.#isAnswered()) this.#restart();
    this.#isDown = true;
    this.#photo = this.#sheet.photo;
    this.#sheet.begin(point, shown);
    if (this.#photo !== null) this.redraw();
    this.#view.follow(this.#sheet.strokes.at(-1));
    this.#recognition.hold();
  }

  /** `ahead` are points that are only expected: seen for a frame, never kept. */
  extend(points, shown, ahead = []) {
    if (!this.#sheet.extend(points, shown)) return;
    const expected = ahead.map((point) => this.#sheet.placed(point, shown));
    this.#view.follow(this.#sheet.strokes.at(-1), expected);
    this.#recognition.follow();
  }

  end() {
    this.#lift();
    const [point, ...others] = this.#sheet.strokes.at(-1);
    if (others.length === 0 && this.#isTarget(point)) {
      this.#sheet.drop();
      this.redraw();
      this.#recognition.resume(point);
    } else {
      this.#recognition.read();
    }
  }

  /** What the pen drew last was no stroke. */
  drop() {
    this.#lift();
    this.#sheet.drop();
    this.#readAnew();
  }

  // --- what somebody asks for; not while a pen is down, as another finger could ---

  /** A photo (photo.js) takes the place of what is on the sheet. */
  place(photo) {
    if (this.#isDown) return;
    if (this.#isAnswered()) this.#restart();
    this.#sheet.place(photo);
    this.#readAnew();
  }

  undo() {
    if (!this.#isDown && this.#sheet.undo()) this.#readAnew();
  }

  redo() {
    if (!this.#isDown && this.#sheet.redo()) this.#readAnew();
  }

  clear() {
    if (this.#isDown || this.#sheet.isEmpty) return;
    if (this.#isAnswered()) this.#sheet.restart();
    else this.#sheet.clear();
    this.#readAnew();
  }

  redraw() {
    this.#view.redraw(this.#sheet.strokes, this.#sheet.photo);
  }

  // --- what follows ---

  #lift() {
    this.#isDown = false;
    this.#view.settle();
  }

  /** A tap on a digit that was read looks at it, and one on a photo leaves no dot either. */
  #isTarget(point) {
    return this.#photo !== null || this.#selection.digitAt(point) !== -1;
  }

  #restart() {
    this.#sheet.restart();
    this.#selection.drop();
    this.redraw();
  }

  #readAnew() {
    this.redraw();
    this.#recognition.read();
  }
}
