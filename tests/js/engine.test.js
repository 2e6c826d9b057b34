import assert from "node:assert/strict";
import { test } from "node:test";

import { Engine } from "../../static/js/reading/engine.js";
import { fetchModel } from "../../static/js/reading/model.js";
import { loadRuntime } from "../../static/js/reading/runtime.js";
import { serve } from "./server.js";

const URLS = Object.fromEntries(
  ["core", "wasmBackend", "wasmBinary", "cpuBackend"].map((name) => [name, name]),
);

// --- the engine -------------------------------------------------------------------

/** An engine for glyphs of 2x2; its network answers with a glyph's first value and its sum. */
function setUp() {
  const asked = [];
  const tf = {
    tidy: (run) => run(),
    tensor: (values, shape) => ({ values, shape }),
    getBackend: () => "wasm",
  };
  const model = {
    shape: [2, 2, 1],
    isDisposed: false,
    predict({ values, shape }) {
      asked.push(shape);
      const rows = Array.from({ length: shape[0] }, (_, row) => [...values.slice(4 * row, 4 * row + 4)]);
      const sum = (row) => row.reduce((total, value) => total + value, 0);
      return { dataSync: () => Float32Array.from(rows.flatMap((row) => [row[0], sum(row)])) };
    },
    dispose() {
      this.isDisposed = true;
    },
  };
  return { engine: new Engine(tf, model), asked, model };
}

test("it works", () => {
  const { engine, asked } = setUp();
  const answers = engine.read(Float32Array.of(1, 0, 0, 0, 0.5, 0.25, 0, 0));
  assert.deepEqual(answers, [Float32Array.of(1, 1), Float32Array.of(0.5, 0.75)]);
  assert.deepEqual(asked, [[2, 2, 2, 1]]);
  assert.equal(engine.backend, "wasm");
});

test("bytes are read as 0 to 1, whoever clamps them", () => {
  const { engine } = setUp();
  for (const Bytes of [Uint8Array, Uint8ClampedArray]) {
    assert.deepEqual(engine.read(Bytes.of(255, 51, 0, 0)), [Float32Array.of(1, 1.2)]);
  }
});

test("no glyphs need no answer", () => {
  const { engine, asked } = setUp();
  assert.deepEqual(engine.read(new Uint8Array(0)), []);
  assert.deepEqual(asked, []);
});

test("a part of a glyph is refused", () => {
  assert.throws(() => setUp().engine.read(new Uint8Array(7)), /7 values are no whole glyphs of 4/);
});

test("closed, it gives the model back", () => {
  const { engine, model } = setUp();
  engine.close();
  assert.ok(model.isDisposed);
});

// --- the model's files --------------------------------------------------------------

const TOPOLOGY = { format: "graph-model" };

test("the model's two files are fetched", async (t) => {
  const { root } = await served(t, (path) => (path === "/topology" ? TOPOLOGY : "1234"));
  const files = await fetchModel({ topology: `${root}topology`, weights: `${root}weights` });
  assert.deepEqual(files.topology, TOPOLOGY);
  assert.equal(Buffer.from(files.weights).toString(), "1234");
});

test("a model that is not there is an error with its address", async (t) => {
  const { root } = await served(t, (path) => (path === "/topology" ? TOPOLOGY : null));
  const urls = { topology: `${root}topology`, weights: `${root}weights` };
  await assert.rejects(fetchModel(urls), /weights answers 404/);
});

/** A server that answers each path with `content(path)`; null is not there. */
async function served(t, content) {
  const { urls } = await serve(t, ({ path }) => {
    const body = content(path);
    return body === null ? { status: 404 } : { body };
  });
  return { root: new URL("/", urls.model).href };
}

// --- the runtime --------------------------------------------------------------------

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
