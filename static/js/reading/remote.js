/** The engine as a page uses it: in a worker, behind promises. */

/** The worker could not answer; `message` is its own reason. */
export class EngineError extends Error {}

export class RemoteEngine {
  #worker;
  #waiting = []; // questions, the oldest first
  #underway = null; // the one that the worker has
  #asked = 0;
  #end = null; // why there will be no more answers

  /** `worker` runs worker.js: `new Worker(url, { type: "module" })`. */
  constructor(worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }) => this.#answered(data));
    worker.addEventListener("error", ({ message }) =>
      this.#finish(new EngineError(message || "The worker did not start.")),
    );
  }

  /**
   * Loads runtime and model (see runtime.js and model.js for `urls`) and promises the
   * backend's name. For another model, or after a failure, take a new worker.
   */
  async open(urls) {
    const { backend } = await this.#ask({ open: urls });
    return backend;
  }

  /**
   * Promises each glyph's probabilities (see engine.js). After `signal` aborts, the
   * promise rejects and the answer, should it still come, is dropped; a question
   * that is still waiting is then never sent, so that a slow device keeps up.
   */
  async read(glyphs, signal) {
    const { probabilities } = await this.#ask({ glyphs }, signal);
    return probabilities;
  }

  close() {
    this.#worker.terminate();
    this.#finish(new EngineError("The engine is closed."));
  }

  #ask(message, signal) {
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(this.#end);
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.#waiting.push({ id: ++this.#asked, message, signal, resolve, reject });
      this.#next();
    });
  }

  #next() {
    if (this.#underway) return;
    this.#waiting = this.#waiting.filter(({ signal }) => !signal?.aborted);
    this.#underway = this.#waiting.shift() ?? null;
    if (this.#underway === null) return;
    const { id, message } = this.#underway;
    this.#worker.postMessage({ id, ...message });
  }

  #answered({ id, error, ...answer }) {
    if (id !== this.#underway?.id) return;
    const { resolve, reject } = this.#underway;
    this.#underway = null;
    if (error === undefined) resolve(answer);
    else reject(new EngineError(error));
    this.#next();
  }

  #finish(reason) {
    this.#end = reason;
    const unanswered = [this.#underway, ...this.#waiting].filter((question) => question !== null);
    this.#underway = null;
    this.#waiting = [];
    for (const { reject } of unanswered) reject(reason);
  }
}
