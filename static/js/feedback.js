/**
 * What a person says of an answer: stored once for each drawing, and for a
 * while it can be taken back.
 */

export class Feedback {
  #api;
  #show;
  #revision = null; // of the ink that was answered for
  #stored = null;
  #busy = false;

  /** `show` has busy(whether), given(), takenBack() and failed(error). */
  constructor(api, show) {
    this.#api = api;
    this.#show = show;
  }

  /** Whether the ink of this revision has had its answer. */
  isGivenFor(revision) {
    return this.#revision === revision;
  }

  /** `label` is "0" to "9" or "not_a_digit". */
  async give(label, drawing, revision) {
    if (this.#busy || this.isGivenFor(revision)) return;
    await this.#do(async () => {
      this.#stored = await this.#api.submit(drawing, label);
      this.#revision = revision;
      return () => this.#show.given();
    });
  }

  /** Deletes what was stored last. */
  async takeBack() {
    if (this.#busy || this.#stored === null) return;
    await this.#do(async () => {
      await this.#remove(this.#stored);
      this.#stored = this.#revision = null;
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
