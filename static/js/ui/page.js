/**
 * All that a Reader shows: the ink, the answer, the buttons' states, the messages.
 *
 * @import { DigitOfNumber, Failure, HandDescription, Remembered, WholeNumber } from "../api.js"
 * @import { Point, Size, Stroke } from "../drawing/drawing.js"
 * @import { Photo } from "../photo/photo.js"
 * @import { Stroke as Line } from "../preprocessing/ink.js"
 * @import { Said, Stored } from "../recognition/feedback.js"
 * @import { Answer } from "../recognition/predictor.js"
 * @import { Controls, View } from "../recognition/reader.js"
 * @import { Choice } from "../settings.js"
 * @import { Texts } from "../text.js"
 * @import { MemoryView } from "./answer/memory-view.js"
 * @import { NumberView } from "./answer/number-view.js"
 * @import { PageElements } from "./elements.js"
 * @import { Flight } from "./flight.js"
 * @import { Complaint } from "./messages.js"
 * @import { StepsView } from "./seen/steps-view.js"
 *
 * @typedef {{ flight: Flight, memory: MemoryView, number: NumberView, steps: StepsView }} Later
 * views that the page can do without at first
 */

import { InkCanvas } from "../drawing/canvas.js";
import { AnswerView } from "./answer/answer-view.js";
import { showControls } from "./controls.js";
import { Messages } from "./messages.js";

/** @implements {View} */
export class Page {
  #elements;
  #canvas;
  #answer;
  #messages;
  /** @type {Later | null} */
  #later = null;
  #texts;
  #remembers = true;
  /** @type {DigitOfNumber[]} */
  #digits = []; // of the number that is shown
  /** @type {Answer | null} */
  #shown = null; // the answer on the page
  /** @type {Said | null} */
  #said = null; // of this ink
  #position = 0; // of the digit that is looked at

  /**
   * `onAgain` and `onTakeBack` are the messages' buttons.
   *
   * @param {PageElements} elements
   * @param {Texts} texts
   * @param {Record<"onAgain" | "onTakeBack", () => void>} handlers
   */
  constructor(elements, texts, { onAgain, onTakeBack }) {
    const language = document.documentElement.lang;
    this.#elements = elements;
    this.#texts = texts;
    this.#canvas = new InkCanvas(elements.sheet, elements.wet);
    this.#answer = new AnswerView(elements, texts, language);
    this.#messages = new Messages(elements, texts, { onAgain, onTakeBack });
    elements.closer.addEventListener("click", () => {
      const isPhoto = elements.reader.hasAttribute("data-photo");
      if (elements.closer.ariaPressed === "true") this.tell(isPhoto ? texts.leftOut : texts.cells);
    });
  }

  /** From now on these views are shown as well, at once what is there. */
  join(/** @type {Later} */ later) {
    this.#later = later;
    if (this.#shown !== null) this.#show(this.#shown, this.#position);
  }

  // --- the ink ---

  brush(/** @type {Choice<"brush">} */ name) {
    this.#canvas.brush(name);
  }

  /** Which tool is in hand. */
  erasing(/** @type {boolean} */ whether) {
    const { eraser, reader } = this.#elements;
    eraser.setAttribute("aria-pressed", String(whether));
    reader.toggleAttribute("data-erasing", whether);
  }

  /** @type {(strokes: Stroke[], photo: Photo | null, size: Size) => void} */
  redraw(strokes, photo, size) {
    const { photo: element, reader, stage } = this.#elements;
    reader.toggleAttribute("data-photo", photo !== null);
    if (photo === null) element.removeAttribute("src");
    else element.src = photo.image;
    // Boxes are placed in the sheet's unit, wherever it is shown.
    for (const [name, pixels] of Object.entries(this.#canvas.redraw(strokes, size)))
      stage.style.setProperty(`--${name}`, `${pixels}px`);
    this.#later?.steps.resize(size, photo);
    this.#later?.flight.resize(size);
  }

  /** @type {(stroke: Stroke, ahead?: Point[]) => void} */
  follow(stroke, ahead) {
    const { boxes, reader } = this.#elements;
    boxes.replaceChildren(); // they are around older ink
    reader.toggleAttribute("data-drawing", true);
    this.#canvas.follow(stroke, ahead);
  }

  settle() {
    this.#elements.reader.toggleAttribute("data-drawing", false);
    this.#canvas.settle();
  }

  /** @type {(values: ArrayLike<number> | null, strokes: Line[]) => void} */
  see(values, strokes) {
    this.#later?.steps.see(values, strokes);
    this.#later?.flight.see(strokes);
  }

  // --- the answer ---

  /** Which version is live; a new one went so while the page was open. */
  version(/** @type {number} */ number, isNew = false) {
    this.#answer.version(number, isNew);
  }

  blank(/** @type {boolean} */ isNumber) {
    this.#unanswered();
    this.#answer.blank(isNumber);
  }

  dot() {
    this.#unanswered();
    this.#answer.dot();
  }

  noDigit() {
    this.#unanswered();
    this.#answer.noDigit();
  }

  emptyCell() {
    this.#unanswered();
    this.#answer.emptyCell();
  }

  reading() {
    this.#said = null;
    this.#elements.boxes.replaceChildren();
    this.#answer.reading();
  }

  waiting() {
    this.#unanswered();
    this.#answer.waiting();
  }

  /** What this browser says of ink that still changes, or that the server has yet to read. */
  preview(/** @type {Answer} */ answer) {
    this.#answer.preview(answer);
  }

  answered(/** @type {Answer} */ answer) {
    // One that comes after somebody has said what it is does not unsay that.
    if (this.#said === null) {
      this.#messages.settle();
      this.#messages.forget();
    }
    this.#shown = answer;
    if (answer.digits) this.#showDigits(answer.lines);
    else this.#showDigits([]);
    this.#answer.answered(answer);
    this.#later?.memory.show(answer.digits ? null : answer);
    if (this.#said !== null) this.#showSaid(this.#said);
  }

  /** One digit of a number is looked at. */
  select(/** @type {number} */ position) {
    this.#position = position;
    this.#later?.number.select(position);
    this.#messages.forget();
    this.#answer.guesses(this.#digits[position]);
    this.#later?.memory.show(this.#digits[position]);
  }

  /**
   * No answer came; `wait` is the seconds until it is asked for again, or null.
   *
   * @type {(error: Failure, wait: number | null) => void}
   */
  failed(error, wait) {
    this.#unanswered();
    this.#answer.failed();
    this.complain(error, { wait, again: error.passing });
  }

  /** What was answered, said and complained of is over. */
  #unanswered() {
    this.#said = null;
    this.#messages.settle();
    this.#messages.forget();
    this.#shown = null;
    this.#showDigits([]);
  }

  /** Those of each line of numbers; of none where there are none. */
  #showDigits(/** @type {WholeNumber["lines"]} */ lines) {
    this.#digits = lines.flatMap(({ digits }) => digits);
    this.#later?.number.show(lines);
    this.#later?.memory.show(null);
  }

  /** What the camera sees, in place of the sheet. @type {AnswerView["show"]} */
  show(state, words, how) {
    this.#answer.show(state, words, how);
  }

  // --- one's own hand ---

  /**
   * What is remembered now, and how a remembered drawing is shown.
   *
   * @type {(hand: HandDescription, picture: (drawing: Remembered) => Element) => void}
   */
  hand(hand, picture) {
    this.#remembers = hand.remembers;
    this.#later?.memory.hand(hand);
    this.#answer.keys.hand(hand.drawings, picture);
  }

  /** The id of the remembered drawing that speaks for the answer on the page, or null. */
  get speaking() {
    return this.#later?.memory.speaking?.drawing ?? null;
  }

  // --- messages and buttons ---

  /** @type {(error: Failure, how?: Complaint) => void} */
  complain(error, how) {
    this.#messages.complain(error, how);
  }

  /** @type {(stored: Stored, said: Said) => void} */
  thank(stored, said) {
    this.#said = said;
    this.#showSaid(said);
    // Whoever draws already has other ink on the sheet.
    const isDrawing = this.#elements.reader.hasAttribute("data-drawing");
    if (said.mends && !isDrawing) this.#later?.flight.to(said.label);
    this.#messages.thank(stored, { ...said, remembers: this.#remembers });
  }

  #showSaid(/** @type {Said} */ said) {
    this.#answer.said({ ...said, ofNumber: this.#digits.length > 0 });
  }

  tell(/** @type {string} */ text) {
    this.#messages.tell(text);
  }

  /** The answer stands there again as it was before somebody said what it is. */
  takenBack() {
    this.#said = null;
    if (this.#shown !== null) this.#show(this.#shown, this.#position);
    this.tell(this.#texts.takenBack);
  }

  /** @type {(answer: Answer, position: number) => void} */
  #show(answer, position) {
    this.answered(answer);
    if (answer.digits) this.select(position);
  }

  busy(/** @type {boolean} */ whether) {
    this.#elements.feedback.setAttribute("aria-busy", String(whether));
  }

  controls(/** @type {Controls} */ state) {
    showControls(this.#elements, state);
    this.#answer.keys.say(state.said);
    this.#later?.number.labelled(state.labels);
  }
}
