/**
 * What happens between pen and page: ink comes in, it is read, somebody answers.
 *
 * Knows no browser: what is to be seen goes to a view (page.js).
 */

import { Feedback } from "./feedback.js";
import { normalise } from "./ink.js";
import { Live } from "./live.js";
import { Sheet } from "./sheet.js";

export class Reader {
  #sheet = new Sheet();
  #view;
  #live;
  #feedback;
  #penIsDown = false;
  #seen = null; // what the network will see; null where that is no digit yet
  #answer = null; // to the ink as it is now
  #requestFrame;
  #frame = null;

  constructor({ api, view, delay, requestFrame = (draw) => requestAnimationFrame(draw) }) {
    this.#view = view;
    this.#requestFrame = requestFrame;
    this.#live = new Live({
      ask: (drawing, signal) => api.predict(drawing, signal),
      show: {
        answered: (answer) => this.#answered(answer),
        failed: (error, wait) => this.#failed(error, wait),
      },
      delay,
    });
    this.#feedback = new Feedback(api, {
      busy: (whether) => view.busy(whether),
      given: () => this.#after(() => view.thank()),
      takenBack: () => this.#after(() => view.takenBack()),
      failed: (error) => view.complain(error),
    });
    view.blank();
    this.#controls();
  }

  // --- the pen ---

  begin(point, shown) {
    if (this.#isAnswered) this.#sheet.restart();
    this.#penIsDown = true;
    this.#live.hold();
    this.#sheet.begin(point, shown);
    if (this.#sheet.strokes.length === 1) this.redraw();
    else this.#view.line(this.#sheet.strokes.at(-1));
    this.#inkChanges();
    this.#controls();
  }

  extend(points, shown) {
    const last = this.#sheet.strokes.at(-1).at(-1);
    const added = this.#sheet.extend(points, shown);
    if (added.length === 0) return;
    this.#view.line([last, ...added]); // only what is new
    this.#inkChanges();
  }

  end() {
    this.#penIsDown = false;
    this.#inkIsDone();
  }

  /** What the pen drew last was no stroke. */
  drop() {
    this.#penIsDown = false;
    this.undo();
  }

  redraw() {
    this.#view.redraw(this.#sheet.strokes, this.#sheet.size);
  }

  // --- what somebody asks for; not while a pen is down, as another finger could ---

  undo() {
    if (this.#penIsDown || !this.#sheet.undo()) return;
    this.redraw();
    this.#inkIsDone();
  }

  clear() {
    if (this.#penIsDown || this.#sheet.isEmpty) return;
    if (this.#isAnswered) this.#sheet.restart();
    else this.#sheet.clear();
    this.redraw();
    this.#inkIsDone();
  }

  /** Says that the ink is `label`: "0" to "9" or "not_a_digit". */
  label(label) {
    if (this.#penIsDown || this.#seen === null) return;
    this.#feedback.give(label, this.#sheet.drawing(), this.#sheet.revision);
  }

  /** Says that the answer is right. */
  confirm() {
    if (this.#answer !== null) this.label(String(this.#answer.digit ?? "not_a_digit"));
  }

  takeBack() {
    this.#feedback.takeBack();
  }

  /** Asks once more, where the answer failed to come. */
  again() {
    this.#live.again();
  }

  // --- what follows ---

  get #isAnswered() {
    return this.#feedback.isGivenFor(this.#sheet.revision);
  }

  /** What the model sees follows the pen, once a frame. */
  #inkChanges() {
    this.#answer = null;
    if (this.#frame !== null) return;
    this.#frame = this.#requestFrame(() => {
      this.#frame = null;
      this.#look();
    });
  }

  #look() {
    const { strokes, canvas } = this.#sheet.drawing();
    this.#seen = normalise(strokes, canvas);
    this.#view.see(this.#seen);
  }

  #inkIsDone() {
    this.#answer = null;
    this.#look();
    if (this.#seen === null) {
      this.#live.hold();
      this.#view.blank();
    } else {
      this.#live.change(this.#sheet.drawing());
      this.#view.reading();
    }
    this.#controls();
  }

  #answered(answer) {
    this.#answer = answer;
    this.#view.answered(answer);
    this.#controls();
  }

  #failed(error, wait) {
    if (error.code === "blank") this.#view.blank();
    else this.#view.failed(error, wait);
  }

  #after(tell) {
    tell();
    this.#controls();
  }

  #controls() {
    this.#view.controls({
      isInked: !this.#sheet.isEmpty,
      canUndo: this.#sheet.canUndo,
      canLabel: this.#seen !== null && !this.#isAnswered,
      canConfirm: this.#answer !== null,
    });
  }
}
