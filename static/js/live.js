/**
 * Asks for an answer soon after the pen goes up, and only ever shows the
 * answer to the ink that is there now.
 */

const DELAY = 120; // ms; a second stroke often follows at once
const WAIT = 5; // s, where a throttled answer does not say how long

export class Live {
  #ask;
  #show;
  #delay;
  #timer = null;
  #underway = null; // AbortController of the request whose answer is wanted
  #drawing = null;

  /**
   * `ask(drawing, signal)` promises an answer; `show` has answered(answer),
   * failed(error, wait) with the seconds until it asks again by itself or null.
   */
  constructor({ ask, show, delay = DELAY }) {
    this.#ask = ask;
    this.#show = show;
    this.#delay = delay;
  }

  /** The ink is as it shall be read. */
  change(drawing) {
    this.keep(drawing);
    this.#later(this.#delay);
  }

  /** The same, but it is read only when `again` says so. */
  keep(drawing) {
    this.hold();
    this.#drawing = drawing;
  }

  /** The ink is about to change: what is asked for, or planned, is of no use any more. */
  hold() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#underway?.abort();
    this.#underway = null;
    this.#drawing = null;
  }

  /** Asks for the ink that is there, at once; false where it has its answer. */
  again() {
    if (this.#drawing === null || this.#underway !== null) return false;
    clearTimeout(this.#timer);
    this.#read();
    return true;
  }

  #later(milliseconds) {
    this.#timer = setTimeout(() => this.#read(), milliseconds);
  }

  async #read() {
    const mine = new AbortController();
    this.#underway = mine;
    try {
      const answer = await this.#ask(this.#drawing, mine.signal);
      if (this.#underway !== mine) return; // it came too late
      this.#underway = this.#drawing = null;
      this.#show.answered(answer);
    } catch (error) {
      if (this.#underway !== mine) return;
      this.#underway = null;
      this.#fail(error);
    }
  }

  #fail(error) {
    const wait = error.status === 429 ? (error.retryAfter ?? WAIT) : null;
    if (wait !== null) this.#later(wait * 1000);
    else if (!error.passing) this.#drawing = null; // asking again would not help
    this.#show.failed(error, wait);
  }
}
