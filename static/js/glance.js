/**
 * What the network sees and says of ink that still changes: of the newest only, and
 * not so often that the ink would wait for it.
 */

import { normalise } from "./ink.js";

export class Glance {
  #view;
  #read;
  #requestFrame;
  #frame = null;
  #look = null;
  #rests = false; // it has looked in the frame before
  #next = null; // the drawing to be read next
  #isReading = false;
  #generation = 0; // an answer of an earlier one comes too late

  /** `view` has see() and glimpse(); `read(drawing)` promises an answer, or null. */
  constructor({ view, read = async () => null, requestFrame }) {
    this.#view = view;
    this.#read = read;
    this.#requestFrame = requestFrame;
  }

  /** Calls the newest `look` with the next frame, or the one after: every other is the ink's alone. */
  soon(look) {
    this.#look = look;
    this.#frame ??= this.#requestFrame(() => this.#turn());
  }

  /** Shows what is seen of a drawing and returns it: null where that is no digit yet. */
  see({ strokes = [], canvas, number }, photo = null) {
    const seen = photo ? photo.seen : normalise(strokes, canvas);
    // Which strokes are which digit of a number is known only with the answer.
    if (number || seen === null) this.#view.see(null, []);
    else this.#view.see(seen, strokes);
    return seen;
  }

  /** Shows what is read of a drawing, unless `stop` comes first. One is read at a time. */
  async read(drawing) {
    this.#next = drawing;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#next !== null) await this.#readNext();
    this.#isReading = false;
  }

  /** What is read by now is of no use any more. */
  stop() {
    this.#next = null;
    this.#generation += 1;
  }

  #turn() {
    const look = this.#rests ? null : this.#look;
    if (look !== null) this.#look = null;
    this.#rests = look !== null;
    look?.();
    const goesOn = this.#rests || this.#look !== null;
    this.#frame = goesOn ? this.#requestFrame(() => this.#turn()) : null;
  }

  async #readNext() {
    const [drawing, generation] = [this.#next, this.#generation];
    this.#next = null;
    const answer = await this.#read(drawing).catch(() => null);
    if (answer !== null && generation === this.#generation) this.#view.glimpse(answer);
  }
}
