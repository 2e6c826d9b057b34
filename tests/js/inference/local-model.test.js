import assert from "node:assert/strict";
import { test } from "node:test";

import { LocalModel } from "../../../static/js/inference/local-model.js";

/** A live version whose engine notes whether it was closed. */
function live(version) {
  const engine = { isClosed: false, close: () => (engine.isClosed = true) };
  return { version, thresholds: {}, engine };
}

/** `versions` are opened one after the other; null is none, an Error a failure. */
function setUp(versions) {
  const told = [];
  const held = [];
  const localModel = new LocalModel({
    changed: (reader) => told.push(reader),
    openEngine: async (version) => {
      held.push(version);
      const next = versions.shift();
      if (next instanceof Error) throw next;
      return next;
    },
  });
  return { localModel, told, held };
}

test("it works", async () => {
  const { localModel, told, held } = setUp([live(3)]);
  assert.equal(localModel.reader, null);
  await localModel.open();
  assert.equal(localModel.reader.version, 3);
  assert.deepEqual(told, [localModel.reader]);
  await localModel.open();
  assert.deepEqual(held, [null], "what is open is not opened again");
});

test("a newly promoted version takes the place of the one before", async () => {
  const [old, next] = [live(3), live(4)];
  const { localModel, held } = setUp([old, next]);
  await localModel.open();
  localModel.follow(3);
  localModel.follow(4);
  await localModel.open();
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(held, [null, 3]);
  assert.equal(localModel.reader.version, 4);
  assert.ok(old.engine.isClosed && !next.engine.isClosed);
});

test("where it cannot be opened the server answers, until it can", async (t) => {
  t.mock.method(console, "info", () => {});
  const { localModel, told } = setUp([new Error("no wasm"), null, live(3)]);
  await localModel.open();
  await localModel.open();
  assert.equal(localModel.reader, null);
  assert.deepEqual(told, []);
  await localModel.open();
  assert.equal(localModel.reader.version, 3);
});
