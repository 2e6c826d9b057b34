import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError, WorkerEngine } from "../../../static/js/inference/worker-engine.js";
import { answerMessages } from "../../../static/js/inference/worker-protocol.js";

/** What a question and its answer look like here: each glyph's first pixel. */
const ENGINE = {
  backend: "wasm",
  predict: (glyphs) => glyphs.map(({ pixels }) => ({ probabilities: Float32Array.of(pixels[0]) })),
};

/** A page and a worker that runs `answerMessages`, and the messages that go over. */
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
  answerMessages(scope, open);
  return { engine: new WorkerEngine(worker), worker, messages };
}

/** A page whose worker answers only by the test's hand. */
function byHand() {
  const sent = [];
  const worker = new EventTarget();
  worker.postMessage = (message) => sent.push(message);
  worker.terminate = () => {};
  const answer = (data) => worker.dispatchEvent(Object.assign(new Event("message"), { data }));
  return { engine: new WorkerEngine(worker), worker, sent, answer };
}

const glyph = (value) => [{ pixels: Uint8ClampedArray.of(value), motion: null }];
const outputs = (value) => [{ probabilities: Float32Array.of(value) }];

test("it works", async () => {
  const { engine, messages } = setUp();
  assert.equal(await engine.open({ core: "core.js" }), "wasm");
  assert.deepEqual(await engine.predict(glyph(4)), outputs(4));
  assert.deepEqual(messages, [
    { id: 1, open: { core: "core.js" } },
    { id: 1, backend: "wasm" },
    { id: 2, glyphs: glyph(4) },
    { id: 2, outputs: outputs(4) },
  ]);
});

test("the page hears how much of the network is there", async () => {
  const heard = [];
  const { engine } = setUp(async (_, report) => {
    report({ share: 0.4, bytes: 390_000 });
    return ENGINE;
  });
  assert.equal(await engine.open({}, (progress) => heard.push(progress)), "wasm");
  assert.deepEqual(heard, [{ share: 0.4, bytes: 390_000 }]);
});

test("the glyphs stay the page's own", async () => {
  const { engine } = setUp();
  const mine = glyph(4);
  await Promise.all([engine.open({}), engine.predict(mine)]);
  assert.deepEqual(mine, glyph(4));
});

test("who asks before the engine is there waits for it", async () => {
  const { engine } = setUp(async () => {
    await new Promise((done) => setTimeout(done, 20));
    return ENGINE;
  });
  const [, answer] = await Promise.all([engine.open({}), engine.predict(glyph(4))]);
  assert.deepEqual(answer, outputs(4));
});

test("every question gets its own answer", async () => {
  const { engine } = setUp();
  await engine.open({});
  const answers = await Promise.all([1, 2, 3].map((value) => engine.predict(glyph(value))));
  assert.deepEqual(
    answers.map(([{ probabilities }]) => probabilities[0]),
    [1, 2, 3],
  );
});

test("what goes wrong in the worker is told, and the next question is answered", async () => {
  const { engine } = setUp(async () => ({
    ...ENGINE,
    predict(glyphs) {
      if (glyphs[0].pixels.length === 0) throw new RangeError("no whole glyph");
      return ENGINE.predict(glyphs);
    },
  }));
  await engine.open({});
  const refused = engine.predict([{ pixels: new Uint8Array(0), motion: null }]);
  const answered = engine.predict(glyph(4));
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof EngineError);
    return error.message === "no whole glyph";
  });
  assert.deepEqual(await answered, outputs(4));
});

test("an engine that does not open says why, to whoever asks it too", async () => {
  const { engine } = setUp(async () => Promise.reject(new Error("weights answers 404.")));
  await assert.rejects(engine.open({}), { message: "weights answers 404." });
  await assert.rejects(engine.predict(glyph(4)), { message: "weights answers 404." });
});

test("an engine that nobody opened says so", async () => {
  await assert.rejects(setUp().engine.predict(glyph(4)), { message: /not been opened/ });
});

// --- older questions ----------------------------------------------------------------

test("a question called off rejects at once, and its late answer is dropped", async () => {
  const { engine, sent, answer } = byHand();
  const controller = new AbortController();
  const older = engine.predict(glyph(1), controller.signal);
  const newer = engine.predict(glyph(2));
  controller.abort();
  await assert.rejects(older, { name: "AbortError" });
  answer({ id: sent[0].id, outputs: "older" });
  answer({ id: sent[1].id, outputs: "newer" });
  assert.equal(await newer, "newer");
});

test("a worker that is behind is spared what has been called off", async () => {
  const { engine, sent, answer } = byHand();
  const first = engine.predict(glyph(1));
  const controller = new AbortController();
  const dropped = engine.predict(glyph(2), controller.signal);
  const last = engine.predict(glyph(3));
  assert.equal(sent.length, 1);
  controller.abort();
  await assert.rejects(dropped, { name: "AbortError" });
  answer({ id: sent[0].id, outputs: "first" });
  answer({ id: sent[1].id, outputs: "last" });
  assert.deepEqual(await Promise.all([first, last]), ["first", "last"]);
  assert.deepEqual(
    sent.map(({ glyphs }) => glyphs[0].pixels[0]),
    [1, 3],
  );
});

test("a question called off beforehand is never sent", async () => {
  const { engine, sent } = byHand();
  await assert.rejects(engine.predict(glyph(1), AbortSignal.abort()), { name: "AbortError" });
  assert.deepEqual(sent, []);
});

// --- the end ------------------------------------------------------------------------

test("a worker that does not start fails whoever asks, then and later", async () => {
  const { engine, worker } = byHand();
  const waiting = [engine.open({}), engine.predict(glyph(1))];
  worker.dispatchEvent(new Event("error"));
  for (const promise of waiting) await assert.rejects(promise, EngineError);
  await assert.rejects(engine.predict(glyph(2)), { message: "The worker did not start." });
});

test("closed, the worker ends and nobody waits for ever", async () => {
  const { engine, worker } = setUp();
  const waiting = engine.open({});
  engine.close();
  assert.ok(worker.isTerminated);
  await assert.rejects(waiting, { message: "The engine is closed." });
});

test("closed when all is answered, it ends just so", async () => {
  const { engine, worker } = setUp();
  await engine.open({});
  engine.close();
  assert.ok(worker.isTerminated);
});
