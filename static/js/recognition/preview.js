/**
 * What the network sees and says of ink that still changes: of the newest only, and
 * not so often that the ink would wait for it.
 *
 * @import { Photo } from "../photo/photo.js"
 * @import { Glyph } from "../preprocessing/glyph.js"
 * @import { Stroke } from "../preprocessing/ink.js"
 * @import { Answer, Asked } from "./predictor.js"
 *
 * @typedef {{ preview(answer: Answer): void,
 *   see(values: ArrayLike<number> | null, strokes: Stroke[]): void }} PreviewView `values` are the
 * network's 784, 0 paper to 255 ink
 * @typedef {(draw: () => void) => unknown} RequestFrame
 */

import { normalise } from "../preprocessing/ink.js";

export class Preview {
  #view;
  #predict;
  #requestFrame;
  /** @type {unknown} */
  #frame = null;
  /** @type {(() => void) | null} */
  #look = null;
  #rests = false; // it has looked in the frame before
  /** @type {Asked | null} */
  #next = null; // the drawing to be read next
  #isPredicting = false;
  #generation = 0; // an answer of an earlier one comes too late

  /**
   * `predict` promises an answer, or null.
   *
   * @param {{ view: PreviewView, predict: (drawing: Asked) => Promise<Answer | null>,
   *   requestFrame: RequestFrame }} parts
   */
  constructor({ view, predict, requestFrame }) {
    this.#view = view;
    this.#predict = predict;
    this.#requestFrame = requestFrame;
  }

  /** Calls the newest `look` in the next frame or the one after: every other is the ink's. */
  soon(/** @type {() => void} */ look) {
    this.#look = look;
    this.#frame ??= this.#requestFrame(() => this.#turn());
  }

  /**
   * Shows what is seen of a drawing and returns it: null where that is no digit yet.
   *
   * @type {(drawing: Asked, photo?: Photo | null) => Glyph | null}
   */
  see({ strokes = [], canvas, number }, photo = null) {
    const glyph = photo ? photo.glyph : normalise(strokes, canvas);
    // Which strokes are which digit of a number is known only with the answer.
    if (number || glyph === null) this.#view.see(null, []);
    else this.#view.see(glyph.pixels, strokes);
    return glyph;
  }

  /** Shows what is read of a drawing, unless `stop` comes first. One is read at a time. */
  async predict(/** @type {Asked} */ drawing) {
    this.#next = drawing;
    if (this.#isPredicting) return;
    this.#isPredicting = true;
    while (this.#next !== null) await this.#predictNext(this.#next);
    this.#isPredicting = false;
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

  async #predictNext(/** @type {Asked} */ drawing) {
    const generation = this.#generation;
    this.#next = null;
    const answer = await this.#predict(drawing).catch(() => null);
    if (answer !== null && generation === this.#generation) this.#view.preview(answer);
  }
}
