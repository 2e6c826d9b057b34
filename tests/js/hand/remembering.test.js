import assert from "node:assert/strict";
import { test } from "node:test";

import { remembering } from "../../../static/js/hand/remembering.js";
import { stored } from "../helpers/bodies.js";

const ABOUT = { at: "2026-03-03T10:00:00Z", telling: true };
const DRAWING = { strokes: [[[1, 2, 0]]], canvas: [9, 9] };

/** What a hand hears while `answer` is what the outbox says. */
function setUp(answer) {
  const heard = [];
  const hand = {
    add: ({ id, label }) => heard.push(["add", id, label]),
    drop: (id) => heard.push(["drop", id]),
    refresh: () => heard.push(["refresh"]),
  };
  const api = { label: async () => answer(), remove: async () => answer() };
  return { api: remembering(api, hand), heard };
}

test("it works: what was stored counts at once", async () => {
  const { api, heard } = setUp(() => stored());
  assert.deepEqual(await api.label(DRAWING, "4", ABOUT), stored());
  assert.deepEqual(heard, [["add", "a1", "4"], ["refresh"]]);
});

test("what was taken back counts no more", async () => {
  const { api, heard } = setUp(() => undefined);
  await api.remove(stored());
  assert.deepEqual(heard, [["drop", "a1"], ["refresh"]]);
});

test("what waits is told by the outbox alone", async () => {
  const queued = { queued: { key: "k", number: 1, code: "network" } };
  const { api, heard } = setUp(() => queued);
  await api.label(DRAWING, "4", ABOUT);
  await api.remove(queued);
  assert.deepEqual(heard, [["refresh"]]);
});

test("what was refused changes nothing", async () => {
  const { api, heard } = setUp(() => {
    throw new Error("refused");
  });
  await assert.rejects(api.label(DRAWING, "4", ABOUT));
  await assert.rejects(api.remove(stored()));
  assert.deepEqual(heard, []);
});
