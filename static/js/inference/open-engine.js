/**
 * The live version's network, in a worker of its own.
 *
 * @import { ModelDescription } from "../api.js"
 * @import { Thresholds } from "./decision.js"
 * @import { Progress } from "./downloads.js"
 * @import { RuntimeUrls } from "./runtime.js"
 *
 * @typedef {RuntimeUrls & { worker: string }} EngineUrls
 * @typedef {Partial<Record<keyof EngineUrls, undefined>>} NoUrls where there is no TensorFlow.js
 * @typedef {Pick<WorkerEngine, "predict" | "close">} Engines a network behind promises
 * @typedef {{ version: number, thresholds: Thresholds, engine: Engines }} LiveEngine
 */

import { WorkerEngine } from "./worker-engine.js";

/**
 * `runtime` has the worker's address and those of runtime.js, `sizes` the bytes of its files by
 * their addresses; `model()` promises what the API says of the live version. Promises null where
 * there is nothing to open: no runtime, no files for browsers, or the `held` version is the live one.
 *
 * @param {object} parts
 * @param {EngineUrls | NoUrls} parts.runtime
 * @param {Record<string, number>} [parts.sizes]
 * @param {() => Promise<ModelDescription>} parts.model
 * @param {number | null} [parts.held]
 * @param {(progress: Progress) => void} [parts.report] hears how much of it is there
 * @param {(url: string) => Worker} [parts.start]
 * @returns {Promise<LiveEngine | null>}
 */
export async function openEngine({
  runtime,
  sizes = {},
  model,
  held = null,
  report,
  start = startWorker,
}) {
  if (!runtime.worker) return null;
  // Its modules load while the API is asked.
  const engine = new WorkerEngine(start(runtime.worker));
  try {
    const { browser, version, thresholds } = await model();
    if (browser !== null && version !== held) {
      const { topology, weights } = browser;
      const urls = { ...runtime, topology: topology.url, weights: weights.url };
      await engine.open({ ...urls, sizes }, report);
      return { version, thresholds, engine };
    }
  } catch (error) {
    engine.close();
    throw error;
  }
  engine.close();
  return null;
}

/** @type {(url: string) => Worker} */
function startWorker(url) {
  return new Worker(url, { type: "module" });
}
