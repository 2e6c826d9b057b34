import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { BODY, CENTRE, NORMALISATION, PEN, normalise, render, steps } from "../../static/js/ink.js";

const golden = JSON.parse(readFileSync(new URL("../golden/ink.json", import.meta.url)));

test("it works", () => {
  const seen = normalise([[[0, 0, 0], [50, 100, 16]]], [300, 300]);
  assert.equal(seen.length, 784);
  assert.equal(Math.max(...seen), 255);
});

test("the golden vectors are of this normalisation", () => {
  assert.equal(golden.normalisation, NORMALISATION);
  assert.ok(golden.cases.length > 30);
});

for (const { name, strokes, canvas, image } of golden.cases) {
  test(`golden: ${name}`, () => {
    const seen = normalise(strokes, canvas);
    if (image === null) return assert.equal(seen, null);
    render(strokes.filter((stroke) => stroke.length > 0)).forEach((value, index) => {
      assert.ok(Math.abs(value - image[index]) < 1e-5, `pixel ${index}: ${value}`);
      assert.ok(Math.abs(seen[index] - image[index] * 255) <= 0.5 + 1e-4, `pixel ${index}`);
    });
  });
}

test("a dot is not blown up where the canvas is known", () => {
  const dot = [[[100, 100], [103, 104]]];
  assert.equal(normalise(dot, [320, 320]), null);
  assert.notEqual(normalise(dot), null);
});

test("ten thousand points are soon done", () => {
  const stroke = Array.from({ length: 10_000 }, (_, i) => [
    150 + 140 * Math.cos(i / 40),
    150 + 140 * Math.sin(i / 31),
  ]);
  const start = performance.now();
  normalise([stroke], [300, 300]);
  assert.ok(performance.now() - start < 10_000);
});

test("the steps tell how a drawing becomes what the network sees", () => {
  const strokes = [[[100, 100], [100, 400]], [[100, 400], [200, 400]]];
  const { box, scaled, drawn, mass, centred } = steps(strokes);
  assert.deepEqual(box, { x: 100, y: 100, width: 100, height: 300 });
  const rows = scaled.flatMap(([, y0, , y1]) => [y0, y1]);
  assert.equal(Math.max(...rows) - Math.min(...rows), BODY - PEN);
  assert.deepEqual([drawn.length, centred.length], [784, 784]);
  assert.ok(mass[0] < CENTRE && mass[1] > CENTRE); // an L is heavy at its lower left
  assert.deepEqual(centred, render(strokes));
});
