/**
 * From ink to a value: the sheet of a pad is read whenever the pen rests. Knows no browser.
 *
 * @import { Failure, Prediction } from "../api.js"
 * @import { InkView } from "../drawing/input.js"
 * @import { Ask } from "../recognition/request.js"
 *
 * @typedef {"" | "notADigit" | "notANumber"} Fault why there is ink and no value
 * @typedef {object} Outcome
 * @property {() => void} changed the ink is another, and has no value yet
 * @property {(prediction: Prediction) => void} read
 * @property {(error: Failure) => void} failed
 */

import { Drawing } from "../drawing/drawing.js";
import { Input } from "../drawing/input.js";
import { PredictionRequest } from "../recognition/request.js";

const NO_SELECTION = { drop() {}, digitAt: () => -1 };

export class PadReading {
  #drawing = new Drawing();
  #request;
  #outcome;
  #isDone = false;

  isNumber = false;

  /** @param {{ ask: Ask, view: InkView, outcome: Outcome, delay?: number }} parts `delay` in ms */
  constructor({ ask, view, outcome, delay }) {
    this.#outcome = outcome;
    this.#request = new PredictionRequest({
      ask,
      show: {
        answered: (answer) => outcome.read(answer),
        failed: (error, wait) => wait === null && outcome.failed(error),
      },
      delay,
    });
    this.input = new Input({
      drawing: this.#drawing,
      selection: NO_SELECTION,
      view,
      isAnswered: () => this.#isDone,
      recognition: {
        hold: () => this.#hold(),
        follow: () => {},
        read: () => this.#read(),
        resume: () => this.#read(),
      },
    });
  }

  get isInked() {
    return !this.#drawing.isEmpty;
  }

  get canUndo() {
    return this.#drawing.canUndo;
  }

  /** Somebody says what it is: what is drawn next is another drawing. */
  finish() {
    this.#request.hold();
    this.#isDone = true;
  }

  /** A new sheet, which nothing is asked about. */
  restart() {
    this.finish();
    this.#drawing.restart();
    this.input.redraw();
  }

  #hold() {
    this.#isDone = false;
    this.#request.hold();
    this.#outcome.changed();
  }

  #read() {
    this.#hold();
    if (!this.isInked) return;
    const drawing = this.#drawing.payload();
    this.#request.change(this.isNumber ? { ...drawing, number: true } : drawing);
  }
}

/**
 * The value of what was read, and why it has none.
 *
 * @param {Prediction} prediction
 * @returns {{ value: string, fault: Fault, others: string[] }}
 */
export function fieldOf(prediction) {
  const { digit, number, alternatives } = prediction;
  const others = alternatives.map((other) => String(other.digit));
  const characters = prediction.digits ? [...prediction.digits, ...prediction.signs] : [];
  if (characters.length < 2)
    return digit === null
      ? { value: "", fault: "notADigit", others }
      : { value: String(digit), fault: "", others };
  const isPlain = number !== null && number !== undefined && !number.includes("?");
  return isPlain
    ? { value: number, fault: "", others: [] }
    : { value: "", fault: "notANumber", others: [] };
}
