import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/api.js";
import { Outbox } from "../../static/js/offline/outbox.js";

/** An Outbox before a server that is there or not, with a list in memory for a store. */
function setUp() {
  const list = new Map();
  let key = 0;
  const store = {
    add: async (value) => (list.set(++key, value), key),
    remove: async (one) => void list.delete(one),
    all: async () => [...list],
  };
  const server = { error: null, stored: [], removed: [] };
  const api = {
    submit: async (drawing, label) => {
      if (server.error) throw server.error;
      server.stored.push([drawing, label]);
      return { id: `id of ${drawing}` };
    },
    remove: async ({ id }) => server.removed.push(id),
  };
  const counts = [];
  const outbox = new Outbox(api, store, (count) => counts.push(count));
  return { outbox, server, store, counts };
}

const AWAY = new ApiError("network");

test("it works", async () => {
  const { outbox, server, counts } = setUp();
  server.error = AWAY;
  assert.deepEqual(await outbox.submit("four", "4"), { queued: 1 });
  assert.deepEqual(await outbox.submit("nine", "9"), { queued: 2 });
  server.error = null;
  await outbox.flush();
  assert.deepEqual(server.stored, [["four", "4"], ["nine", "9"]]);
  assert.deepEqual(counts, [1, 2, 0]);
});

test("with a server there nothing waits", async () => {
  const { outbox, counts } = setUp();
  assert.deepEqual(await outbox.submit("four", "4"), { id: "id of four" });
  assert.deepEqual(counts, []);
});

test("what the server refuses is told at once", async () => {
  const { outbox, server, store } = setUp();
  server.error = new ApiError("blank", { status: 400 });
  await assert.rejects(outbox.submit("dot", "4"), server.error);
  assert.deepEqual(await store.all(), []);
});

test("what cannot be kept either fails as it did", async () => {
  const { outbox, server, store } = setUp();
  server.error = AWAY;
  store.add = async () => {
    throw new Error("The disk is full.");
  };
  await assert.rejects(outbox.submit("four", "4"), AWAY);
});

test("while the server is away what waits goes on waiting", async () => {
  const { outbox, server, store } = setUp();
  server.error = AWAY;
  await outbox.submit("four", "4");
  await outbox.flush();
  assert.equal((await store.all()).length, 1);
});

test("what the server never takes does not hold up the others", async () => {
  const { outbox, server, store } = setUp();
  server.error = AWAY;
  await outbox.submit("four", "4");
  server.error = new ApiError("bad_ink", { status: 400 });
  await outbox.flush();
  assert.deepEqual(await store.all(), []);
});

test("two flushes at once send nothing twice", async () => {
  const { outbox, server } = setUp();
  server.error = AWAY;
  await outbox.submit("four", "4");
  server.error = null;
  await Promise.all([outbox.flush(), outbox.flush()]);
  assert.equal(server.stored.length, 1);
});

test("what waits is taken back here, what was sent is taken back there", async () => {
  const { outbox, server, store } = setUp();
  server.error = AWAY;
  const first = await outbox.submit("four", "4");
  const second = await outbox.submit("nine", "9");
  await outbox.remove(first);
  assert.equal((await store.all()).length, 1);
  server.error = null;
  await outbox.flush();
  await outbox.remove(second);
  assert.deepEqual(server.removed, ["id of nine"]);
});
