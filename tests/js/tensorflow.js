/** The engine with the real TensorFlow.js from node_modules, in Node as in a worker. */

import fs, { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";

import { Engine } from "../../static/js/reading/engine.js";

const PACKAGES = fileURLToPath(new URL("../../node_modules/@tensorflow/", import.meta.url));
const RUNTIME = {
  core: `${PACKAGES}tfjs-core/dist/tf-core.es2017.min.js`,
  wasmBackend: `${PACKAGES}tfjs-backend-wasm/dist/tf-backend-wasm.es2017.min.js`,
  wasmBinary: `${PACKAGES}tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm`,
  cpuBackend: `${PACKAGES}tfjs-backend-cpu/dist/tf-backend-cpu.es2017.min.js`,
};
// TensorFlow.js sees that this is Node, and then wants what a script of Node's has.
const OF_NODE = { require: createRequire(import.meta.url), __dirname: PACKAGES, fs, path };

const CONVERTER = `${PACKAGES}tfjs-converter/dist/tf-converter.es2017.min.js`;

/** Whether `npm ci` has been run. */
export const isInstalled = Object.values(RUNTIME).every((file) => existsSync(file));

/** `topology` and `weights` are buffers; `backend` is "wasm" or "cpu". One engine a process. */
export async function openEngine({ topology, weights, backend }) {
  if (backend === "cpu") WebAssembly.validate = () => false; // as in a browser without SIMD
  Object.assign(globalThis, OF_NODE);
  const urls = { ...RUNTIME, topology: dataUrl(topology), weights: dataUrl(weights) };
  return Engine.open(urls, load);
}

/** TensorFlow.js on the cpu, with the converter that its graph models are usually run by. */
export async function openConverter() {
  Object.assign(globalThis, OF_NODE);
  for (const file of [RUNTIME.core, CONVERTER, RUNTIME.cpuBackend]) await load(file);
  await globalThis.tf.setBackend("cpu");
  return globalThis.tf;
}

/** A script, not a module: it defines globals, as `import()` of it does in a browser. */
async function load(file) {
  runInThisContext(readFileSync(file, "utf8"), { filename: file });
}

function dataUrl(buffer) {
  return `data:application/octet-stream;base64,${Buffer.from(buffer).toString("base64")}`;
}
