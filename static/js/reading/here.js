/** The network in this browser: there once it is loaded, and always of the live version. */

import { LocalReader } from "./local.js";
import { RemoteEngine } from "./remote.js";

export class Here {
  #runtime;
  #model;
  #start;
  #changed;
  #reader = null;
  #opening = null;

  /**
   * `runtime` has the worker's address and those of runtime.js, or nothing; `model()`
   * promises what the API says of the live model; `changed(whether)` hears if it reads.
   */
  constructor({ runtime, model, changed = () => {}, start = startWorker }) {
    this.#runtime = runtime;
    this.#model = model;
    this.#changed = changed;
    this.#start = start;
  }

  /** A LocalReader; null where there is none, or none yet. */
  get reader() {
    return this.#reader;
  }

  /** Loads the live version, unless it is loaded or on its way. Never rejects. */
  open() {
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  /** The server answers by this version: another than ours is fetched. */
  follow(version) {
    if (this.#reader !== null && this.#reader.version !== version) this.open();
  }

  async #open() {
    try {
      const { browser, version, thresholds } = await this.#model();
      if (this.#reader?.version === version) return;
      const engine = await this.#engine(browser);
      const before = this.#reader;
      this.#reader = engine && new LocalReader(engine, { version, thresholds });
      before?.close();
      this.#changed(this.#reader !== null);
    } catch (error) {
      // Without wasm, without workers, without the files: then it is the server that answers.
      console.info("This browser does not read by itself:", error.message);
    }
  }

  async #engine(files) {
    if (files === null || !this.#runtime.worker) return null;
    const engine = new RemoteEngine(this.#start(this.#runtime.worker));
    const urls = { topology: files.topology.url, weights: files.weights.url };
    try {
      await engine.open({ ...this.#runtime, ...urls });
      return engine;
    } catch (error) {
      engine.close();
      throw error;
    }
  }
}

function startWorker(url) {
  return new Worker(url, { type: "module" });
}
