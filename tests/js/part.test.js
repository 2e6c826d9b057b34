import assert from "node:assert/strict";
import { test } from "node:test";

import { boundingBox, normalise } from "../../static/js/ink.js";
import { digitAt, partOf } from "../../static/js/part.js";

const CANVAS = [1000, 1000];
const SEVEN = [[[100, 100, 0], [250, 100, 40], [160, 400, 90]], [[130, 250, 200], [240, 250, 230]]];
const ONE = [[[450, 100, 400], [440, 400, 450]]];
const DRAWING = { strokes: [...SEVEN, ...ONE], canvas: CANVAS };

function read(strokes) {
  const { x, y, width, height } = boundingBox(strokes);
  return { box: [x, y, width, height], seen: [...normalise(strokes, CANVAS)] };
}

test("it works", () => {
  assert.deepEqual(partOf(read(SEVEN), DRAWING), { strokes: SEVEN, canvas: CANVAS });
  assert.deepEqual(partOf(read(ONE), DRAWING), { strokes: ONE, canvas: CANVAS });
});

test("of two groups in the same box it is the one that looks the same", () => {
  // The bar of this 7 lies within the box of its first stroke.
  assert.deepEqual(partOf(read(SEVEN.slice(0, 1)), DRAWING).strokes, SEVEN.slice(0, 1));
});

test("pictures that differ by rounding are the same", () => {
  const seen = read(SEVEN);
  seen.seen = seen.seen.map((value) => Math.max(value - 1, 0));
  assert.deepEqual(partOf(seen, DRAWING).strokes, SEVEN);
});

test("the digit under a place", () => {
  const digits = [read(SEVEN), read(ONE)];
  assert.equal(digitAt(digits, [200, 200]), 0);
  assert.equal(digitAt(digits, [445, 300]), 1);
  assert.equal(digitAt(digits, [900, 900]), -1);
});
