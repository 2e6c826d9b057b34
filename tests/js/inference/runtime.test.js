import assert from "node:assert/strict";
import { test } from "node:test";

import { loadRuntime } from "../../../static/js/inference/runtime.js";

const URLS = Object.fromEntries(
  ["core", "wasmBackend", "wasmBinary", "cpuBackend"].map((name) => [name, name]),
);

/** A TensorFlow.js whose files only note that they were loaded. */
function fakeRuntime(t, { starts = true } = {}) {
  const noted = { loaded: [], flags: {}, backends: [], paths: null };
  const tf = {
    env: () => ({ set: (flag, value) => (noted.flags[flag] = value) }),
    setBackend: async (name) => {
      noted.backends.push(name);
      return name === "cpu" || starts;
    },
    wasm: { setWasmPaths: (paths) => (noted.paths = paths) },
  };
  const load = async (url) => {
    noted.loaded.push(url);
    globalThis.tf = tf;
  };
  t.after(() => delete globalThis.tf);
  return { tf, noted, load };
}

test("the runtime runs on wasm, one thread", async (t) => {
  const { tf, noted, load } = fakeRuntime(t);
  assert.equal(await loadRuntime(URLS, load), tf);
  assert.equal(noted.loaded[0], "core");
  assert.deepEqual(noted.loaded, ["core", "wasmBackend"]);
  assert.deepEqual(noted.flags, { WASM_HAS_MULTITHREAD_SUPPORT: false });
  assert.deepEqual(noted.backends, ["wasm"]);
  assert.equal(noted.paths["tfjs-backend-wasm-simd.wasm"], "wasmBinary");
});

test("where wasm does not start, on the cpu", async (t) => {
  const { noted, load } = fakeRuntime(t, { starts: false });
  await loadRuntime(URLS, load);
  assert.deepEqual(noted.backends, ["wasm", "cpu"]);
  assert.equal(noted.loaded.at(-1), "cpuBackend");
});

for (const [missing, WebAssembly] of [
  ["wasm", undefined],
  ["SIMD", { validate: () => false }],
]) {
  test(`where there is no ${missing}, nothing of wasm is fetched`, async (t) => {
    const { noted, load } = fakeRuntime(t);
    const before = Object.getOwnPropertyDescriptor(globalThis, "WebAssembly");
    Object.defineProperty(globalThis, "WebAssembly", { ...before, value: WebAssembly });
    t.after(() => Object.defineProperty(globalThis, "WebAssembly", before));
    await loadRuntime(URLS, load);
    assert.deepEqual(noted.loaded, ["core", "cpuBackend"]);
    assert.deepEqual(noted.backends, ["cpu"]);
  });
}
