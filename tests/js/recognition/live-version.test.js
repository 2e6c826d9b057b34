import assert from "node:assert/strict";
import { test } from "node:test";

import { LiveVersion } from "../../../static/js/recognition/live-version.js";

/** A LiveVersion whose API names one of these versions after the other; an Error is a failure. */
function setUp(...versions) {
  const told = [];
  const api = {
    asked: 0,
    model: async () => {
      api.asked += 1;
      const next = versions.shift();
      if (next instanceof Error) throw next;
      return { version: next };
    },
  };
  const live = new LiveVersion(api, (...change) => told.push(change));
  return { api, live, told };
}

test("it works", async () => {
  const { live, told } = setUp(3, 3, 4);
  assert.deepEqual(await live.ask(), { version: 3 });
  await live.ask();
  await live.ask();
  assert.deepEqual(told, [
    [3, null],
    [4, 3],
  ]);
});

test("who asks at the same time shares the answer", async () => {
  const { api, live } = setUp(3, 4);
  const [one, other] = await Promise.all([live.ask(), live.ask()]);
  assert.equal(one, other);
  assert.equal(api.asked, 1);
});

test("an answer of the server's tells of its version, too", async () => {
  const { live, told } = setUp(3);
  await live.ask();
  live.heard(4);
  live.heard(4);
  assert.deepEqual(told.slice(1), [[4, 3]]);
});

test("after a failure it is asked again", async () => {
  const { live, told } = setUp(new Error("no network"), 3);
  await assert.rejects(live.ask(), /no network/);
  await live.ask();
  assert.deepEqual(told, [[3, null]]);
});
