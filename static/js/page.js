/** All that a Reader shows: the ink, the answer, the buttons' states, the messages. */

import { AnswerView } from "./answer.js";
import { isAsked } from "./asking.js";
import { showControls } from "./controls.js";
import { Messages } from "./messages.js";
import { NumberView } from "./numberview.js";
import { Paper } from "./paper.js";
import { StepsView } from "./stepsview.js";

export class Page {
  #elements;
  #paper;
  #answer;
  #number;
  #steps;
  #messages;
  #digits = []; // of the number that is shown
  #asked = null; // the answer that was asked about, or not

  /**
   * `elements` by their ids; `onAgain` and `onTakeBack` are the messages' buttons,
   * `onSelect(part)` those of a number's digits.
   */
  constructor(elements, texts, { onAgain, onTakeBack, onSelect }) {
    const language = document.documentElement.lang;
    const { boxes, digits: buttons } = elements;
    this.#elements = elements;
    this.#paper = new Paper(elements.sheet, elements.wet);
    this.#answer = new AnswerView(elements, texts, language);
    this.#number = new NumberView({ boxes, buttons }, texts, language, onSelect);
    this.#steps = new StepsView(elements.steps, elements.seen);
    this.#messages = new Messages(elements, texts, { onAgain, onTakeBack });
  }

  // --- the ink ---

  brush(name) {
    this.#paper.brush(name);
  }

  redraw(strokes, photo) {
    const { photo: element, reader } = this.#elements;
    reader.toggleAttribute("data-photo", photo !== null);
    if (photo === null) element.removeAttribute("src");
    else element.src = photo.image;
    this.#paper.redraw(strokes);
  }

  follow(stroke, ahead) {
    this.#elements.boxes.replaceChildren(); // they are around older ink
    this.#paper.follow(stroke, ahead);
  }

  settle() {
    this.#paper.settle();
  }

  see(values, strokes) {
    this.#steps.see(values, strokes);
  }

  // --- the answer ---

  version(number) {
    this.#answer.version(number);
  }

  blank(isNumber) {
    this.#messages.settle();
    this.#showDigits([]);
    this.#answer.blank(isNumber);
  }

  noDigit() {
    this.#messages.settle();
    this.#showDigits([]);
    this.#answer.noDigit();
  }

  reading() {
    this.#elements.boxes.replaceChildren();
    this.#answer.reading();
  }

  waiting() {
    this.#showDigits([]);
    this.#answer.waiting();
  }

  /** What this browser says of ink that still changes, or that the server has yet to read. */
  glimpse(answer) {
    this.#answer.glimpse(answer);
  }

  answered(answer) {
    this.#messages.settle();
    this.#showDigits(answer.digits ?? []);
    this.#answer.answered(answer);
    this.#askAbout(answer);
  }

  /** One digit of a number is looked at. */
  select(part) {
    this.#number.select(part);
    this.#answer.bars(this.#digits[part]);
  }

  /** No answer came; `wait` is the seconds until it is asked for again, or null. */
  failed(error, wait) {
    this.#showDigits([]);
    this.#answer.failed();
    this.complain(error, { wait, again: error.passing });
  }

  /** Once an answer: looking at it again is no reason to fold what somebody has opened. */
  #askAbout(answer) {
    if (answer === this.#asked) return;
    this.#asked = answer;
    const { asking, reader } = this.#elements;
    asking.open = isAsked(answer, Number(reader.dataset.askPercent));
  }

  #showDigits(digits) {
    this.#digits = digits;
    this.#number.show(digits);
  }

  // --- messages and buttons ---

  complain(error, how) {
    this.#messages.complain(error, how);
  }

  thank(stored) {
    this.#messages.thank(stored);
  }

  takenBack() {
    this.#messages.takenBack();
  }

  busy(whether) {
    this.#elements.feedback.setAttribute("aria-busy", whether);
  }

  controls(state) {
    showControls(this.#elements, state);
    this.#number.labelled(state.labels);
  }
}
