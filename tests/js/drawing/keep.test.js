import assert from "node:assert/strict";
import { test } from "node:test";

import { Keep } from "../../../static/js/drawing/keep.js";

const STROKES = [
  [
    [10, 20, 0],
    [30, 40, 16],
  ],
];
const SIZE = [1219, 1000];

/** A Storage in memory. */
function storage(content = {}) {
  const kept = new Map(Object.entries(content));
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
}

test("it works", () => {
  const place = storage();
  new Keep(() => place).write({ strokes: STROKES, size: SIZE });
  assert.deepEqual(new Keep(() => place).read(), { strokes: STROKES, size: SIZE });
});

test("what is cleared is kept no longer", () => {
  const place = storage();
  const keep = new Keep(() => place);
  keep.write({ strokes: STROKES, size: SIZE });
  keep.write({ strokes: [], size: SIZE });
  assert.equal(keep.read(), null);
  assert.equal(place.kept.size, 0);
});

test("what is not ours is no drawing", () => {
  for (const content of [
    "nonsense",
    "4",
    "{}",
    '{"strokes": [], "size": [1, 1]}',
    '{"strokes": [[[1, null, 2]]], "size": [1, 1]}',
    '{"strokes": [[]], "size": [1, 1]}',
    '{"strokes": [[[1, 2, 0]]], "size": [1]}',
  ])
    assert.equal(new Keep(() => storage({ drawing: content })).read(), null, content);
});

test("a browser that keeps nothing is no fault", () => {
  const keep = new Keep(() => {
    throw new Error("blocked");
  });
  keep.write({ strokes: STROKES, size: SIZE });
  assert.equal(keep.read(), null);
});
