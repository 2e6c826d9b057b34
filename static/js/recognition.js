/** From ink to answer: what is on the sheet is looked at, asked about, and answered. */

import { Glance } from "./glance.js";
import { Live } from "./live.js";

export class Recognition {
  #sheet;
  #selection;
  #view;
  #changed;
  #live;
  #glance;
  #isNumber = false;
  #onRelease = true;
  #isHeld = false; // a pen is down
  #seen = null; // what the network will see; null where that is no digit yet

  /**
   * `selection` gets the answers; `api` has predict, and glimpse where something answers
   * at once; `changed()` hears whenever what can be done may be something else.
   */
  constructor({ sheet, selection, api, view, changed, delay, requestFrame }) {
    this.#sheet = sheet;
    this.#selection = selection;
    this.#view = view;
    this.#changed = changed;
    const read = api.glimpse && ((drawing) => api.glimpse(drawing));
    this.#glance = new Glance({ view, read, requestFrame });
    this.#live = new Live({
      ask: (drawing, signal) => api.predict(drawing, signal),
      show: {
        answered: (answer) => this.#answered(sheet.photo?.placed(answer) ?? answer),
        failed: (error, wait) => this.#failed(error, wait),
      },
      delay,
    });
  }

  get canPredict() {
    return !this.#isHeld && this.#seen !== null && this.#selection.isEmpty;
  }

  /** Whether there is a digit to be named: of a number only once its strokes are known. */
  get canLabel() {
    return !this.#isHeld && this.#seen !== null && !(this.#isNumber && this.#selection.isEmpty);
  }

  // --- what somebody asks for ---

  /** Whether the ink is a number of several digits; what is there is read anew. */
  readNumbers(whether) {
    if (this.#isNumber === whether) return;
    this.#isNumber = whether;
    if (!this.#isHeld) this.read();
  }

  /** Whether the pen going up asks for an answer, or only `predict`. */
  predictOnRelease(whether) {
    this.#onRelease = whether;
    this.#changed();
  }

  /** Reads at once, also what failed to be read. */
  predict() {
    if (this.canPredict && this.#live.again()) this.#view.reading();
  }

  /** Looks at one digit of a number. */
  select(part) {
    if (this.#selection.isEmpty) return;
    this.#selection.select(part);
    this.#look();
  }

  // --- what the pen does ---

  /** It is down: nothing is asked until it goes up. */
  hold() {
    this.#isHeld = true;
    this.#selection.hold();
    this.#live.hold();
    this.follow();
    this.#changed();
  }

  /** What the model sees follows the pen. */
  follow() {
    this.#glance.soon(() => this.#isHeld && this.#glimpse());
  }

  /** The ink is as it shall be read. */
  read() {
    this.#isHeld = false;
    this.#selection.drop();
    this.#glance.stop();
    this.#ask(this.#glimpse());
    this.#changed();
  }

  /** The pen only touched the place: what was answered before holds. */
  resume(point) {
    const answer = this.#selection.resume(point);
    if (answer === null) return this.read();
    this.#isHeld = false;
    this.#show(answer);
  }

  // --- what follows ---

  #glimpse() {
    const { photo } = this.#sheet;
    const drawing = { ...this.#sheet.drawing(), photo };
    const asked = this.#isNumber ? { ...drawing, number: true } : drawing;
    this.#seen = this.#glance.see(asked, photo);
    if (this.#seen !== null && this.#onRelease) this.#glance.read({ ...asked, seen: this.#seen });
    return asked;
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

  #answered(answer) {
    this.#selection.answered(answer);
    this.#show(answer);
  }

  #show(answer) {
    this.#glance.stop();
    this.#view.answered(answer);
    this.#look();
  }

  #look() {
    const { isNumber, part, reading } = this.#selection;
    if (isNumber) this.#view.select(part);
    this.#view.see(reading.seen, this.#selection.drawing().strokes ?? []);
    this.#changed();
  }

  #blank() {
    if (this.#sheet.photo === null) this.#view.blank(this.#isNumber);
    else this.#view.noDigit();
  }

  #failed(error, wait) {
    this.#glance.stop();
    if (error.code === "blank") this.#blank();
    else this.#view.failed(error, wait);
    this.#changed();
  }
}
