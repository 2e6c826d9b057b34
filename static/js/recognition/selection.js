/**
 * The answer to the ink as it is now, and which digit of it is looked at.
 *
 * @import { DigitOfNumber, Payload, Reading } from "../api.js"
 * @import { Drawing, Point } from "../drawing/drawing.js"
 * @import { PlacedDigit } from "../photo/photo.js"
 * @import { Answer } from "./predictor.js"
 *
 * @typedef {(digit: DigitOfNumber, drawing: Payload) => Payload} TakeApart one digit of a number
 */

export class Selection {
  #drawing;
  /** @type {TakeApart | null} */
  #takeApart = null;
  /** @type {Answer | null} */
  #answer = null;
  /** @type {Answer | null} */
  #before = null; // the answer that was there when the pen came down
  #position = 0;

  constructor(/** @type {Drawing} */ drawing) {
    this.#drawing = drawing;
  }

  /** From now on a digit of a number in ink can be had alone, as digit-of-number.js does it. */
  takeApart(/** @type {TakeApart} */ takeApart) {
    this.#takeApart = takeApart;
  }

  /** The answer to the ink as it is; null where there is none yet. */
  get answer() {
    return this.#answer;
  }

  get isEmpty() {
    return this.#answer === null;
  }

  /** Whether the digit that is looked at can be had alone. */
  get isApart() {
    return !this.isNumber || this.#drawing.photo !== null || this.#takeApart !== null;
  }

  get isNumber() {
    return Boolean(this.#answer?.digits);
  }

  /** How many digits of a number there are. */
  get count() {
    return this.#answer?.digits?.length ?? 0;
  }

  /** Which digit of a number is looked at. */
  get position() {
    return this.isNumber ? this.#position : 0;
  }

  /**
   * What was read of the digit that is looked at; null before there is an answer.
   *
   * @returns {Reading | null}
   */
  get reading() {
    return this.#answer?.digits?.[this.#position] ?? this.#answer;
  }

  /** The drawing of the digit that is looked at. */
  payload() {
    const { photo } = this.#drawing;
    const payload = this.#drawing.payload();
    const digits = this.#answer?.digits;
    if (!digits) return payload;
    if (!this.isApart) return { ...payload, strokes: [] };
    if (photo === null)
      return /** @type {TakeApart} */ (this.#takeApart)(digits[this.#position], payload);
    return photo.digitOfNumber(/** @type {PlacedDigit[]} */ (digits), this.#position);
  }

  /** Of a number, the digit that is most worth a look. */
  answered(/** @type {Answer} */ answer) {
    this.#answer = answer;
    this.#position = leastCertain(answer.digits ?? []);
  }

  select(/** @type {number} */ position) {
    this.#position = position;
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
  digitAt(/** @type {Point} */ point) {
    return digitAt(this.#before?.digits ?? [], point);
  }

  /** The answer as it was before, the digit at the place looked at; null where there was none. */
  resume(/** @type {Point} */ point) {
    this.#answer = this.#before;
    this.#position = Math.max(this.digitAt(point), 0);
    return this.#answer;
  }
}

/**
 * The number of the digit whose box holds the place; -1 where there is none.
 *
 * @param {Pick<DigitOfNumber, "box">[]} digits
 * @param {Point} place
 */
export function digitAt(digits, [x, y]) {
  return digits.findIndex(
    ({ box: [left, top, width, height] }) =>
      x >= left && x <= left + width && y >= top && y <= top + height,
  );
}

function leastCertain(/** @type {DigitOfNumber[]} */ digits) {
  const confidences = digits.map(({ confidence }) => confidence);
  return Math.max(confidences.indexOf(Math.min(...confidences)), 0);
}
