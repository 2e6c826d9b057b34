import assert from "node:assert/strict";
import { test } from "node:test";

import { curves, tail, width } from "../../../static/js/drawing/curve.js";

const WAVE = Array.from({ length: 30 }, (_, i) => [i * 10, 100 + 50 * Math.sin(i / 3), i * 8]);

test("it works", () => {
  const [first, second] = curves([
    [0, 0],
    [10, 0],
    [10, 20],
  ]);
  assert.deepEqual(
    [first.start, first.control, first.end],
    [
      [0, 0],
      [0, 0],
      [5, 0],
    ],
  );
  assert.deepEqual(
    [second.start, second.control, second.end],
    [
      [5, 0],
      [10, 0],
      [10, 10],
    ],
  );
});

test("every curve begins where the one before ended, and the tail ends at the last point", () => {
  const whole = [...curves(WAVE), tail(WAVE)];
  assert.deepEqual(whole[0].start, WAVE[0].slice(0, 2));
  whole.slice(1).forEach(({ start }, index) => assert.deepEqual(start, whole[index].end));
  assert.deepEqual(whole.at(-1).end, WAVE.at(-1).slice(0, 2));
});

test("drawn as its points come in, a stroke is the same as drawn at once", () => {
  for (const step of [1, 2, 3, 7]) {
    const found = [];
    let done = 0;
    for (let count = 1; count <= WAVE.length; count += step) {
      found.push(...curves(WAVE.slice(0, count), done));
      done = count;
    }
    found.push(...curves(WAVE, done));
    assert.deepEqual(found, curves(WAVE));
  }
});

test("a tap is a tail of no length", () => {
  assert.deepEqual(curves([[5, 6]]), []);
  const { start, end } = tail([[5, 6]]);
  assert.deepEqual(
    [start, end],
    [
      [5, 6],
      [5, 6],
    ],
  );
});

test("pressure makes a line wider; what knows no pressure draws at 1", () => {
  assert.equal(
    width(
      tail([
        [0, 0, 0],
        [9, 0, 1],
      ]).pressure,
    ),
    1,
  );
  const [light, hard] = [0.1, 0.9].map(
    (p) =>
      tail([
        [0, 0, 0, p],
        [9, 0, 1, p],
      ]).pressure,
  );
  assert.ok(width(light) < 1 && 1 < width(hard));
});
