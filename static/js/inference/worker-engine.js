/**
 * An Engine in a worker, behind promises, as a page uses it.
 *
 * @import { Progress } from "./downloads.js"
 * @import { Outputs, Seen } from "./network.js"
 * @import { Answer, Question, Reply, Urls } from "./worker-protocol.js"
 *
 * @typedef {object} Asked
 * @property {number} id
 * @property {Question} message
 * @property {AbortSignal} [signal]
 * @property {(answer: Answer) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

/** The worker could not answer; `message` is its own reason. */
export class EngineError extends Error {}

export class WorkerEngine {
  #worker;
  /** @type {Asked[]} the oldest first */
  #waiting = [];
  /** @type {Asked | null} what the worker has */
  #underway = null;
  #asked = 0;
  /** @type {(progress: Progress) => void} */
  #report = () => {};
  /** @type {EngineError | null} why there will be no more answers */
  #end = null;

  /**
   * `worker` runs worker.js: `new Worker(url, { type: "module" })`.
   * @param {Worker} worker
   */
  constructor(worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }) => this.#answered(data));
    worker.addEventListener("error", ({ message }) =>
      this.#finish(new EngineError(message || "The worker did not start.")),
    );
  }

  /**
   * Loads runtime and network (see runtime.js and fetch-network.js for `urls`) and promises the
   * backend's name; `report` hears how much is there. For another network, or after a failure,
   * take a new worker.
   *
   * @param {Urls} urls
   * @param {(progress: Progress) => void} [report]
   * @returns {Promise<string>}
   */
  async open(urls, report = () => {}) {
    this.#report = report;
    const { backend } = /** @type {{ backend: string }} */ (await this.#ask({ open: urls }));
    return backend;
  }

  /**
   * Promises the network's outputs for each glyph (see network.js). After `signal` aborts, the
   * promise rejects and the answer, should it still come, is dropped; a question
   * that is still waiting is then never sent, so that a slow device keeps up.
   *
   * @param {Seen[]} glyphs
   * @param {AbortSignal} [signal]
   * @returns {Promise<Outputs[]>}
   */
  async predict(glyphs, signal) {
    const answer = await this.#ask({ glyphs }, signal);
    return /** @type {{ outputs: Outputs[] }} */ (answer).outputs;
  }

  close() {
    this.#worker.terminate();
    this.#finish(new EngineError("The engine is closed."));
  }

  /**
   * @param {Question} message
   * @param {AbortSignal} [signal]
   * @returns {Promise<Answer>}
   */
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

  /** @param {Reply} reply */
  #answered({ id, error, progress, ...answer }) {
    if (id !== this.#underway?.id) return;
    if (progress !== undefined) return this.#report(progress);
    const { resolve, reject } = this.#underway;
    this.#underway = null;
    if (error === undefined) resolve(answer);
    else reject(new EngineError(error));
    this.#next();
  }

  /** @param {EngineError} reason */
  #finish(reason) {
    this.#end = reason;
    const unanswered = [this.#underway, ...this.#waiting].filter((question) => question !== null);
    this.#underway = null;
    this.#waiting = [];
    for (const { reject } of unanswered) reject(reason);
  }
}
