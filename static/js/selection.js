/** The answer to the ink as it is now, and which digit of it is looked at. */

import { digitAt, partOf } from "./part.js";

export class Selection {
  #sheet;
  #answer = null;
  #before = null; // the answer that was there when the pen came down
  #part = 0;

  constructor(sheet) {
    this.#sheet = sheet;
  }

  get isEmpty() {
    return this.#answer === null;
  }

  get isNumber() {
    return Boolean(this.#answer?.digits);
  }

  /** How many digits of a number there are. */
  get count() {
    return this.#answer?.digits?.length ?? 0;
  }

  /** Which digit of a number is looked at. */
  get part() {
    return this.isNumber ? this.#part : 0;
  }

  /** What was read of the digit that is looked at; null before there is an answer. */
  get reading() {
    return this.#answer?.digits?.[this.#part] ?? this.#answer;
  }

  /** The drawing of the digit that is looked at. */
  drawing() {
    const { photo } = this.#sheet;
    const drawing = this.#sheet.drawing();
    if (!this.isNumber) return drawing;
    return photo?.part(this.#answer.digits, this.#part) ?? partOf(this.reading, drawing);
  }

  /** Of a number, the digit that is most worth a look. */
  answered(answer) {
    this.#answer = answer;
    this.#part = leastCertain(answer.digits ?? []);
  }

  select(part) {
    this.#part = part;
  }

  /** The ink has changed. */
  drop() {
    this.#answer = null;
  }

  // --- a pen that comes down, and may leave nothing ---

  hold() {
    this.#before = this.#answer;
    this.#answer = null;
  }

  /** Which digit of the number before has the place; -1 where there is none. */
  digitAt(point) {
    return digitAt(this.#before?.digits ?? [], point);
  }

  /** The answer as it was before, the digit at the place looked at; null where there was none. */
  resume(point) {
    this.#answer = this.#before;
    this.#part = Math.max(this.digitAt(point), 0);
    return this.#answer;
  }
}

function leastCertain(digits) {
  const confidences = digits.map(({ confidence }) => confidence);
  return Math.max(confidences.indexOf(Math.min(...confidences)), 0);
}
