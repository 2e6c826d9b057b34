import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { EMPTY, Hand, kept, recall } from "../../../static/js/inference/memory.js";
import { handOf, outputsOf } from "../helpers/features.js";

const golden = JSON.parse(readFileSync(new URL("../../golden/memory.json", import.meta.url)));

const TOLERANCE = 1e-6;

const FOUR = { blend: [[1, 7, 3]], ink: true, label: 4 };
const asFour = { ...FOUR, probabilities: [0, 0, 0, 0, 0.1, 0, 0, 0, 0, 0.9, 0] };

test("it works: what was labelled is answered when it comes again", () => {
  const [found] = recall(handOf([FOUR]), [outputsOf(asFour)]);
  assert.deepEqual([found.row, found.label], [0, 4]);
  assert.ok(found.probabilities[4] > 0.99);
  assert.ok(Math.abs(found.similarity - 1) < TOLERANCE);
});

test("an empty hand says nothing", () => {
  assert.deepEqual(recall(EMPTY, [outputsOf(asFour)]), [null]);
});

test("a network of a single reader has no memory", () => {
  const ofPictures = { ...outputsOf(asFour), features: null, motionLogits: null };
  assert.deepEqual(recall(handOf([FOUR]), [ofPictures]), [null]);
  assert.equal(Hand.of([ofPictures], [4]), EMPTY);
});

for (const { name, hand, asked, recalls } of golden.recall) {
  test(`golden: ${name}`, () => {
    const found = recall(handOf(hand), asked.map(outputsOf));
    assert.equal(found.length, recalls.length);
    for (const [at, expected] of recalls.entries()) {
      if (expected === null || found[at] === null) {
        assert.equal(found[at], expected);
        continue;
      }
      assert.deepEqual([found[at].row, found[at].label], [expected.row, expected.label]);
      const values = (one) => [one.similarity, ...one.probabilities];
      values(found[at]).forEach((value, place) => {
        assert.ok(Math.abs(value - values(expected)[place]) <= TOLERANCE);
      });
    }
  });
}

for (const { name, labels, telling, limit, kept: expected } of golden.kept) {
  test(`golden: ${name}`, () => {
    assert.deepEqual(kept(labels, telling, limit), expected);
  });
}
