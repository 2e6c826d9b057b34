/**
 * Asks for an answer soon after the pen goes up, and only ever shows the
 * answer to the ink that is there now.
 *
 * @import { Failure } from "../api.js"
 * @import { Answer, Asked } from "./predictor.js"
 *
 * @typedef {(drawing: Asked, signal: AbortSignal) => Promise<Answer>} Ask
 * @typedef {{ answered(answer: Answer): void,
 *   failed(error: Failure, wait: number | null): void }} Outcome `wait` is the seconds until it
 * asks again by itself
 */

const DELAY = 120; // ms; a second stroke often follows at once
const WAIT = 5; // s, where a throttled answer does not say how long

export class PredictionRequest {
  #ask;
  #show;
  #delay;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {AbortController | null} */
  #underway = null; // the request whose answer is wanted
  /** @type {Asked | null} */
  #drawing = null;

  /** `delay` is in ms. @param {{ ask: Ask, show: Outcome, delay?: number }} parts */
  constructor({ ask, show, delay = DELAY }) {
    this.#ask = ask;
    this.#show = show;
    this.#delay = delay;
  }

  /** The ink is as it shall be read. */
  change(/** @type {Asked} */ drawing) {
    this.keep(drawing);
    this.#later(drawing, this.#delay);
  }

  /** The same, but it is read only when `again` says so. */
  keep(/** @type {Asked} */ drawing) {
    this.hold();
    this.#drawing = drawing;
  }

  /** The ink is about to change: what is asked for, or planned, is of no use any more. */
  hold() {
    clearTimeout(this.#timer);
    this.#underway?.abort();
    this.#underway = null;
    this.#drawing = null;
  }

  /** Asks for the ink that is there, at once; false where it has its answer. */
  again() {
    if (this.#drawing === null || this.#underway !== null) return false;
    clearTimeout(this.#timer);
    this.#read(this.#drawing);
    return true;
  }

  /** @type {(drawing: Asked, milliseconds: number) => void} */
  #later(drawing, milliseconds) {
    this.#timer = setTimeout(() => this.#read(drawing), milliseconds);
  }

  async #read(/** @type {Asked} */ drawing) {
    const mine = new AbortController();
    this.#underway = mine;
    try {
      const answer = await this.#ask(drawing, mine.signal);
      if (this.#underway !== mine) return; // it came too late
      this.#underway = this.#drawing = null;
      this.#show.answered(answer);
    } catch (error) {
      if (this.#underway !== mine) return;
      this.#underway = null;
      this.#fail(/** @type {Failure} */ (error), drawing);
    }
  }

  /** @type {(error: Failure, drawing: Asked) => void} */
  #fail(error, drawing) {
    const wait = error.status === 429 ? (error.retryAfter ?? WAIT) : null;
    if (wait !== null) this.#later(drawing, wait * 1000);
    else if (!error.passing) this.#drawing = null; // asking again would not help
    this.#show.failed(error, wait);
  }
}
