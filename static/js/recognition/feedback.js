/**
 * What a person says of an answer: stored once for each drawing, or for each digit
 * of a number, and for a while it can be taken back.
 *
 * @import { Failure, Payload, Reading, StoredDrawing } from "../api.js"
 * @import { About, Queued } from "../offline/outbox.js"
 *
 * @typedef {StoredDrawing | Queued} Stored
 * @typedef {{ label(drawing: Payload, label: string, about: About): Promise<Stored>,
 *   remove(stored: Stored): Promise<unknown> }} LabelApi
 * @typedef {{ label: string, mends: boolean, read: string | null }} Said whether something else had
 * been answered, and what
 * @typedef {{ busy(whether: boolean): void, labelled(stored: Stored, said: Said): void,
 *   takenBack(): void, failed(error: Failure): void }} FeedbackView
 * @typedef {{ revision: number, position: number, label: string, stored: Stored }} Label which
 * revision of the ink it is of, and which of its digits
 */

import { ApiError } from "../api.js";

/** A reading as a label. @type {(reading: Pick<Reading, "digit">) => string} */
export function labelOf({ digit }) {
  return String(digit ?? "not_a_digit");
}

export class Feedback {
  #api;
  #show;
  /** @type {Label[]} */
  #labels = []; // the newest last
  #busy = false;

  /**
   * @param {LabelApi} api
   * @param {FeedbackView} show
   */
  constructor(api, show) {
    this.#api = api;
    this.#show = show;
  }

  /** Whether the ink of this revision has a label, be it to one digit of several. */
  isLabelled(/** @type {number} */ revision) {
    return this.#labels.some((one) => one.revision === revision);
  }

  /**
   * The label of one digit of the ink, or null.
   *
   * @type {(revision: number, position?: number) => string | null}
   */
  labelOf(revision, position = 0) {
    const found = this.#labels.find(
      (one) => one.revision === revision && one.position === position,
    );
    return found?.label ?? null;
  }

  /**
   * `position` counts the digits of a number; `reading` is what was answered, if anything.
   *
   * @param {string} label "0" to "9" or "not_a_digit"
   * @param {Payload} drawing
   * @param {number} revision of the ink
   * @param {number} [position]
   * @param {Reading | null} [reading]
   */
  async label(label, drawing, revision, position = 0, reading = null) {
    if (this.#busy || this.labelOf(revision, position) !== null) return;
    await this.#do(async () => {
      const stored = await this.#api.label(drawing, label, about(label, reading));
      this.#labels.push({ revision, position, label, stored });
      const read = reading === null ? null : labelOf(reading);
      const mends = read !== null && read !== label;
      return () => this.#show.labelled(stored, { label, mends, read });
    });
  }

  /** Deletes what was stored last. */
  async takeBack() {
    const last = this.#labels.at(-1);
    if (this.#busy || last === undefined) return;
    await this.#do(async () => {
      await this.#remove(last.stored);
      this.#labels.pop();
      return () => this.#show.takenBack();
    });
  }

  async #remove(/** @type {Stored} */ stored) {
    try {
      await this.#api.remove(stored);
    } catch (error) {
      // It is gone, which is what was asked for.
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /** Does the work, which promises how to tell of it. */
  async #do(/** @type {() => Promise<() => void>} */ work) {
    this.#busy = true;
    this.#show.busy(true);
    /** @type {() => void} */
    let tell;
    try {
      tell = await work();
    } catch (error) {
      tell = () => this.#show.failed(/** @type {Failure} */ (error));
    }
    this.#busy = false;
    this.#show.busy(false);
    tell();
  }
}

/** @type {(label: string, reading: Reading | null) => About} */
function about(label, reading) {
  const telling = reading !== null && labelOf(reading.network ?? reading) !== label;
  return { at: new Date().toISOString(), telling, seen: reading?.seen };
}
