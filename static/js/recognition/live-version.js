/**
 * Which version is live, as the site names it: when it is asked, and in each of its answers.
 *
 * @import { ModelDescription } from "../api.js"
 * @import { SiteApi } from "../site-api.js"
 */

export class LiveVersion {
  #api;
  #changed;
  /** @type {number | null} */
  #number = null;
  /** @type {Promise<ModelDescription> | null} */
  #asking = null;

  /**
   * `changed(version, before)` hears of the first and of every other one; `before` is null at first.
   *
   * @param {Pick<SiteApi, "model">} api
   * @param {(version: number, before: number | null) => void} changed
   */
  constructor(api, changed) {
    this.#api = api;
    this.#changed = changed;
  }

  /** What the API says of it. Who asks while an answer is on its way shares it. */
  ask() {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** An answer of the server's was by this version. */
  heard(/** @type {number} */ version) {
    const before = this.#number;
    this.#number = version;
    if (version !== before) this.#changed(version, before);
  }

  async #ask() {
    const model = await this.#api.model();
    this.heard(model.version);
    return model;
  }
}
