/**
 * TensorFlow.js with the fastest backend that this browser has.
 *
 * Its prebuilt es2017 files are no modules: the first one defines a global `tf`,
 * to which the others add themselves.
 *
 * @typedef {Record<"core" | "wasmBackend" | "wasmBinary" | "cpuBackend", string>} RuntimeUrls
 * @typedef {(url: string) => Promise<unknown>} Load runs a script
 */

// All three must be named; with threads off and SIMD there, only the second is asked for.
const BINARIES = [
  "tfjs-backend-wasm.wasm",
  "tfjs-backend-wasm-simd.wasm",
  "tfjs-backend-wasm-threaded-simd.wasm",
];

// A function that makes a vector: valid only where WebAssembly has SIMD.
const WITH_SIMD = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0], // "\0asm", version 1
  ...[1, 4, 1, 96, 0, 0], // one type, () -> ()
  ...[3, 2, 1, 0], // one function, of that type
  ...[10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11], // i32.const 0, i8x16.splat, drop
]);

/**
 * Promises tf, its backend set: "wasm" (SIMD, one thread), or "cpu" where that does not start.
 *
 * @param {RuntimeUrls} urls
 * @param {Load} [load]
 * @returns {Promise<TensorFlow>}
 */
export async function loadRuntime(urls, load = (url) => import(url)) {
  await load(urls.core);
  const { tf } = globalThis;
  if (!(await useWasm(tf, urls, load))) await useCpu(tf, urls, load);
  return tf;
}

/** @type {(tf: TensorFlow, urls: RuntimeUrls, load: Load) => Promise<boolean>} */
async function useWasm(tf, { wasmBackend, wasmBinary }, load) {
  if (!globalThis.WebAssembly?.validate(WITH_SIMD)) return false;
  await load(wasmBackend);
  // Threads would need workers made of blobs, which the page's policy forbids.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  tf.wasm.setWasmPaths(Object.fromEntries(BINARIES.map((name) => [name, wasmBinary])));
  return tf.setBackend("wasm");
}

/** @type {(tf: TensorFlow, urls: RuntimeUrls, load: Load) => Promise<void>} */
async function useCpu(tf, { cpuBackend }, load) {
  await load(cpuBackend);
  await tf.setBackend("cpu");
}
