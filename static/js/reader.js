/**
 * What happens between pen and page: ink comes in, it is read, somebody answers.
 *
 * Knows no browser: what is to be seen goes to a view (page.js).
 */

import { Feedback } from "./feedback.js";
import { Inking } from "./inking.js";
import { Recognition } from "./recognition.js";
import { Selection } from "./selection.js";
import { Sheet } from "./sheet.js";

export class Reader {
  #sheet = new Sheet();
  #selection = new Selection(this.#sheet);
  #view;
  #feedback;

  /** `api` has predict, submit and remove, and glimpse where something answers at once. */
  constructor({ api, view, delay, requestFrame = (draw) => requestAnimationFrame(draw) }) {
    const [sheet, selection] = [this.#sheet, this.#selection];
    const changed = () => this.#controls();
    this.#view = view;
    this.recognition = new Recognition({ sheet, selection, api, view, changed, delay, requestFrame });
    this.ink = new Inking({
      sheet,
      selection,
      view,
      recognition: this.recognition,
      isAnswered: () => this.#feedback.isGivenFor(sheet.revision),
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

  /** Says that the ink is `label`: "0" to "9" or "not_a_digit". */
  label(label) {
    if (!this.#canLabel) return;
    const { part } = this.#selection;
    this.#feedback.give(label, this.#selection.drawing(), this.#sheet.revision, part);
  }

  /** Says that the answer is right. */
  confirm() {
    const { reading } = this.#selection;
    if (reading !== null) this.label(String(reading.digit ?? "not_a_digit"));
  }

  takeBack() {
    this.#feedback.takeBack();
  }

  get #canLabel() {
    return this.recognition.canLabel && this.#labelOf(this.#selection.part) === null;
  }

  #labelOf(part) {
    return this.#feedback.labelOf(this.#sheet.revision, part);
  }

  #after(tell) {
    tell();
    this.#controls();
  }

  #controls() {
    const { count, isEmpty } = this.#selection;
    this.#view.controls({
      isInked: !this.#sheet.isEmpty,
      canUndo: this.#sheet.canUndo,
      canRedo: this.#sheet.canRedo,
      canPredict: this.recognition.canPredict,
      canLabel: this.#canLabel,
      canConfirm: this.#canLabel && !isEmpty,
      labels: Array.from({ length: count }, (_, part) => this.#labelOf(part)),
    });
  }
}
