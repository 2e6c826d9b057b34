import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/api.js";
import { Outbox } from "../../static/js/offline/outbox.js";

const AWAY = new ApiError("network");

/**
 * An Outbox before a server that is there or not, with a list in memory for a store.
 * The server knows who is signed in, and what it has stored by its key.
 */
function setUp() {
  const list = new Map();
  let last = 0;
  const store = {
    add: async (value) => (list.set(++last, value), last),
    remove: async (number) => void list.delete(number),
    all: async () => [...list],
  };
  const server = { error: null, isMute: false, account: null, stored: new Map(), removed: [] };
  const answer = (value) => {
    if (server.isMute) throw AWAY; // it has done what was asked, and nobody hears of it
    return value;
  };
  const api = {
    submit: async (drawing, label, { key, account }) => {
      if (server.error) throw server.error;
      if (account && account !== server.account) throw new ApiError("other_account", { status: 409 });
      if (!server.stored.has(key)) server.stored.set(key, [drawing, label, server.account]);
      return answer({ id: `id of ${drawing}` });
    },
    withdraw: async (key) => {
      if (server.error) throw server.error;
      server.stored.delete(key);
      return answer(null);
    },
    remove: async ({ id }) => server.removed.push(id),
  };
  const browser = { account: null }; // as its cookie says
  const counts = [];
  const options = { account: () => browser.account, changed: (count) => counts.push(count) };
  const signIn = (account) => (browser.account = server.account = account);
  const stored = () => [...server.stored.values()];
  return { outbox: new Outbox(api, store, options), server, store, stored, counts, browser, signIn };
}

test("it works", async () => {
  const { outbox, server, stored, counts } = setUp();
  server.error = AWAY;
  assert.ok((await outbox.submit("four", "4")).queued);
  assert.ok((await outbox.submit("nine", "9")).queued);
  server.error = null;
  await outbox.flush();
  assert.deepEqual(stored(), [["four", "4", null], ["nine", "9", null]]);
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

// --- answers that are lost -----------------------------------------------------------

test("what arrived without an answer is sent again under the same key", async () => {
  const { outbox, server, stored, store } = setUp();
  server.isMute = true;
  assert.ok((await outbox.submit("four", "4")).queued);
  await outbox.flush();
  server.isMute = false;
  await Promise.all([outbox.flush(), outbox.flush()]);
  assert.deepEqual(stored(), [["four", "4", null]]);
  assert.deepEqual(await store.all(), []);
});

test("equal drawings are two all the same", async () => {
  const { outbox, stored } = setUp();
  await outbox.submit("four", "4");
  await outbox.submit("four", "4");
  assert.equal(stored().length, 2);
});

// --- taking back -----------------------------------------------------------------------

test("what waits is taken back here", async () => {
  const { outbox, server, stored, store, counts } = setUp();
  server.error = AWAY;
  await outbox.remove(await outbox.submit("four", "4"));
  await outbox.flush();
  assert.equal(counts.at(-1), 0);
  server.error = null;
  await outbox.flush();
  assert.deepEqual(stored(), []);
  assert.deepEqual(await store.all(), []);
});

test("what was sent meanwhile is taken back there", async () => {
  const { outbox, server } = setUp();
  server.error = AWAY;
  const queued = await outbox.submit("nine", "9");
  server.error = null;
  await outbox.flush();
  await outbox.remove(queued);
  assert.deepEqual(server.removed, ["id of nine"]);
});

test("what arrived without an answer is taken back there too", async () => {
  const { outbox, server, stored, store } = setUp();
  server.isMute = true;
  const queued = await outbox.submit("four", "4");
  assert.equal(stored().length, 1);
  server.isMute = false;
  await outbox.remove(queued);
  await outbox.flush();
  assert.deepEqual(stored(), []);
  assert.deepEqual(await store.all(), []);
});

// --- several people at one device --------------------------------------------------------

test("what one drew waits while another is signed in", async () => {
  const { outbox, server, stored, counts, signIn } = setUp();
  signIn("ada");
  server.error = AWAY;
  await outbox.submit("four", "4");
  server.error = null;
  for (const account of [null, "ben"]) {
    signIn(account);
    await outbox.flush();
    assert.deepEqual(stored(), []);
    assert.equal(counts.at(-1), 0); // nobody else is told of it
  }
  signIn("ada");
  await outbox.flush();
  assert.deepEqual(stored(), [["four", "4", "ada"]]);
});

test("what was drawn without an account goes to who signs in, as all of this browser's", async () => {
  const { outbox, server, stored, signIn } = setUp();
  server.error = AWAY;
  await outbox.submit("four", "4");
  server.error = null;
  signIn("ada");
  await outbox.flush();
  assert.deepEqual(stored(), [["four", "4", "ada"]]);
});

test("the server's word on who is signed in counts, and nothing is lost by it", async () => {
  const { outbox, server, stored, store, browser } = setUp();
  browser.account = "ada"; // the session has ended, which only the server knows
  server.error = AWAY;
  await outbox.submit("four", "4");
  server.error = null;
  await outbox.flush();
  assert.deepEqual(stored(), []);
  assert.equal((await store.all()).length, 1);
});
