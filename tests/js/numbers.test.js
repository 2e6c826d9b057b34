import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { candidates } from "../../static/js/grouping.js";
import { normalise } from "../../static/js/ink.js";
import { likeliest } from "../../static/js/lattice.js";
import { best, digits, slantOf } from "../../static/js/numbers.js";

const golden = JSON.parse(readFileSync(new URL("../golden/numbers.json", import.meta.url)));

const ONE = [[10, 10], [12, 90]];
const NEXT_ONE = [[150, 12], [151, 88]];

test("it works", () => {
  const number = digits([ONE, NEXT_ONE], [300, 100]);
  assert.equal(number.glyphs.length, 2);
  assert.deepEqual(number.glyphs[0].pixels, normalise([ONE]));
  assert.deepEqual(best(number, [0.9, 0.9]), [0, 1]);
});

test("there are many golden vectors", () => {
  assert.ok(golden.length > 20);
});

for (const { name, strokes, canvas, groups, boxes, probabilities, best: chosen } of golden) {
  test(`golden: ${name}`, () => {
    const number = digits(strokes, canvas);
    if (groups === null) return assert.equal(number, null);
    assert.deepEqual(number.groups.map(({ pieces }) => pieces), groups.map(([pieces]) => pieces));
    number.groups.forEach(({ kinship }, index) => near(kinship, groups[index][1]));
    number.glyphs.forEach(({ box: { x, y, width, height } }, index) =>
      [x, y, width, height].forEach((side, at) => near(side, boxes[index][at])),
    );
    assert.deepEqual(best(number, probabilities), chosen);
  });
}

function near(value, expected) {
  assert.ok(Math.abs(value - expected) < 1e-5, `${value} is not ${expected}`);
}

test("digits are answered from left to right, however they were written", () => {
  const number = digits([NEXT_ONE, ONE]);
  assert.deepEqual(best(number, [0.9, 0.9]), [1, 0]);
});

test("boxes are grouped without any ink, as those of a picture's pieces", () => {
  const stem = { x: 30, y: 0, width: 5, height: 100 };
  const hook = { x: 0, y: 5, width: 50, height: 50 };
  const neighbour = { x: 120, y: 0, width: 60, height: 100 };
  const { digits: found } = candidates([stem, hook, neighbour], false);
  const groups = found.map(({ pieces }) => pieces);
  assert.deepEqual(groups, [[0], [1], [2], [0, 1]]);
});

test("where there is doubt the reading decides", () => {
  const groups = [
    { pieces: [0], kinship: 0 },
    { pieces: [1], kinship: 0 },
    { pieces: [0, 1], kinship: -1 },
  ];
  assert.deepEqual(likeliest(groups, [0.9, 0.3, 0.99]), [2]);
  assert.deepEqual(likeliest(groups, [0.9, 0.99, 0.3]), [0, 1]);
});

test("the slant is that of the strokes, not of where they stand", () => {
  const leaning = [[[0, 0], [20, 100]], [[200, 0], [220, 100]]];
  assert.ok(Math.abs(slantOf(leaning) - 0.2) < 1e-9);
  assert.equal(slantOf([[[5, 5]], [[0, 0], [10, 0]]]), 0);
});

test("two hundred strokes all over one another are soon done", () => {
  const strokes = Array.from({ length: 200 }, (_, i) => [[i % 7, 0], [i % 5, 100]]);
  const start = performance.now();
  const number = digits(strokes);
  assert.ok(best(number, number.glyphs.map(() => 0.5)).length > 0);
  assert.ok(performance.now() - start < 20_000);
});

test("pieces that hang together are read in runs, no wider than a digit can be", () => {
  const boxes = [0, 60, 120].map((x) => ({ x, y: 0, width: 60, height: 100 }));
  const { digits: found } = candidates(boxes, false, [[0, 1, 2]]);
  assert.deepEqual(found.slice(3), [
    { pieces: [0, 1], kinship: 5 },
    { pieces: [1, 2], kinship: 5 },
  ]);
});

test("a run exactly as wide as a digit can be is one, as in Python", () => {
  const boxes = [[0, 1], [1, 13]].map(([x, width]) => ({ x, y: 0, width, height: 10 }));
  const { digits: found } = candidates(boxes, false, [[0, 1]]);
  assert.deepEqual(found.slice(2), [{ pieces: [0, 1], kinship: 5 }]);
});

test("groups that are equally likely come in the order of their pieces, as in Python", () => {
  const bars = [0, 16, 8, 300, 308, 316];
  const boxes = bars.map((x) => ({ x, y: 0, width: 4, height: 64 }));
  const { digits: found } = candidates(boxes, false);
  const threes = found.map(({ pieces }) => pieces).filter(({ length }) => length === 3);
  assert.deepEqual(threes, [[0, 1, 2], [3, 4, 5]]);
});
