/**
 * From ink to answer: what is on the sheet is looked at, asked about, and answered.
 *
 * @import { Failure } from "../api.js"
 * @import { Drawing, Point } from "../drawing/drawing.js"
 * @import { Glyph } from "../preprocessing/glyph.js"
 * @import { Answer, Asked, Predictor } from "./predictor.js"
 * @import { PreviewView, RequestFrame } from "./preview.js"
 * @import { Selection } from "./selection.js"
 *
 * @typedef {Pick<Predictor, "predict"> & Partial<Pick<Predictor, "preview">>} PredictApi
 *
 * @typedef {object} OutcomeView
 * @property {() => void} reading
 * @property {() => void} waiting until somebody asks
 * @property {(isNumber: boolean) => void} blank
 * @property {() => void} dot is all the ink there is
 * @property {() => void} noDigit on a photo
 * @property {() => void} emptyCell is all there is on a photo
 * @property {(answer: Answer) => void} answered
 * @property {(position: number) => void} select
 * @property {(error: Failure, wait: number | null) => void} failed with the seconds to the next try
 * @typedef {PreviewView & OutcomeView} RecognitionView
 */

import { Preview } from "./preview.js";
import { PredictionRequest } from "./request.js";

export class Recognition {
  #drawing;
  #selection;
  #api;
  #view;
  #changed;
  #request;
  #preview;
  #isNumber = false;
  #onRelease = true;
  #isHeld = false; // a pen is down
  /** @type {Glyph | null} */
  #glyph = null; // what the network will see; null where that is no digit yet

  /**
   * `selection` gets the answers; `api` has predict, and preview where something answers
   * at once; `changed()` hears whenever what can be done may be something else.
   *
   * @param {{ drawing: Drawing, selection: Selection, api: PredictApi, view: RecognitionView,
   *   changed: () => void, delay?: number, requestFrame: RequestFrame }} parts `delay` in ms
   */
  constructor({ drawing, selection, api, view, changed, delay, requestFrame }) {
    this.#drawing = drawing;
    this.#selection = selection;
    this.#api = api;
    this.#view = view;
    this.#changed = changed;
    this.#preview = new Preview({
      view,
      predict: async (drawing) => api.preview?.(drawing) ?? null,
      requestFrame,
    });
    this.#request = new PredictionRequest({
      ask: (drawing, signal) => api.predict(drawing, signal),
      show: {
        answered: (answer) => this.#answered({ ...answer, ...drawing.photo?.placed(answer) }),
        failed: (error, wait) => this.#failed(error, wait),
      },
      delay,
    });
  }

  get canPredict() {
    return !this.#isHeld && this.#glyph !== null && this.#selection.isEmpty;
  }

  /** Whether there is a digit to be named: of a number only once its strokes are known. */
  get canLabel() {
    return !this.#isHeld && this.#glyph !== null && !(this.#isNumber && this.#selection.isEmpty);
  }

  // --- what somebody asks for ---

  /** Whether the ink is a number of several digits; what is there is read anew. */
  readNumbers(/** @type {boolean} */ whether) {
    if (this.#isNumber === whether) return;
    this.#isNumber = whether;
    if (!this.#isHeld) this.read();
  }

  /** Whether the pen going up asks for an answer, or only `predict`. */
  predictOnRelease(/** @type {boolean} */ whether) {
    this.#onRelease = whether;
    this.#changed();
  }

  /** Reads at once, also what failed to be read. */
  predict() {
    if (this.canPredict && this.#request.again()) this.#view.reading();
  }

  /** What is remembered has changed, and with it perhaps the answer. */
  reread() {
    if (!this.#isHeld) this.read();
  }

  /**
   * Reads once more what another version than this has answered, and shows the new answer.
   * Promises both, the older first; null where there was none, or the ink has changed meanwhile.
   *
   * @param {number} version
   * @returns {Promise<[Answer, Answer] | null>}
   */
  async readBy(version) {
    const before = this.#selection.answer;
    if (before === null || before.model_version === version) return null;
    const answer = await this.#api.predict(this.#asked());
    if (this.#selection.answer !== before) return null;
    this.#answered({ ...answer, ...this.#drawing.photo?.placed(answer) });
    return [before, answer];
  }

  /** Looks at one digit of a number. */
  select(/** @type {number} */ position) {
    this.#selection.select(position);
    this.look();
  }

  /** Shows what is looked at, where there is an answer. */
  look() {
    if (!this.#selection.isEmpty) this.#look();
  }

  /** Shows what there is to say of the sheet once more: something else was shown in its place. */
  showAgain() {
    const { answer } = this.#selection;
    if (answer !== null) this.#show(answer);
    else if (!this.#isHeld) this.read();
  }

  // --- what the pen does ---

  /** It is down: nothing is asked until it goes up. */
  hold() {
    this.#isHeld = true;
    this.#selection.hold();
    this.#request.hold();
    this.follow();
    this.#changed();
  }

  /** What the model sees follows the pen. */
  follow() {
    this.#preview.soon(() => this.#isHeld && this.#showPreview());
  }

  /** The ink is as it shall be read. */
  read() {
    this.#isHeld = false;
    this.#selection.drop();
    this.#preview.stop();
    this.#ask(this.#showPreview());
    this.#changed();
  }

  /** The pen only touched the place: what was answered before holds. */
  resume(/** @type {Point} */ point) {
    const answer = this.#selection.resume(point);
    if (answer === null) return this.read();
    this.#isHeld = false;
    this.#show(answer);
  }

  // --- what follows ---

  /** @returns {Asked} */
  #asked() {
    const { photo } = this.#drawing;
    const payload = { ...this.#drawing.payload(), photo };
    return this.#isNumber ? { ...payload, number: true } : payload;
  }

  #showPreview() {
    const asked = this.#asked();
    this.#glyph = this.#preview.see(asked, this.#drawing.photo);
    if (this.#glyph !== null && this.#onRelease)
      this.#preview.predict({ ...asked, glyph: this.#glyph });
    return asked;
  }

  #ask(/** @type {Asked} */ asked) {
    if (this.#glyph === null) {
      this.#request.hold();
      this.#blank();
    } else if (this.#onRelease) {
      this.#request.change(asked);
      this.#view.reading();
    } else {
      this.#request.keep(asked);
      this.#view.waiting();
    }
  }

  #answered(/** @type {Answer} */ answer) {
    this.#selection.answered(answer);
    this.#show(answer);
  }

  #show(/** @type {Answer} */ answer) {
    this.#preview.stop();
    this.#view.answered(answer);
    this.#look();
  }

  #look() {
    const { isNumber, position, reading } = this.#selection;
    if (isNumber) this.#view.select(position);
    this.#view.see(reading?.seen ?? null, this.#selection.payload().strokes ?? []);
    this.#changed();
  }

  #blank() {
    if (this.#drawing.photo?.cell) this.#view.emptyCell();
    else if (this.#drawing.photo !== null) this.#view.noDigit();
    else if (this.#drawing.isEmpty) this.#view.blank(this.#isNumber);
    else this.#view.dot();
  }

  /** @type {(error: Failure, wait: number | null) => void} */
  #failed(error, wait) {
    this.#preview.stop();
    if (error.code === "blank") this.#blank();
    else this.#view.failed(error, wait);
    this.#changed();
  }
}
