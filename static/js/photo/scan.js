/**
 * Sightings of a camera's frames -> what is to be seen over its picture.
 *
 * Where the ink is follows every frame; what it reads as is asked for now and then,
 * and shown for as long as the ink stays where it was.
 */

const EVERY = 350; // ms between two questions: within what the site grants anybody
const MISSES = 3; // frames without a digit, before there is none: hands shake
const STAYS = 0.15; // share of the frame by which a box may move and be the same

export class Scan {
  #ask;
  #view;
  #now;
  #misses = 0;
  #asked = -Infinity;
  #underway = null; // AbortController
  #answer = null; // { answer, box }

  /**
   * `ask(sighting, picture, signal)` promises an answer. `view` has dark(), nothing() and
   * found(box, answer or null). `now` is a clock in milliseconds.
   */
  constructor({ ask, view, now = () => performance.now() }) {
    this.#ask = ask;
    this.#view = view;
    this.#now = now;
  }

  /** `picture` is whatever `ask` needs of the frame beside the sighting. */
  observe(sighting, picture) {
    if (sighting.isDark) return this.#lose(() => this.#view.dark());
    if (sighting.box === null) return this.#miss();
    this.#misses = 0;
    if (this.#answer && !isNear(this.#answer.box, sighting.box)) this.#answer = null;
    this.#view.found(sighting.box, this.#answer?.answer ?? null);
    this.#askFor(sighting, picture);
  }

  stop() {
    this.#underway?.abort();
    this.#underway = null;
  }

  #miss() {
    this.#misses += 1;
    if (this.#misses >= MISSES) this.#lose(() => this.#view.nothing());
  }

  #lose(tell) {
    this.stop();
    this.#answer = null;
    tell();
  }

  async #askFor(sighting, picture) {
    if (this.#underway !== null || this.#now() - this.#asked < EVERY) return;
    this.#asked = this.#now();
    const mine = (this.#underway = new AbortController());
    // What goes wrong is asked again soon; "no digit" by the server is an answer.
    const answer = await this.#ask(sighting, picture, mine.signal).catch(() => null);
    if (this.#underway !== mine) return;
    this.#underway = null;
    if (answer !== null) this.#answer = { answer, box: sighting.box };
  }
}

function isNear(one, other) {
  return one.every((value, index) => Math.abs(value - other[index]) < STAYS);
}
