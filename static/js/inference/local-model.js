/**
 * The network in this browser: there once it is loaded, and always of the live version.
 *
 * @import { Remembers } from "./local-reader.js"
 * @import { LiveEngine } from "./open-engine.js"
 */

import { LocalReader } from "./local-reader.js";

export class LocalModel {
  #openEngine;
  #changed;
  #memory;
  /** @type {LocalReader | null} */
  #reader = null;
  /** @type {Promise<void> | null} */
  #opening = null;

  /**
   * `openEngine(held)` promises the live version unless it is `held` (open-engine.js).
   * `changed(reader)` hears of each that will read here once it has resolved; `memory` is what they
   * can be reminded of.
   *
   * @param {object} parts
   * @param {(held: number | null) => Promise<LiveEngine | null>} parts.openEngine
   * @param {(reader: LocalReader) => void | Promise<void>} [parts.changed]
   * @param {Remembers} [parts.memory]
   */
  constructor({ openEngine, changed = () => {}, memory }) {
    this.#memory = memory;
    this.#openEngine = openEngine;
    this.#changed = changed;
  }

  /** A LocalReader; null where there is none, or none yet. */
  get reader() {
    return this.#reader;
  }

  /** Loads the live version, unless one is loaded or on its way. Never rejects. */
  async open() {
    if (this.#reader === null) await this.#renew();
  }

  /**
   * The server answers by this version: another than ours is fetched. Never rejects.
   * @param {number} version
   */
  async follow(version) {
    if (this.#reader !== null && this.#reader.version !== version) await this.#renew();
  }

  #renew() {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #open() {
    try {
      const live = await this.#openEngine(this.#reader?.version ?? null);
      if (live === null) return;
      const reader = new LocalReader(live.engine, live, this.#memory);
      await this.#changed(reader);
      this.#reader?.close();
      this.#reader = reader;
    } catch (error) {
      // Without wasm, without workers, without the files: then it is the server that answers.
      const reason = error instanceof Error ? error.message : error;
      console.info("This browser does not read by itself:", reason);
    }
  }
}
