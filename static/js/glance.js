/** What the network sees and says of ink that still changes: once a frame, of the newest only. */

import { normalise } from "./ink.js";

export class Glance {
  #view;
  #read;
  #requestFrame;
  #frame = null;
  #next = null; // the drawing to be read next
  #isReading = false;
  #generation = 0; // an answer of an earlier one comes too late

  /** `view` has see() and glimpse(); `read(drawing)` promises an answer, or null. */
  constructor({ view, read = async () => null, requestFrame }) {
    this.#view = view;
    this.#read = read;
    this.#requestFrame = requestFrame;
  }

  /** Calls `look` with the next frame, however often it is asked before. */
  soon(look) {
    this.#frame ??= this.#requestFrame(() => {
      this.#frame = null;
      look();
    });
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

  async #readNext() {
    const [drawing, generation] = [this.#next, this.#generation];
    this.#next = null;
    const answer = await this.#read(drawing).catch(() => null);
    if (answer !== null && generation === this.#generation) this.#view.glimpse(answer);
  }
}
