/**
 * What a person says of an answer: stored once for each drawing, or for each digit
 * of a number, and for a while it can be taken back.
 */

export class Feedback {
  #api;
  #show;
  #given = []; // { revision of the ink, part, label, stored }
  #busy = false;

  /** `show` has busy(whether), given(stored), takenBack() and failed(error). */
  constructor(api, show) {
    this.#api = api;
    this.#show = show;
  }

  /** Whether the ink of this revision has had an answer, be it to one digit of several. */
  isGivenFor(revision) {
    return this.#given.some((one) => one.revision === revision);
  }

  /** What was said of this part of the ink, or null. */
  labelOf(revision, part = 0) {
    const found = this.#given.find((one) => one.revision === revision && one.part === part);
    return found?.label ?? null;
  }

  /** `label` is "0" to "9" or "not_a_digit"; `part` counts the digits of a number. */
  async give(label, drawing, revision, part = 0) {
    if (this.#busy || this.labelOf(revision, part) !== null) return;
    await this.#do(async () => {
      const stored = await this.#api.submit(drawing, label);
      this.#given.push({ revision, part, label, stored });
      return () => this.#show.given(stored);
    });
  }

  /** Deletes what was stored last. */
  async takeBack() {
    if (this.#busy || this.#given.length === 0) return;
    await this.#do(async () => {
      await this.#remove(this.#given.at(-1).stored);
      this.#given.pop();
      return () => this.#show.takenBack();
    });
  }

  async #remove(stored) {
    try {
      await this.#api.remove(stored);
    } catch (error) {
      if (error.status !== 404) throw error; // it is gone, which is what was asked for
    }
  }

  async #do(work) {
    this.#busy = true;
    this.#show.busy(true);
    let tell;
    try {
      tell = await work();
    } catch (error) {
      tell = () => this.#show.failed(error);
    }
    this.#busy = false;
    this.#show.busy(false);
    tell();
  }
}
