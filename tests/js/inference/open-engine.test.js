import assert from "node:assert/strict";
import { test } from "node:test";

import { openEngine } from "../../../static/js/inference/open-engine.js";

const RUNTIME = { worker: "worker.js", core: "core.js" };
const BROWSER = { topology: { url: "/network.json" }, weights: { url: "/network.bin" } };
const TOLD = { version: 7, thresholds: { sure: 0.9 }, browser: BROWSER };

/** A worker that notes what it is asked, and answers with `answer`. */
function setUp(answer = { backend: "wasm" }) {
  const noted = { started: [], asked: [], isEnded: false };
  const worker = new EventTarget();
  worker.terminate = () => (noted.isEnded = true);
  worker.postMessage = ({ id, ...question }) => {
    noted.asked.push(question);
    const event = Object.assign(new Event("message"), { data: { id, ...answer } });
    queueMicrotask(() => worker.dispatchEvent(event));
  };
  const start = (url) => {
    noted.started.push(url);
    return worker;
  };
  return { noted, start };
}

test("it works", async () => {
  const { noted, start } = setUp();
  const live = await openEngine({ runtime: RUNTIME, model: async () => TOLD, start });
  assert.equal(live.version, 7);
  assert.deepEqual(live.thresholds, { sure: 0.9 });
  assert.deepEqual(noted.asked, [
    { open: { ...RUNTIME, topology: "/network.json", weights: "/network.bin", sizes: {} } },
  ]);
  assert.ok(!noted.isEnded);
});

test("the worker starts before the API has answered", async () => {
  const { noted, start } = setUp();
  const live = openEngine({ runtime: RUNTIME, model: () => new Promise(() => {}), start });
  assert.deepEqual(noted.started, ["worker.js"]);
  assert.ok(live instanceof Promise);
});

test("without a runtime nothing is started, nor asked", async () => {
  const { noted, start } = setUp();
  const model = () => assert.fail("asked");
  assert.equal(await openEngine({ runtime: {}, model, start }), null);
  assert.deepEqual(noted.started, []);
});

for (const [why, told, held] of [
  ["the version is held already", TOLD, 7],
  ["the version has no files for browsers", { ...TOLD, browser: null }, null],
]) {
  test(`the worker ends where ${why}`, async () => {
    const { noted, start } = setUp();
    const model = async () => told;
    assert.equal(await openEngine({ runtime: RUNTIME, model, held, start }), null);
    assert.ok(noted.isEnded);
    assert.deepEqual(noted.asked, []);
  });
}

test("the worker ends where it fails, and says why", async () => {
  const { noted, start } = setUp({ error: "no wasm" });
  const model = async () => TOLD;
  await assert.rejects(openEngine({ runtime: RUNTIME, model, start }), /no wasm/);
  assert.ok(noted.isEnded);
});
