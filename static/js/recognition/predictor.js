/**
 * Who answers: the server, or the network in this browser.
 *
 * @import { Api, Payload, Prediction } from "../api.js"
 * @import { LocalModel } from "../inference/local-model.js"
 * @import { LocalReader, Question } from "../inference/local-reader.js"
 * @import { Choice } from "../settings.js"
 *
 * @typedef {Payload & Pick<Question, "photo" | "glyph">} Asked what is sent, and what of it is
 * known here
 * @typedef {Prediction & { by: "server" | "browser", milliseconds: number,
 *   instead?: "away" | "too_large" }} Answer who gave it, how long it took, and why the server did
 * not, which should have: it cannot be reached, or nothing so large gets to it
 */

import { ApiError } from "../api.js";

export class Predictor {
  #api;
  #now;
  /** @type {LocalModel | null} */
  #localModel = null;
  /** @type {Choice<"who">} */
  #choice = "both";

  /**
   * `now` is a clock in milliseconds.
   *
   * @param {Pick<Api, "predict">} api
   * @param {() => number} [now]
   */
  constructor(api, now = () => performance.now()) {
    this.#api = api;
    this.#now = now;
  }

  /** From now on this browser may answer as well; `use` opens its network. */
  join(/** @type {LocalModel} */ localModel) {
    this.#localModel = localModel;
  }

  /**
   * "both": this browser while the pen moves, and where a drawing does not get to the server;
   * "browser": the server only where this browser cannot; "server": it alone.
   */
  use(/** @type {Choice<"who">} */ choice) {
    this.#choice = choice;
    if (choice !== "server") this.#localModel?.open();
  }

  /** The settled answer. @type {(drawing: Asked, signal?: AbortSignal) => Promise<Answer>} */
  async predict(drawing, signal) {
    const first = this.#choice === "browser" ? this.#localReader() : null;
    if (first) return this.#byBrowser(first, drawing, signal);
    try {
      return await this.#byServer(drawing, signal);
    } catch (error) {
      const instead = reasonOf(error);
      const reader = instead && (await this.#opened());
      if (!instead || !reader) throw error;
      return { ...(await this.#byBrowser(reader, drawing, signal)), instead };
    }
  }

  /** What this browser says at once; null where it says nothing, or would have to think. */
  async preview(/** @type {Asked} */ drawing) {
    const isQuick = drawing.strokes || !drawing.number; // photos are taken apart once, at the end
    const reader = this.#localReader();
    return isQuick && reader ? this.#byBrowser(reader, drawing) : null;
  }

  /** What reads in this browser, if it may. */
  #localReader() {
    return this.#choice === "server" ? null : (this.#localModel?.reader ?? null);
  }

  /** @type {(drawing: Asked, signal?: AbortSignal) => Promise<Answer>} */
  async #byServer(drawing, signal) {
    const answer = await this.#timed("server", () => this.#api.predict(drawing, signal));
    this.#localModel?.follow(answer.model_version);
    return answer;
  }

  /** The network may still be on its way, from what is kept. */
  async #opened() {
    if (!this.#localReader() && this.#choice !== "server") await this.#localModel?.open();
    return this.#localReader();
  }

  /** @type {(reader: LocalReader, drawing: Asked, signal?: AbortSignal) => Promise<Answer>} */
  #byBrowser(reader, drawing, signal) {
    return this.#timed("browser", () => reader.predict(drawing, signal));
  }

  /** @type {(by: Answer["by"], ask: () => Promise<Prediction>) => Promise<Answer>} */
  async #timed(by, ask) {
    const begun = this.#now();
    const answer = await ask();
    return { ...answer, by, milliseconds: this.#now() - begun };
  }
}

/**
 * Why the server cannot answer, as in `Answer`; null where it can, be it with a refusal. One that
 * is broken counts as away, one that asks for patience does not.
 *
 * @returns {Answer["instead"] | null}
 */
function reasonOf(/** @type {unknown} */ error) {
  if (!(error instanceof ApiError)) return null;
  if (error.code === "proxy_too_large") return "too_large";
  return error.isAway || error.status >= 500 ? "away" : null;
}
