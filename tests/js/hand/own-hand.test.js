import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../../static/js/api.js";
import { OwnHand } from "../../../static/js/hand/own-hand.js";
import { hand, remembered } from "../helpers/bodies.js";
import { until } from "../helpers/server.js";

const AWAY = new ApiError("network");

/** A list in memory for a store, which outlives a page. */
function listOf() {
  const list = new Map();
  return {
    list,
    all: async () => [...list],
    replace: async (key, value) => void list.set(key, structuredClone(value)),
    remove: async (key) => void list.delete(key),
    clear: async () => list.clear(),
  };
}

/** A network that sees something else in every drawing, and counts what it looks at. */
function networkOf(version = 1) {
  const looked = [];
  return {
    version,
    looked,
    outputsOf: async (glyphs) => {
      looked.push(glyphs.length);
      return glyphs.map(({ pixels }) => ({
        features: Float32Array.from({ length: 3648 }, (_, at) => pixels[at % 784]),
        motionLogits: new Float32Array(11).fill(1),
        probabilities: new Float32Array(11),
      }));
    },
  };
}

/** A page with its hand: the server tells `server.hand`, and `browser.account` is signed in. */
function setUp({ store = listOf(), server = { hand: hand() }, browser = { account: null } } = {}) {
  const asked = [];
  const api = {
    hand: async (etag) => {
      asked.push(etag);
      server.heard?.();
      if (server.error) throw server.error;
      const own = `"${server.hand.tag}"`;
      return etag === own ? null : { etag: own, hand: server.hand };
    },
  };
  const told = [];
  const options = { account: () => browser.account, changed: (own) => told.push(own) };
  return { own: new OwnHand(api, store, options), store, server, browser, asked, told };
}

const idsOf = ({ drawings }) => drawings.map(({ id }) => id);
const knows = (own, count, version = 1) => until(() => own.of(version).drawings.length === count);

test("it works: what the server tells is what the network is reminded of", async () => {
  const { own, told } = setUp();
  own.follow(networkOf());
  await own.refresh();
  await knows(own, 1);
  const { hand: made, drawings } = own.of(1);
  assert.deepEqual([made.labels, idsOf({ drawings })], [[4], ["d1"]]);
  assert.deepEqual(idsOf(told.at(-1)), ["d1"]);
  assert.equal(own.drawing("d1").label, "4");
  assert.equal(own.drawing("d2"), null);
});

test("asked again it comes only where it has changed", async () => {
  const { own, asked, server } = setUp();
  await own.refresh();
  await own.refresh();
  assert.deepEqual(asked, [null, '"3-abc"']);
  own.heard("3-abc");
  assert.equal(asked.length, 2);
  server.hand = hand({ tag: "4-abc", drawings: [] });
  own.heard("4-abc");
  await own.refresh();
  assert.deepEqual(own.description.drawings, []);
});

test("a page that opens without a server has what was kept, features and all", async () => {
  const { own, store } = setUp();
  own.follow(networkOf());
  await own.refresh();
  await knows(own, 1);
  const later = setUp({ store, server: { error: AWAY } });
  const network = networkOf();
  await later.own.follow(network);
  await later.own.refresh();
  assert.deepEqual(idsOf(later.own.of(1)), ["d1"]);
  assert.deepEqual(network.looked, []);
});

test("another version's network looks at everything anew", async () => {
  const { own } = setUp();
  own.follow(networkOf(1));
  await own.refresh();
  await knows(own, 1);
  const next = networkOf(2);
  await own.follow(next);
  assert.deepEqual(own.of(1).drawings, []);
  await knows(own, 1, 2);
  assert.deepEqual(next.looked, [1]);
});

test("a network that is closed while it looks is followed by the next", async () => {
  const { own } = setUp();
  const closed = networkOf(1);
  closed.outputsOf = async () => {
    await own.follow(networkOf(2));
    throw new Error("The engine is closed.");
  };
  own.follow(closed);
  await own.refresh();
  await knows(own, 1, 2);
});

test("a few are looked at in one go", async () => {
  const drawings = Array.from({ length: 19 }, (_, at) =>
    remembered({ id: `d${at}`, label: String(at % 2) }),
  );
  const { own } = setUp({ server: { hand: hand({ drawings }) } });
  const network = networkOf();
  own.follow(network);
  await own.refresh();
  await knows(own, 19);
  assert.deepEqual(network.looked, [8, 8, 3]);
});

test("what was said here counts before the server tells of it, and once only", async () => {
  const { own, server } = setUp({ server: { hand: hand({ drawings: [] }) } });
  own.follow(networkOf());
  await own.refresh();
  own.add(remembered({ id: "d2" }));
  await knows(own, 1);
  server.hand = hand({ tag: "4-abc", drawings: [remembered({ id: "d2" }), remembered()] });
  await own.refresh();
  assert.deepEqual(idsOf(own.description), ["d2", "d1"]);
});

test("an answer that was under way does not undo what was said meanwhile", async () => {
  const { own, server } = setUp({ server: { hand: hand({ drawings: [] }) } });
  server.heard = () => {
    server.heard = undefined;
    own.add(remembered({ id: "d2" }));
  };
  await own.refresh();
  assert.deepEqual(idsOf(own.description), ["d2"]);
});

test("what was taken back counts no more, whatever is kept of it", async () => {
  const { own, store, server } = setUp();
  own.follow(networkOf());
  await own.refresh();
  await knows(own, 1);
  own.drop("d1");
  assert.deepEqual([own.of(1).drawings, own.description.drawings], [[], []]);
  server.hand = hand({ tag: "4-abc", drawings: [] });
  await own.refresh();
  assert.deepEqual([...store.list.keys()], ["told"]);
});

test("what waits to be sent counts, until the server tells of it", async () => {
  const { own, server } = setUp({ server: { error: AWAY } });
  own.follow(networkOf());
  own.wait([remembered({ id: "k1", isWaiting: true })]);
  await knows(own, 1);
  server.error = undefined;
  server.hand = hand();
  own.wait([]);
  await until(() => idsOf(own.description).includes("d1"));
  assert.deepEqual(idsOf(own.description), ["d1"]);
});

test("what waits is of the account that is signed in", async () => {
  const { own, browser } = setUp({ server: { error: AWAY }, browser: { account: "7" } });
  own.wait([remembered({ id: "k1", isWaiting: true })]);
  await own.refresh(); // by which the hand notices whose it is
  assert.deepEqual(idsOf(own.description), ["k1"]);
  browser.account = null;
  assert.deepEqual(idsOf(own.description), []);
});

test("who switched it off is reminded of nothing", async () => {
  const { own } = setUp({ server: { hand: hand({ remembers: false }) } });
  own.follow(networkOf());
  own.add(remembered({ id: "d2" }));
  await own.refresh();
  assert.deepEqual(own.of(1).drawings, []);
});

test("at most twenty of a label count", async () => {
  const drawings = Array.from({ length: 25 }, (_, at) => remembered({ id: `d${at}` }));
  const { own } = setUp({ server: { hand: hand({ drawings }) } });
  await own.refresh();
  assert.equal(own.description.drawings.length, 20);
});

test("what has signed out leaves nothing", async () => {
  const page = setUp({ browser: { account: "7" } });
  page.own.follow(networkOf());
  await page.own.refresh();
  await knows(page.own, 1);
  page.browser.account = null;
  page.server.hand = hand({ tag: "0", drawings: [] });
  page.own.heard("0");
  await page.own.refresh();
  assert.deepEqual(page.own.of(1).drawings, []);
  assert.deepEqual([...page.store.list.keys()], ["told"]);
});

test("what another account has left is not opened, even without a server", async () => {
  const { own, store } = setUp({ browser: { account: "7" } });
  own.follow(networkOf());
  await own.refresh();
  await knows(own, 1);
  const other = setUp({ store, server: { error: AWAY }, browser: { account: "8" } });
  await other.own.follow(networkOf());
  await other.own.refresh();
  assert.deepEqual(other.own.description.drawings, []);
  assert.deepEqual([...store.list.keys()], []);
});

test("nothing stays of what was forgotten while the network looked at it", async () => {
  const { own, store, server } = setUp();
  const network = networkOf();
  const look = network.outputsOf;
  network.outputsOf = async (glyphs) => {
    network.outputsOf = look;
    server.hand = hand({ tag: "0", drawings: [] });
    await own.forget();
    await own.refresh();
    return look(glyphs);
  };
  own.follow(network);
  await own.refresh();
  await until(() => network.looked.length === 1);
  await new Promise((done) => setTimeout(done, 5));
  assert.deepEqual([...store.list.keys()], ["told"]);
});

test("an answer to somebody who has signed out meanwhile is not theirs", async () => {
  const page = setUp({ browser: { account: "7" } });
  page.server.heard = () => {
    page.server.heard = undefined;
    page.browser.account = null;
  };
  await page.own.refresh();
  await until(() => page.asked.length === 2);
  assert.equal(page.asked[1], null);
});

test("a version without features has no memory", async () => {
  const { own } = setUp();
  const network = networkOf();
  network.outputsOf = async (glyphs) =>
    glyphs.map(() => ({ features: null, motionLogits: null, probabilities: new Float32Array(11) }));
  own.follow(network);
  await own.refresh();
  await until(() => own.of(1).drawings.length === 1);
  assert.equal(own.of(1).hand.labels.length, 0);
});

test("where nothing can be kept it lasts as long as the page", async () => {
  const refuse = async () => {
    throw new Error("no room");
  };
  const store = { all: refuse, replace: refuse, remove: refuse, clear: refuse };
  const { own } = setUp({ store });
  own.follow(networkOf());
  await own.refresh();
  await knows(own, 1);
});
