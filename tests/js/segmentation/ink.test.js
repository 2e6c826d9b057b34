import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { normalise } from "../../../static/js/preprocessing/ink.js";
import { digits, slantOf } from "../../../static/js/segmentation/ink.js";
import { marksOf } from "../../../static/js/segmentation/lattice.js";

const golden = JSON.parse(readFileSync(new URL("../../golden/numbers.json", import.meta.url)));

const ONE = [
  [10, 10],
  [12, 90],
];
const NEXT_ONE = [
  [150, 12],
  [151, 88],
];

/** The digits of a number in which every group looks like a 1. */
function glyphsOf(number) {
  const one = [0, 0.97, 0, 0, 0, 0, 0, 0, 0, 0];
  const marks = marksOf(
    number,
    number.glyphs.map(() => one),
  );
  return marks.map(({ glyph }) => glyph).filter((glyph) => glyph !== null);
}

test("it works", () => {
  const number = digits([ONE, NEXT_ONE], [300, 100]);
  assert.equal(number.glyphs.length, 2);
  assert.deepEqual(number.glyphs[0], normalise([ONE]));
  assert.deepEqual(glyphsOf(number), [0, 1]);
});

test("there are many golden vectors", () => {
  assert.ok(golden.length > 20);
});

for (const { name, strokes, canvas, ...expected } of golden) {
  test(`golden: ${name}`, () => {
    const number = digits(strokes, canvas);
    if (expected.groups === null) return assert.equal(number, null);
    assert.deepEqual(
      number.groups.map(({ pieces }) => pieces),
      expected.groups.map(([pieces]) => pieces),
    );
    number.groups.forEach(({ affinity }, index) => near(affinity, expected.groups[index][1]));
    number.boxes.forEach((box, index) => nearAll(sides(box), expected.boxes[index]));
    number.traits.forEach((row, index) => nearAll(row, expected.traits[index]));
    const marks = marksOf(number, expected.answers);
    assert.deepEqual(
      marks.map(({ glyph, text }) => [glyph, text]),
      expected.marks.map(([glyph, text]) => [glyph, text]),
    );
    marks.forEach(({ probability, box }, index) => {
      const [, , certain, expectedBox] = expected.marks[index];
      near(probability, certain);
      nearAll(sides(box), expectedBox);
    });
  });
}

function sides({ x, y, width, height }) {
  return [x, y, width, height];
}

function nearAll(values, expected) {
  assert.equal(values.length, expected.length);
  values.forEach((value, at) => near(value, expected[at]));
}

function near(value, expected) {
  assert.ok(Math.abs(value - expected) < 1e-5, `${value} is not ${expected}`);
}

test("digits are answered from left to right, however they were written", () => {
  const number = digits([NEXT_ONE, ONE]);
  assert.deepEqual(glyphsOf(number), [1, 0]);
});

test("the slant is that of the strokes, not of where they stand", () => {
  const leaning = [
    [
      [0, 0],
      [20, 100],
    ],
    [
      [200, 0],
      [220, 100],
    ],
  ];
  assert.ok(Math.abs(slantOf(leaning) - 0.2) < 1e-9);
  assert.equal(
    slantOf([
      [[5, 5]],
      [
        [0, 0],
        [10, 0],
      ],
    ]),
    0,
  );
});

test("two hundred strokes all over one another are soon done", () => {
  const strokes = Array.from({ length: 200 }, (_, i) => [
    [i % 7, 0],
    [i % 5, 100],
  ]);
  const start = performance.now();
  const number = digits(strokes);
  assert.ok(glyphsOf(number).length > 0);
  assert.ok(performance.now() - start < 20_000);
});
