/** The live version's network, in a worker of its own. */

import { RemoteEngine } from "./remote.js";

/**
 * `runtime` has the worker's address and those of runtime.js; `model()` promises what the API
 * says of the live version. Promises { version, thresholds, engine }, or null where there is
 * nothing to open: no runtime, no files for browsers, or the `held` version is the live one.
 */
export async function openLive({ runtime, model, held = null, start = startWorker }) {
  if (!runtime.worker) return null;
  // Its modules load while the API is asked.
  const engine = new RemoteEngine(start(runtime.worker));
  try {
    const { browser, version, thresholds } = await model();
    if (browser !== null && version !== held) {
      const { topology, weights } = browser;
      await engine.open({ ...runtime, topology: topology.url, weights: weights.url });
      return { version, thresholds, engine };
    }
  } catch (error) {
    engine.close();
    throw error;
  }
  engine.close();
  return null;
}

function startWorker(url) {
  return new Worker(url, { type: "module" });
}
