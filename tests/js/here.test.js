import assert from "node:assert/strict";
import { test } from "node:test";

import { Here } from "../../static/js/reading/here.js";

/** A live version whose engine notes whether it was closed. */
function live(version) {
  const engine = { isClosed: false, close: () => (engine.isClosed = true) };
  return { version, thresholds: {}, engine };
}

/** `versions` are opened one after the other; null is none, an Error a failure. */
function setUp(versions, first = null) {
  const told = [];
  const held = [];
  const here = new Here({
    first,
    changed: (whether) => told.push(whether),
    openLive: async (version) => {
      held.push(version);
      const next = versions.shift();
      if (next instanceof Error) throw next;
      return next;
    },
  });
  return { here, told, held };
}

test("it works", async () => {
  const { here, told, held } = setUp([live(3)]);
  assert.equal(here.reader, null);
  await here.open();
  assert.equal(here.reader.version, 3);
  assert.deepEqual(told, [true]);
  await here.open();
  assert.deepEqual(held, [null], "what is open is not opened again");
});

test("what is on its way already is not opened twice", async () => {
  const { here, held } = setUp([], Promise.resolve(live(3)));
  await Promise.all([here.open(), here.open()]);
  assert.equal(here.reader.version, 3);
  assert.deepEqual(held, []);
});

test("a newly promoted version takes the place of the one before", async () => {
  const [old, next] = [live(3), live(4)];
  const { here, held } = setUp([old, next]);
  await here.open();
  here.follow(3);
  here.follow(4);
  await here.open();
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(held, [null, 3]);
  assert.equal(here.reader.version, 4);
  assert.ok(old.engine.isClosed && !next.engine.isClosed);
});

test("where it cannot be opened the server answers, until it can", async (t) => {
  t.mock.method(console, "info", () => {});
  const { here, told } = setUp([new Error("no wasm"), null, live(3)]);
  await here.open();
  await here.open();
  assert.equal(here.reader, null);
  assert.deepEqual(told, []);
  await here.open();
  assert.equal(here.reader.version, 3);
});
