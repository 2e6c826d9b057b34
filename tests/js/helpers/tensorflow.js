/** The engine with the real TensorFlow.js from node_modules, in Node as in a worker. */

import fs, { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";

import { Engine } from "../../../static/js/inference/engine.js";
import { loadRuntime } from "../../../static/js/inference/runtime.js";

const PACKAGES = fileURLToPath(new URL("../../../node_modules/@tensorflow/", import.meta.url));
const RUNTIME = {
  core: `${PACKAGES}tfjs-core/dist/tf-core.es2017.min.js`,
  wasmBackend: `${PACKAGES}tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js`,
  wasmBinary: `${PACKAGES}tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm`,
  cpuBackend: `${PACKAGES}tfjs-backend-cpu/dist/tf-backend-cpu.es2017.min.js`,
};
// TensorFlow.js sees that this is Node, and then wants what a script of Node's has.
const OF_NODE = { require: createRequire(import.meta.url), __dirname: PACKAGES, fs, path };

/** Whether `npm ci` has been run. */
export const isInstalled = Object.values(RUNTIME).every((file) => existsSync(file));

/** `topology` and `weights` are buffers; `backend` is "wasm" or "cpu". One engine a process. */
export async function openEngine({ topology, weights, backend }) {
  if (backend === "cpu") WebAssembly.validate = () => false; // as in a browser without SIMD
  Object.assign(globalThis, OF_NODE);
  serveAsTheSite({ "/topology": topology, "/weights": weights });
  return Engine.open({ ...RUNTIME, topology: "/topology", weights: "/weights" }, load);
}

/** TensorFlow.js alone, as a worker has it. */
export function openRuntime() {
  Object.assign(globalThis, OF_NODE);
  return loadRuntime(RUNTIME, load);
}

/** A script, not a module: it defines globals, as `import()` of it does in a browser. */
async function load(file) {
  runInThisContext(readFileSync(file, "utf8"), { filename: file });
}

/** Lets `fetch` find these files by their addresses, in answers that are marked as the site's. */
function serveAsTheSite(files) {
  const { fetch } = globalThis;
  globalThis.fetch = async (url, options) =>
    url in files
      ? new Response(files[url], { headers: { "X-Digit-Reader": "1" } })
      : fetch(url, options);
}
