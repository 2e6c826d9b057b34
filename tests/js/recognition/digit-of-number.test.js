import assert from "node:assert/strict";
import { test } from "node:test";

import { boundingBox, normalise } from "../../../static/js/preprocessing/ink.js";
import { digitOfNumber } from "../../../static/js/recognition/digit-of-number.js";
import { digitAt } from "../../../static/js/recognition/selection.js";

const CANVAS = [1000, 1000];
const SEVEN = [
  [
    [100, 100, 0],
    [250, 100, 40],
    [160, 400, 90],
  ],
  [
    [130, 250, 200],
    [240, 250, 230],
  ],
];
const ONE = [
  [
    [450, 100, 400],
    [440, 400, 450],
  ],
];
const DRAWING = { strokes: [...SEVEN, ...ONE], canvas: CANVAS };

function read(strokes) {
  const { x, y, width, height } = boundingBox(strokes);
  return { box: [x, y, width, height], seen: [...normalise(strokes, CANVAS).pixels] };
}

test("it works", () => {
  assert.deepEqual(digitOfNumber(read(SEVEN), DRAWING), { strokes: SEVEN, canvas: CANVAS });
  assert.deepEqual(digitOfNumber(read(ONE), DRAWING), { strokes: ONE, canvas: CANVAS });
});

test("it is found on its line, the pieces counted among all", () => {
  const below = ONE.map((stroke) => stroke.map(([x, y, t]) => [x - 300, y + 500, t]));
  const drawing = { strokes: [...below, ...SEVEN, ...ONE], canvas: CANVAS };
  assert.deepEqual(digitOfNumber(read(below), drawing).strokes, below);
  assert.deepEqual(digitOfNumber(read(SEVEN), drawing).strokes, SEVEN);
});

test("of two groups in the same box it is the one that looks the same", () => {
  // The bar of this 7 lies within the box of its first stroke.
  assert.deepEqual(digitOfNumber(read(SEVEN.slice(0, 1)), DRAWING).strokes, SEVEN.slice(0, 1));
});

test("pictures that differ by rounding are the same", () => {
  const seen = read(SEVEN);
  seen.seen = seen.seen.map((value) => Math.max(value - 1, 0));
  assert.deepEqual(digitOfNumber(seen, DRAWING).strokes, SEVEN);
});

test("where this browser finds no digit, none of the strokes is said to be one", () => {
  const dot = { strokes: [[[500, 500, 0]]], canvas: CANVAS };
  assert.deepEqual(digitOfNumber(read(SEVEN), dot), { strokes: [], canvas: CANVAS });
});

test("the digit under a place", () => {
  const digits = [read(SEVEN), read(ONE)];
  assert.equal(digitAt(digits, [200, 200]), 0);
  assert.equal(digitAt(digits, [445, 300]), 1);
  assert.equal(digitAt(digits, [900, 900]), -1);
});
