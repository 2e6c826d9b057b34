/**
 * What happens between pen and page: ink comes in, it is read, somebody answers.
 *
 * Knows no browser: what is to be seen goes to a view (page.js).
 *
 * @import { Failure } from "../api.js"
 * @import { InkView } from "../drawing/input.js"
 * @import { Keep } from "../drawing/keep.js"
 * @import { LabelApi, Said, Stored } from "./feedback.js"
 * @import { RequestFrame } from "./preview.js"
 * @import { PredictApi, RecognitionView } from "./recognition.js"
 * @import { TakeApart } from "./selection.js"
 *
 * @typedef {Record<"isInked" | "isAnswered" | "canUndo" | "canRedo" | "canPredict" | "canLabel",
 *   boolean> & { said: string | null, labels: (string | null)[] }} Controls what can be done now,
 * what somebody has said of the digit that is looked at, and of each digit of a number
 *
 * @typedef {object} MessageView messages and buttons
 * @property {(whether: boolean) => void} busy
 * @property {(stored: Stored, said: Said) => void} thank
 * @property {() => void} takenBack
 * @property {(error: Failure) => void} complain
 * @property {(controls: Controls) => void} controls
 * @typedef {InkView & RecognitionView & MessageView} View
 */

import { Drawing } from "../drawing/drawing.js";
import { Input } from "../drawing/input.js";
import { Feedback, labelOf } from "./feedback.js";
import { Recognition } from "./recognition.js";
import { Selection } from "./selection.js";

export class Reader {
  #drawing = new Drawing();
  #selection = new Selection(this.#drawing);
  #view;
  #keep;
  #feedback;
  #isAside = false; // something else is looked at, as the camera's picture

  /**
   * `api` has preview where something answers at once; `delay` is in ms. `keep` gets every state
   * of an unfinished drawing.
   *
   * @param {{ api: PredictApi & LabelApi, view: View, delay?: number, keep?: Pick<Keep, "write">,
   *   requestFrame?: RequestFrame }} parts
   */
  constructor({ api, view, delay, keep, requestFrame = (draw) => requestAnimationFrame(draw) }) {
    const [drawing, selection] = [this.#drawing, this.#selection];
    const changed = () => this.#controls();
    this.#view = view;
    this.#keep = keep;
    this.recognition = new Recognition({
      drawing,
      selection,
      api,
      view,
      changed,
      delay,
      requestFrame,
    });
    this.input = new Input({
      drawing,
      selection,
      view,
      recognition: this.recognition,
      isAnswered: () => this.#feedback.isLabelled(drawing.revision),
    });
    this.#feedback = new Feedback(api, {
      busy: (whether) => view.busy(whether),
      labelled: (stored, said) => this.#after(() => view.thank(stored, said)),
      takenBack: () => this.#after(() => view.takenBack()),
      failed: (error) => view.complain(error),
    });
    view.blank(false);
    this.#controls();
  }

  /** Says that the ink is `label`: "0" to "9" or "not_a_digit". */
  label(/** @type {string} */ label) {
    if (!this.#canLabel) return;
    const { position, reading } = this.#selection;
    const [payload, { revision }] = [this.#selection.payload(), this.#drawing];
    this.#feedback.label(label, payload, revision, position, reading);
  }

  /** Says that the answer is right. */
  confirm() {
    const { reading } = this.#selection;
    if (reading !== null) this.label(labelOf(reading));
  }

  takeBack() {
    this.#feedback.takeBack();
  }

  /** From now on the digits of a number can be had one by one. */
  takeApart(/** @type {TakeApart} */ takeApart) {
    this.#selection.takeApart(takeApart);
    this.recognition.look();
    this.#controls();
  }

  /** The sheet steps back for something else that is answered in its place, or comes again. */
  setAside(/** @type {boolean} */ whether) {
    this.#isAside = whether;
    if (!whether) this.recognition.showAgain();
    this.#controls();
  }

  get #canLabel() {
    if (this.#isAside) return false;
    const isKnown = this.recognition.canLabel && this.#selection.isApart;
    const isEmpty = this.#selection.reading?.verdict === "empty";
    return isKnown && !isEmpty && this.#labelOf(this.#selection.position) === null;
  }

  #labelOf(/** @type {number} */ position) {
    return this.#feedback.labelOf(this.#drawing.revision, position);
  }

  #after(/** @type {() => void} */ tell) {
    tell();
    this.#controls();
  }

  #controls() {
    const { count, position } = this.#selection;
    const isAnswered = this.#feedback.isLabelled(this.#drawing.revision);
    const { strokes, photo, size } = this.#drawing;
    this.#keep?.write(isAnswered ? { strokes: [], photo: null, size } : { strokes, photo, size });
    this.#view.controls({
      isInked: !this.#drawing.isEmpty,
      isAnswered,
      canUndo: this.#drawing.canUndo,
      canRedo: this.#drawing.canRedo,
      canPredict: this.recognition.canPredict,
      canLabel: this.#canLabel,
      said: this.#isAside ? null : this.#labelOf(position),
      labels: Array.from({ length: count }, (_, position) => this.#labelOf(position)),
    });
  }
}
