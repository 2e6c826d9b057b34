import assert from "node:assert/strict";
import { test } from "node:test";

import { LocalReader } from "../../../static/js/inference/local-reader.js";
import { Hand } from "../../../static/js/inference/memory.js";

const THRESHOLDS = { sure: 0.9, not_a_digit: 0.5, alternative: 0.05 };
const FOUR = [
  [
    [120, 50],
    [90, 150],
    [200, 152],
  ],
  [
    [170, 60],
    [168, 240],
  ],
];
const ID = "d1";
const DRAWN_AT = "2026-03-03T10:00:00Z";

/** What a network gives that sees in every drawing the same, and calls it a 9. */
const nine = () => {
  const probabilities = new Float32Array(11).fill(0.01);
  probabilities[9] = 0.9;
  return {
    probabilities,
    pictureLogits: Float32Array.from(probabilities),
    motionLogits: Float32Array.from(probabilities),
    features: new Float32Array(3648).fill(1),
  };
};
const engine = { predict: async (glyphs) => glyphs.map(nine) };

/** A memory of one drawing that looks the same, called `label`. */
const memoryOf = (label) => ({
  of: () => ({
    hand: Hand.of([nine()], [label]),
    drawings: [{ id: ID, label: String(label), drawn_at: DRAWN_AT, telling: true }],
  }),
});
const readerWith = (memory) =>
  new LocalReader(engine, { version: 3, thresholds: THRESHOLDS }, memory);
const asked = { strokes: FOUR, canvas: [280, 280] };

test("it works: what was remembered speaks, and the network is told beside it", async () => {
  const answer = await readerWith(memoryOf(4)).predict(asked);
  assert.deepEqual([answer.digit, answer.verdict], [4, "sure"]);
  const { similarity, ...memory } = answer.memory;
  assert.deepEqual(memory, { label: "4", drawing: ID, drawn_at: DRAWN_AT, changed: true });
  assert.ok(Math.abs(similarity - 1) < 1e-6);
  assert.deepEqual([answer.network.digit, answer.network.verdict], [9, "sure"]);
  assert.equal(answer.network.confidence, 0.9);
});

test("without a hand nothing is said of memory", async () => {
  const answer = await readerWith(undefined).predict(asked);
  assert.equal(answer.digit, 9);
  assert.ok(!("memory" in answer) && !("network" in answer));
});

test("memory that says the same changes nothing", async () => {
  const { digit, memory } = await readerWith(memoryOf(9)).predict(asked);
  assert.deepEqual([digit, memory.changed, memory.label], [9, false, "9"]);
});

test("a digit can be remembered as none", async () => {
  const { digit, verdict, memory } = await readerWith(memoryOf(10)).predict(asked);
  assert.deepEqual([digit, verdict, memory.label], [null, "not_a_digit", "not_a_digit"]);
});

test("in a number each digit is reminded by itself, once it is known which there are", async () => {
  const beside = [...FOUR, ...FOUR.map((stroke) => stroke.map(([x, y]) => [x + 300, y]))];
  const number = { strokes: beside, canvas: [600, 280], number: true };
  const before = await readerWith(undefined).predict(number);
  const answer = await readerWith(memoryOf(4)).predict(number);
  assert.equal(answer.digits.length, before.digits.length);
  assert.deepEqual(
    answer.digits.map(({ box }) => box),
    before.digits.map(({ box }) => box),
  );
  assert.match(before.number, /^9+$/);
  assert.match(answer.number, /^4+$/);
  assert.ok(answer.digits.every(({ memory, network }) => memory.changed && network.digit === 9));
});
