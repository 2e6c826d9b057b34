import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../../static/js/api.js";
import { Outbox } from "../../../static/js/offline/outbox.js";

const AWAY = new ApiError("network");

/**
 * An Outbox before a server that is there or not, with a list in memory for a store.
 * The server knows who is signed in, and what it has stored by its key.
 */
function setUp() {
  const list = new Map();
  let last = 0;
  const store = {
    add: async (value) => {
      last += 1;
      list.set(last, value);
      return last;
    },
    replace: async (number, value) => void list.set(number, value),
    remove: async (number) => void list.delete(number),
    all: async () => [...list],
  };
  const server = {
    error: null,
    refuses: {},
    isMute: false,
    account: null,
    stored: new Map(),
    removed: [],
  };
  const answer = (value) => {
    if (server.isMute) throw AWAY; // it has done what was asked, and nobody hears of it
    return value;
  };
  const api = {
    label: async (drawing, label, { key, account }) => {
      if (server.error) throw server.error;
      const refusal = server.refuses[drawing];
      server.heard?.();
      if (refusal) throw refusal;
      if (account && account !== server.account)
        throw new ApiError("other_account", { status: 409 });
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
  const [counts, refused, waiting] = [[], [], []];
  const options = {
    account: () => browser.account,
    changed: (count) => counts.push(count),
    refused: (entries) => refused.push(entries),
    waiting: (entries) => waiting.push(entries.map(({ drawing, about }) => [drawing, about])),
  };
  const signIn = (account) => (browser.account = server.account = account);
  const stored = () => [...server.stored.values()];
  return {
    outbox: new Outbox(api, store, options),
    server,
    store,
    stored,
    counts,
    refused,
    waiting,
    browser,
    signIn,
  };
}

test("it works", async () => {
  const { outbox, server, stored, counts } = setUp();
  server.error = AWAY;
  assert.ok((await outbox.label("four", "4")).queued);
  assert.ok((await outbox.label("nine", "9")).queued);
  server.error = null;
  await outbox.flush();
  assert.deepEqual(stored(), [
    ["four", "4", null],
    ["nine", "9", null],
  ]);
  assert.deepEqual(counts, [1, 2, 0]);
});

test("with a server there nothing waits", async () => {
  const { outbox, counts } = setUp();
  assert.deepEqual(await outbox.label("four", "4"), { id: "id of four" });
  assert.deepEqual(counts, []);
});

test("what the server refuses is told at once", async () => {
  const { outbox, server, store } = setUp();
  server.error = new ApiError("blank", { status: 400 });
  await assert.rejects(outbox.label("dot", "4"), server.error);
  assert.deepEqual(await store.all(), []);
});

test("what cannot be kept either fails as it did", async () => {
  const { outbox, server, store } = setUp();
  server.error = AWAY;
  store.add = async () => {
    throw new Error("The disk is full.");
  };
  await assert.rejects(outbox.label("four", "4"), AWAY);
});

test("what the site has no room for waits, with the site's own sentence", async () => {
  const { outbox, server, stored, counts } = setUp();
  for (const [code, status] of [
    ["contributor_full", 507],
    ["disk_full", 507],
    ["address_full", 429],
  ]) {
    server.error = new ApiError(code, { status, message: `${code}.` });
    assert.equal((await outbox.label("four", "4")).queued.full, `${code}.`);
  }
  server.error = new ApiError("throttled", { status: 429, message: "Too many." });
  assert.equal((await outbox.label("four", "4")).queued.full, undefined);
  server.error = null;
  await outbox.flush();
  assert.equal(stored().length, 4);
  assert.equal(counts.at(-1), 0);
});

test("what shall be deleted does not wait for the room that it makes", async () => {
  const { outbox, server, store, stored } = setUp();
  server.refuses.four = new ApiError("contributor_full", { status: 507, message: "Full." });
  await outbox.label("four", "4");
  server.isMute = true;
  const nine = await outbox.label("nine", "9");
  assert.equal(stored().length, 1);
  await outbox.remove(nine);
  server.isMute = false;
  await outbox.flush();
  assert.deepEqual(stored(), []);
  assert.equal((await store.all()).length, 1);
});

test("while the server is away what waits goes on waiting", async () => {
  const { outbox, server, store } = setUp();
  server.error = AWAY;
  await outbox.label("four", "4");
  await outbox.flush();
  assert.equal((await store.all()).length, 1);
});

test("what the server never takes is set aside with its reason, until it is discarded", async () => {
  const { outbox, server, store, stored, counts, refused } = setUp();
  server.error = AWAY;
  await outbox.label("four", "4");
  server.error = new ApiError("bad_ink", { status: 400, message: "No ink." });
  await outbox.flush();
  assert.equal(counts.at(-1), 0);
  const [[number, { drawing, label, refused: reason }]] = refused.at(-1);
  assert.deepEqual([drawing, label, reason], ["four", "4", "No ink."]);
  server.error = null;
  await outbox.flush();
  assert.deepEqual(stored(), []); // it is not asked for again
  assert.equal((await store.all()).length, 1);
  await outbox.discard(number);
  assert.deepEqual([await store.all(), refused.at(-1)], [[], []]);
});

test("what the server never takes does not hold up the others", async () => {
  const { outbox, server, stored } = setUp();
  server.error = AWAY;
  for (const [drawing, label] of [
    ["dot", "4"],
    ["nine", "9"],
  ])
    await outbox.label(drawing, label);
  server.refuses = { dot: new ApiError("blank", { status: 400 }) };
  server.error = null;
  await outbox.flush();
  assert.deepEqual(stored(), [["nine", "9", null]]);
});

test("what is too large for the way waits, and does not hold up the others", async () => {
  const { outbox, server, stored, counts } = setUp();
  const error = new ApiError("proxy_too_large");
  server.refuses = { photo: error };
  assert.equal((await outbox.label("photo", "4")).queued.code, "proxy_too_large");
  server.error = AWAY;
  await outbox.label("nine", "9");
  server.error = null;
  await outbox.flush();
  assert.deepEqual(stored(), [["nine", "9", null]]);
  assert.equal(counts.at(-1), 1);
  server.refuses = {};
  await outbox.flush();
  assert.equal(stored().length, 2);
});

for (const status of [401, 403, 408, 425, 429, 500, 502, 503, 507]) {
  test(`where the site itself answers ${status}, what was said is kept and sent later`, async () => {
    const { outbox, server, stored, store } = setUp();
    server.error = new ApiError("some_code", { status });
    assert.ok((await outbox.label("four", "4")).queued);
    await outbox.flush();
    assert.equal((await store.all()).length, 1);
    server.error = null;
    await outbox.flush();
    assert.deepEqual(stored(), [["four", "4", null]]);
    assert.deepEqual(await store.all(), []);
  });
}

test("who comes back while sending fails is heard", async () => {
  const { outbox, server, stored } = setUp();
  server.error = AWAY;
  await outbox.label("four", "4");
  server.refuses = { four: AWAY };
  server.error = null;
  server.heard = () => {
    server.heard = null; // the network is honest as soon as the first request has failed
    server.refuses = {};
    outbox.flush();
  };
  await outbox.flush();
  assert.deepEqual(stored(), [["four", "4", null]]);
});

test("a refusal that cannot be noted loses nothing", async () => {
  const { outbox, server, store } = setUp();
  server.error = AWAY;
  await outbox.label("four", "4");
  server.error = new ApiError("bad_ink", { status: 400 });
  store.replace = async () => {
    throw new Error("The disk is full.");
  };
  await outbox.flush();
  assert.equal((await store.all()).length, 1);
});

test("what fails before the server has it goes on waiting", async () => {
  const { outbox, server, store } = setUp();
  server.error = AWAY;
  await outbox.label("four", "4");
  server.error = new URIError("URI malformed"); // a cookie that cannot be read
  await outbox.flush();
  assert.equal((await store.all()).length, 1);
});

// --- answers that are lost -----------------------------------------------------------

test("what arrived without an answer is sent again under the same key", async () => {
  const { outbox, server, stored, store } = setUp();
  server.isMute = true;
  assert.ok((await outbox.label("four", "4")).queued);
  await outbox.flush();
  server.isMute = false;
  await Promise.all([outbox.flush(), outbox.flush()]);
  assert.deepEqual(stored(), [["four", "4", null]]);
  assert.deepEqual(await store.all(), []);
});

test("equal drawings are two all the same", async () => {
  const { outbox, stored } = setUp();
  await outbox.label("four", "4");
  await outbox.label("four", "4");
  assert.equal(stored().length, 2);
});

// --- taking back -----------------------------------------------------------------------

test("what waits is taken back here", async () => {
  const { outbox, server, stored, store, counts } = setUp();
  server.error = AWAY;
  await outbox.remove(await outbox.label("four", "4"));
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
  const queued = await outbox.label("nine", "9");
  server.error = null;
  await outbox.flush();
  await outbox.remove(queued);
  assert.deepEqual(server.removed, ["id of nine"]);
});

test("what arrived without an answer is taken back there too", async () => {
  const { outbox, server, stored, store } = setUp();
  server.isMute = true;
  const queued = await outbox.label("four", "4");
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
  await outbox.label("four", "4");
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
  await outbox.label("four", "4");
  server.error = null;
  signIn("ada");
  await outbox.flush();
  assert.deepEqual(stored(), [["four", "4", "ada"]]);
});

test("the server's word on who is signed in counts, and nothing is lost by it", async () => {
  const { outbox, server, stored, store, browser } = setUp();
  browser.account = "ada"; // the session has ended, which only the server knows
  server.error = AWAY;
  await outbox.label("four", "4");
  server.error = null;
  await outbox.flush();
  assert.deepEqual(stored(), []);
  assert.equal((await store.all()).length, 1);
});

test("what waits is told with all that is known about it, and nothing of it once it is sent", async () => {
  const { outbox, server, waiting } = setUp();
  const about = { at: "2026-03-03T10:00:00Z", telling: true };
  server.error = AWAY;
  await outbox.label("four", "4", about);
  await outbox.label("nine", "9");
  server.error = null;
  await outbox.flush();
  assert.deepEqual(waiting, [
    [["four", about]],
    [
      ["four", about],
      ["nine", undefined],
    ],
    [],
  ]);
});
