/**
 * The worker's side of the messages.
 *
 * {id, open: urls} comes first and is answered {id, backend}, after any number of {id, progress};
 * after it {id, glyphs} is answered {id, outputs}, in the order of asking. What
 * goes wrong is answered {id, error: a sentence}.
 *
 * @import { Progress } from "./downloads.js"
 * @import { Engine } from "./engine.js"
 * @import { NetworkUrls } from "./fetch-network.js"
 * @import { Outputs, Seen } from "./network.js"
 * @import { RuntimeUrls } from "./runtime.js"
 *
 * @typedef {NetworkUrls & RuntimeUrls & { sizes?: Record<string, number> }} Urls
 * @typedef {{ open: Urls, glyphs?: undefined } | { open?: undefined, glyphs: Seen[] }} Question
 * @typedef {{ backend?: string, outputs?: Outputs[] }} Answer one of the two
 * @typedef {Answer & { id: number, error?: string, progress?: Progress }} Reply
 */

/**
 * `scope` is the worker's global; `open(urls, report)` promises an engine.
 * @param {Pick<Worker, "addEventListener" | "postMessage">} scope
 * @param {(urls: Urls, report: (progress: Progress) => void) => Promise<Engine>} open
 */
export function answerMessages(scope, open) {
  /** @type {Promise<Engine>} */
  let engine = Promise.reject(new Error("The engine has not been opened."));
  engine.catch(() => {}); // it is whoever asks too early that is told

  /** @type {(id: number, question: Question) => Promise<Answer>} */
  async function answer(id, { open: urls, glyphs }) {
    if (urls === undefined) return { outputs: (await engine).predict(glyphs) };
    engine = open(urls, (progress) => scope.postMessage({ id, progress }));
    return { backend: (await engine).backend };
  }

  scope.addEventListener("message", async ({ data: { id, ...question } }) => {
    try {
      scope.postMessage({ id, ...(await answer(id, question)) });
    } catch (error) {
      scope.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
}
