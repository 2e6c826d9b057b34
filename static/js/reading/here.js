/** The network in this browser: there once it is loaded, and always of the live version. */

import { LocalReader } from "./local.js";

export class Here {
  #openLive;
  #changed;
  #first;
  #reader = null;
  #opening = null;

  /**
   * `openLive(held)` promises the live version unless it is `held` (opening.js); `first` is
   * one that is on its way already, or null. `changed(whether)` hears if this browser reads.
   */
  constructor({ openLive, first = null, changed = () => {} }) {
    this.#openLive = openLive;
    this.#first = first;
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

  /** The server answers by this version: another than ours is fetched. */
  follow(version) {
    if (this.#reader !== null && this.#reader.version !== version) this.#renew();
  }

  #renew() {
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  async #open() {
    const first = this.#first;
    this.#first = null;
    try {
      const live = await (first ?? this.#openLive(this.#reader?.version ?? null));
      if (live === null) return;
      const before = this.#reader;
      this.#reader = new LocalReader(live.engine, live);
      before?.close();
      this.#changed(true);
    } catch (error) {
      // Without wasm, without workers, without the files: then it is the server that answers.
      console.info("This browser does not read by itself:", error.message);
    }
  }
}
