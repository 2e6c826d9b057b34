/**
 * What happens between pen and page: ink comes in, it is read, somebody answers.
 *
 * Knows no browser: what is to be seen goes to a view (page.js).
 */

import { Feedback } from "./feedback.js";
import { Glance } from "./glance.js";
import { Live } from "./live.js";
import { digitAt, partOf } from "./part.js";
import { Sheet } from "./sheet.js";

export class Reader {
  #sheet = new Sheet();
  #view;
  #live;
  #glance;
  #feedback;
  #isNumber = false;
  #onRelease = true;
  #penIsDown = false;
  #seen = null; // what the network will see; null where that is no digit yet
  #answer = null; // to the ink as it is now
  #before = { photo: null, answer: null }; // what was there when the pen came down
  #part = 0; // which digit of a number is looked at

  /** `api` has predict, submit and remove, and glimpse where something answers at once. */
  constructor({ api, view, delay, requestFrame = (draw) => requestAnimationFrame(draw) }) {
    this.#view = view;
    const read = api.glimpse && ((drawing) => api.glimpse(drawing));
    this.#glance = new Glance({ view, read, requestFrame });
    this.#live = new Live({
      ask: (drawing, signal) => api.predict(drawing, signal),
      show: {
        answered: (answer) => this.#answered(this.#sheet.photo?.placed(answer) ?? answer),
        failed: (error, wait) => this.#failed(error, wait),
      },
      delay,
    });
    this.#feedback = new Feedback(api, {
      busy: (whether) => view.busy(whether),
      given: (stored) => this.#after(() => view.thank(stored)),
      takenBack: () => this.#after(() => view.takenBack()),
      failed: (error) => view.complain(error),
    });
    view.blank(false);
    this.#controls();
  }

  /** Whether the ink is a number of several digits; what is there is read anew. */
  readNumbers(whether) {
    if (this.#isNumber === whether) return;
    this.#isNumber = whether;
    if (!this.#penIsDown) this.#inkIsDone();
  }

  /** Whether the pen going up asks for an answer, or only `predict`. */
  predictOnRelease(whether) {
    this.#onRelease = whether;
    this.#controls();
  }

  // --- the pen ---

  get isDrawing() {
    return this.#penIsDown;
  }

  begin(point, shown) {
    if (this.#isAnswered) this.#restart();
    this.#before = { photo: this.#sheet.photo, answer: this.#answer };
    this.#penIsDown = true;
    this.#live.hold();
    this.#sheet.begin(point, shown);
    if (this.#before.photo !== null) this.redraw();
    this.#view.follow(this.#sheet.strokes.at(-1));
    this.#inkChanges();
    this.#controls();
  }

  /** `ahead` are points that are only expected: seen for a frame, never kept. */
  extend(points, shown, ahead = []) {
    if (!this.#sheet.extend(points, shown)) return;
    const expected = ahead.map((point) => this.#sheet.placed(point, shown));
    this.#view.follow(this.#sheet.strokes.at(-1), expected);
    this.#inkChanges();
  }

  end() {
    this.#penIsDown = false;
    this.#view.settle();
    if (!this.#isTap()) this.#inkIsDone();
  }

  /** What the pen drew last was no stroke. */
  drop() {
    this.#penIsDown = false;
    this.#view.settle();
    this.#sheet.drop();
    this.redraw();
    this.#inkIsDone();
  }

  redraw() {
    this.#view.redraw(this.#sheet.strokes, this.#sheet.photo);
  }

  /** A photo (photo.js) takes the place of what is on the sheet. */
  place(photo) {
    if (this.#penIsDown) return;
    if (this.#isAnswered) this.#restart();
    this.#sheet.place(photo);
    this.redraw();
    this.#inkIsDone();
  }

  // --- what somebody asks for; not while a pen is down, as another finger could ---

  undo() {
    if (this.#penIsDown || !this.#sheet.undo()) return;
    this.redraw();
    this.#inkIsDone();
  }

  redo() {
    if (this.#penIsDown || !this.#sheet.redo()) return;
    this.redraw();
    this.#inkIsDone();
  }

  clear() {
    if (this.#penIsDown || this.#sheet.isEmpty) return;
    if (this.#isAnswered) this.#restart();
    else this.#sheet.clear();
    this.redraw();
    this.#inkIsDone();
  }

  /** Reads at once, also what failed to be read. */
  predict() {
    if (this.#penIsDown || this.#seen === null || this.#answer !== null) return;
    if (this.#live.again()) this.#view.reading();
  }

  /** Looks at one digit of a number. */
  select(part) {
    if (this.#answer === null) return;
    this.#part = part;
    if (this.#answer.digits) this.#view.select(part);
    this.#view.see(this.#reading.seen, this.#labelled().strokes ?? []);
    this.#controls();
  }

  /** Says that the ink is `label`: "0" to "9" or "not_a_digit". */
  label(label) {
    if (!this.#canLabel) return;
    const { revision } = this.#sheet;
    this.#feedback.give(label, this.#labelled(), revision, this.#partNumber);
  }

  /** Says that the answer is right. */
  confirm() {
    if (this.#reading !== null) this.label(String(this.#reading.digit ?? "not_a_digit"));
  }

  takeBack() {
    this.#feedback.takeBack();
  }

  // --- what follows ---

  get #isAnswered() {
    return this.#feedback.isGivenFor(this.#sheet.revision);
  }

  /** What was read of the digit that is looked at; null before there is an answer. */
  get #reading() {
    return this.#answer?.digits?.[this.#part] ?? this.#answer;
  }

  get #partNumber() {
    return this.#isNumber ? this.#part : 0;
  }

  get #canLabel() {
    if (this.#penIsDown || this.#seen === null) return false;
    if (this.#isNumber && this.#answer === null) return false; // nobody knows which strokes
    return this.#feedback.labelOf(this.#sheet.revision, this.#partNumber) === null;
  }

  #labelled() {
    const { photo } = this.#sheet;
    const drawing = this.#sheet.drawing();
    if (!this.#answer?.digits) return drawing;
    return photo?.part(this.#answer.digits, this.#part) ?? partOf(this.#reading, drawing);
  }

  #restart() {
    this.#sheet.restart();
    this.#answer = null;
    this.redraw();
  }

  /** A tap on a digit that was read looks at it, and one on a photo leaves no dot either. */
  #isTap() {
    const stroke = this.#sheet.strokes.at(-1);
    const { photo, answer } = this.#before;
    const part = stroke.length === 1 ? digitAt(answer?.digits ?? [], stroke[0]) : -1;
    if (part === -1 && (photo === null || stroke.length > 1)) return false;
    this.#sheet.drop();
    this.redraw();
    if (answer === null) this.#inkIsDone();
    else this.#answered(answer, Math.max(part, 0));
    return true;
  }

  /** What the model sees follows the pen, once a frame. */
  #inkChanges() {
    this.#answer = null;
    this.#glance.soon(() => this.#penIsDown && this.#look());
  }

  #look() {
    const drawing = this.#asked();
    this.#seen = this.#glance.see(drawing, this.#sheet.photo);
    if (this.#seen !== null && this.#onRelease) this.#glance.read({ ...drawing, seen: this.#seen });
    return drawing;
  }

  #asked() {
    const drawing = this.#sheet.drawing();
    return this.#isNumber ? { ...drawing, number: true } : drawing;
  }

  #inkIsDone() {
    this.#answer = null;
    this.#glance.stop();
    this.#ask(this.#look());
    this.#controls();
  }

  #ask(asked) {
    if (this.#seen === null) {
      this.#live.hold();
      this.#blank();
    } else if (this.#onRelease) {
      this.#live.change(asked);
      this.#view.reading();
    } else {
      this.#live.keep(asked);
      this.#view.waiting();
    }
  }

  #answered(answer, part = leastCertain(answer.digits ?? [])) {
    this.#glance.stop();
    this.#answer = answer;
    this.#view.answered(answer);
    this.select(part);
  }

  #blank() {
    if (this.#sheet.photo === null) this.#view.blank(this.#isNumber);
    else this.#view.noDigit();
  }

  #failed(error, wait) {
    this.#glance.stop();
    if (error.code === "blank") this.#blank();
    else this.#view.failed(error, wait);
    this.#controls();
  }

  #after(tell) {
    tell();
    this.#controls();
  }

  #controls() {
    const { revision } = this.#sheet;
    this.#view.controls({
      isInked: !this.#sheet.isEmpty,
      canUndo: this.#sheet.canUndo,
      canRedo: this.#sheet.canRedo,
      canPredict: this.#seen !== null && this.#answer === null && !this.#penIsDown,
      canLabel: this.#canLabel,
      canConfirm: this.#canLabel && this.#reading !== null,
      labels: (this.#answer?.digits ?? []).map((_, part) => this.#feedback.labelOf(revision, part)),
    });
  }
}

/** The digit of a number that is most worth a look. */
function leastCertain(digits) {
  const confidences = digits.map(({ confidence }) => confidence);
  return Math.max(confidences.indexOf(Math.min(...confidences)), 0);
}
