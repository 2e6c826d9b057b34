/**
 * The network of a site, in any page: in a worker of its own, or, where the page's policy forbids
 * that, on the page's thread. Pads of one site share it.
 *
 * @import { ModelDescription } from "../api.js"
 * @import { Engines, LiveEngine } from "../inference/open-engine.js"
 * @import { Urls } from "../inference/worker-protocol.js"
 */

import { Engine } from "../inference/engine.js";
import { LocalModel } from "../inference/local-model.js";
import { WorkerEngine } from "../inference/worker-engine.js";
import { Predictor } from "../recognition/predictor.js";
import { SiteApi } from "../site-api.js";

/** @type {Map<string, Predictor>} */
const predictors = new Map();

/**
 * What reads by the network of the site at `base`, and by its server until that is there. Neither
 * knows who asks: no cookie is sent.
 *
 * @param {string} base ends with "/"
 * @param {string} module the address of the pad's own file, which runs in the worker, too
 */
export function predictorOf(base, module) {
  const known = predictors.get(base);
  if (known) return known;
  const urls = { predict: `${base}api/v1/predict/`, model: `${base}api/v1/model/` };
  const api = new SiteApi(urls, { credentials: "omit" });
  // A bundler may have put the pad into a file with other things, which are no worker's.
  const script = module.startsWith(base) ? module : `${base}digit-pad.js`;
  const predictor = new Predictor(api);
  predictor.join(
    new LocalModel({
      openEngine: async (held) => openNetwork(base, script, await api.model(), held),
    }),
  );
  predictor.use("browser");
  predictors.set(base, predictor);
  return predictor;
}

/**
 * @type {(base: string, script: string, model: ModelDescription, held: number | null) =>
 *   Promise<LiveEngine | null>}
 */
async function openNetwork(base, script, { browser, runtime, version, thresholds }, held) {
  if (!browser || !runtime || version === held) return null;
  const at = (/** @type {string} */ url) => new URL(url, base).href;
  const urls = {
    topology: at(browser.topology.url),
    weights: at(browser.weights.url),
    core: at(runtime.core),
    wasmBackend: at(runtime.wasm_backend),
    wasmBinary: at(runtime.wasm_binary),
    cpuBackend: at(runtime.cpu_backend),
  };
  const engine = await inWorker(script, urls).catch(() => onThisThread(urls));
  return { version, thresholds, engine };
}

/** @type {(script: string, urls: Urls) => Promise<Engines>} */
async function inWorker(script, urls) {
  const code = new Blob([`import ${JSON.stringify(script)};`], { type: "text/javascript" });
  const address = URL.createObjectURL(code); // no page may start a worker of another site's file
  try {
    const engine = new WorkerEngine(new Worker(address, { type: "module" }));
    await engine.open(urls);
    return engine;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** @type {(urls: Urls) => Promise<Engines>} */
async function onThisThread(urls) {
  // Two of them share their global state, and one is not ours to change.
  if (globalThis.tf) throw new Error("The page has a TensorFlow.js of its own.");
  const engine = await Engine.open(urls);
  return { predict: async (glyphs) => engine.predict(glyphs), close: () => engine.close() };
}
