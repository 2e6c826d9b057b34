/**
 * Detections in a camera's frames -> what is to be told of them.
 *
 * Where the ink is follows every frame; what it reads as is asked for now and then,
 * and shown for as long as the ink stays where it was.
 *
 * @import { Prediction } from "../api.js"
 * @import { Detection, Sighting } from "./detection.js"
 *
 * @typedef {object} ScanView
 * @property {() => void} dark
 * @property {() => void} nothing
 * @property {(seen: Sighting, answer: Prediction | null) => void} found
 */

const EVERY = 350; // ms between two questions: within what the site grants anybody
const MISSES = 3; // frames without a digit, before there is none: hands shake
const STAYS = 0.15; // share of the frame by which a box may move and be the same

/** @template Picture whatever `ask` needs of a frame beside the detection */
export class Scan {
  #ask;
  #view;
  #now;
  #misses = 0;
  #asked = -Infinity;
  /** @type {AbortController | null} */
  #underway = null;
  /** @type {{ answer: Prediction, box: number[] } | null} */
  #answer = null;

  /**
   * `ask` promises an answer. `now` is a clock in milliseconds.
   *
   * @param {object} parts
   * @param {(seen: Sighting, picture: Picture, signal: AbortSignal) => Promise<Prediction>} parts.ask
   * @param {ScanView} parts.view
   * @param {() => number} [parts.now]
   */
  constructor({ ask, view, now = () => performance.now() }) {
    this.#ask = ask;
    this.#view = view;
    this.#now = now;
  }

  /**
   * What the next frame shows.
   * @param {Detection} detection
   * @param {Picture} picture
   */
  observe(detection, picture) {
    if (detection.isDark) return this.#lose(() => this.#view.dark());
    if (detection.box === null) return this.#miss();
    this.#misses = 0;
    if (this.#answer && !isNear(this.#answer.box, detection.box)) this.#answer = null;
    this.#view.found(detection, this.#answer?.answer ?? null);
    this.#askFor(detection, picture);
  }

  stop() {
    this.#underway?.abort();
    this.#underway = null;
  }

  #miss() {
    this.#misses += 1;
    if (this.#misses >= MISSES) this.#lose(() => this.#view.nothing());
  }

  /** @type {(tell: () => void) => void} */
  #lose(tell) {
    this.stop();
    this.#answer = null;
    tell();
  }

  /** @type {(seen: Sighting, picture: Picture) => Promise<void>} */
  async #askFor(seen, picture) {
    if (this.#underway !== null || this.#now() - this.#asked < EVERY) return;
    this.#asked = this.#now();
    const mine = new AbortController();
    this.#underway = mine;
    // What goes wrong is asked again soon; "no digit" by the server is an answer.
    const answer = await this.#ask(seen, picture, mine.signal).catch(() => null);
    if (this.#underway !== mine) return;
    this.#underway = null;
    if (answer !== null) this.#answer = { answer, box: seen.box };
  }
}

/** @type {(one: number[], other: number[]) => boolean} */
function isNear(one, other) {
  return one.every((value, index) => Math.abs(value - other[index]) < STAYS);
}
