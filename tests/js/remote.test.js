import assert from "node:assert/strict";
import { test } from "node:test";

import { attend } from "../../static/js/reading/attend.js";
import { EngineError, RemoteEngine } from "../../static/js/reading/remote.js";

/** What a question and its answer look like here: each glyph's first value. */
const ENGINE = { backend: "wasm", read: (glyphs) => [Float32Array.of(glyphs[0])] };

/** A page and a worker that runs `attend`, and the messages that go over. */
function setUp(open = async () => ENGINE) {
  const messages = [];
  const scope = new EventTarget();
  const worker = new EventTarget();
  const send = (to, data) => {
    messages.push(data);
    queueMicrotask(() => to.dispatchEvent(Object.assign(new Event("message"), { data })));
  };
  scope.postMessage = (data) => send(worker, structuredClone(data));
  worker.postMessage = (data) => send(scope, structuredClone(data));
  worker.terminate = () => (worker.isTerminated = true);
  attend(scope, open);
  return { remote: new RemoteEngine(worker), worker, messages };
}

/** A page whose worker answers only by the test's hand. */
function byHand() {
  const sent = [];
  const worker = new EventTarget();
  worker.postMessage = (message) => sent.push(message);
  worker.terminate = () => {};
  const answer = (data) => worker.dispatchEvent(Object.assign(new Event("message"), { data }));
  return { remote: new RemoteEngine(worker), worker, sent, answer };
}

const glyph = (value) => Uint8Array.of(value);

test("it works", async () => {
  const { remote, messages } = setUp();
  assert.equal(await remote.open({ core: "core.js" }), "wasm");
  assert.deepEqual(await remote.read(glyph(4)), [Float32Array.of(4)]);
  assert.deepEqual(messages, [
    { id: 1, open: { core: "core.js" } },
    { id: 1, backend: "wasm" },
    { id: 2, glyphs: glyph(4) },
    { id: 2, probabilities: [Float32Array.of(4)] },
  ]);
});

test("the glyphs stay the page's own", async () => {
  const { remote } = setUp();
  const mine = glyph(4);
  await Promise.all([remote.open({}), remote.read(mine)]);
  assert.deepEqual(mine, glyph(4));
});

test("who asks before the engine is there waits for it", async () => {
  const { remote } = setUp(async () => {
    await new Promise((done) => setTimeout(done, 20));
    return ENGINE;
  });
  const [, answer] = await Promise.all([remote.open({}), remote.read(glyph(4))]);
  assert.deepEqual(answer, [Float32Array.of(4)]);
});

test("every question gets its own answer", async () => {
  const { remote } = setUp();
  await remote.open({});
  const answers = await Promise.all([1, 2, 3].map((value) => remote.read(glyph(value))));
  assert.deepEqual(answers.map(([[value]]) => value), [1, 2, 3]);
});

test("what goes wrong in the worker is told, and the next question is answered", async () => {
  const { remote } = setUp(async () => ({
    ...ENGINE,
    read(glyphs) {
      if (glyphs.length === 0) throw new RangeError("no whole glyphs");
      return ENGINE.read(glyphs);
    },
  }));
  await remote.open({});
  const refused = remote.read(new Uint8Array(0));
  const answered = remote.read(glyph(4));
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof EngineError);
    return error.message === "no whole glyphs";
  });
  assert.deepEqual(await answered, [Float32Array.of(4)]);
});

test("an engine that does not open says why, to whoever asks it too", async () => {
  const { remote } = setUp(async () => Promise.reject(new Error("weights answers 404.")));
  await assert.rejects(remote.open({}), { message: "weights answers 404." });
  await assert.rejects(remote.read(glyph(4)), { message: "weights answers 404." });
});

test("an engine that nobody opened says so", async () => {
  await assert.rejects(setUp().remote.read(glyph(4)), { message: /not been opened/ });
});

// --- older questions ----------------------------------------------------------------

test("a question called off rejects at once, and its late answer is dropped", async () => {
  const { remote, sent, answer } = byHand();
  const controller = new AbortController();
  const older = remote.read(glyph(1), controller.signal);
  const newer = remote.read(glyph(2));
  controller.abort();
  await assert.rejects(older, { name: "AbortError" });
  answer({ id: sent[0].id, probabilities: "older" });
  answer({ id: sent[1].id, probabilities: "newer" });
  assert.equal(await newer, "newer");
});

test("a worker that is behind is spared what has been called off", async () => {
  const { remote, sent, answer } = byHand();
  const first = remote.read(glyph(1));
  const controller = new AbortController();
  const dropped = remote.read(glyph(2), controller.signal);
  const last = remote.read(glyph(3));
  assert.equal(sent.length, 1);
  controller.abort();
  await assert.rejects(dropped, { name: "AbortError" });
  answer({ id: sent[0].id, probabilities: "first" });
  answer({ id: sent[1].id, probabilities: "last" });
  assert.deepEqual(await Promise.all([first, last]), ["first", "last"]);
  assert.deepEqual(sent.map(({ glyphs }) => glyphs[0]), [1, 3]);
});

test("a question called off beforehand is never sent", async () => {
  const { remote, sent } = byHand();
  await assert.rejects(remote.read(glyph(1), AbortSignal.abort()), { name: "AbortError" });
  assert.deepEqual(sent, []);
});

// --- the end ------------------------------------------------------------------------

test("a worker that does not start fails whoever asks, then and later", async () => {
  const { remote, worker } = byHand();
  const waiting = [remote.open({}), remote.read(glyph(1))];
  worker.dispatchEvent(new Event("error"));
  for (const promise of waiting) await assert.rejects(promise, EngineError);
  await assert.rejects(remote.read(glyph(2)), { message: "The worker did not start." });
});

test("closed, the worker ends and nobody waits for ever", async () => {
  const { remote, worker } = setUp();
  const waiting = remote.open({});
  remote.close();
  assert.ok(worker.isTerminated);
  await assert.rejects(waiting, { message: "The engine is closed." });
});

test("closed when all is answered, it ends just so", async () => {
  const { remote, worker } = setUp();
  await remote.open({});
  remote.close();
  assert.ok(worker.isTerminated);
});
