import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { BODY, CENTRE, NORMALISATION, PEN } from "../../../static/js/preprocessing/glyph.js";
import { normalise, render, steps } from "../../../static/js/preprocessing/ink.js";
import { LEVELS, maps } from "../../../static/js/preprocessing/motion.js";

const golden = JSON.parse(readFileSync(new URL("../../golden/ink.json", import.meta.url)));

test("it works", () => {
  const { pixels, motion, box } = normalise(
    [
      [
        [0, 0, 0],
        [50, 100, 16],
      ],
    ],
    [300, 300],
  );
  assert.deepEqual([pixels.length, motion.length], [784, 640]);
  assert.equal(Math.max(...pixels), 255);
  assert.ok(Math.max(...motion) > 0);
  assert.deepEqual(box, { x: 0, y: 0, width: 50, height: 100 });
});

test("the golden vectors are of this normalisation", () => {
  assert.equal(golden.normalisation, NORMALISATION);
  assert.ok(golden.cases.length > 30);
});

for (const { name, strokes, canvas, image, motion } of golden.cases) {
  test(`golden: ${name}`, () => {
    const seen = normalise(strokes, canvas);
    if (image === null) return assert.equal(seen, null);
    const { placed, centred } = steps(strokes.filter((stroke) => stroke.length > 0));
    assertGolden(centred, seen.pixels, image, 255);
    assertGolden(maps(placed), seen.motion, motion, LEVELS);
  });
}

/** Values are the golden ones, 1 being so many `steps` of the bytes that they became. */
function assertGolden(values, bytes, golden, steps) {
  assert.deepEqual([values.length, bytes.length], [golden.length, golden.length]);
  values.forEach((value, index) => {
    assert.ok(Math.abs(value - golden[index]) < 1e-5, `${index}: ${value}`);
    const exact = Math.min(golden[index] * steps, 255);
    assert.ok(Math.abs(bytes[index] - exact) <= 0.5 + 1e-4, `${index} of the bytes`);
  });
}

test("a dot is not blown up where the canvas is known", () => {
  const dot = [
    [
      [100, 100],
      [103, 104],
    ],
  ];
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
  const strokes = [
    [
      [100, 100],
      [100, 400],
    ],
    [
      [100, 400],
      [200, 400],
    ],
  ];
  const { box, scaled, drawn, mass, placed, centred } = steps(strokes);
  assert.deepEqual(box, { x: 100, y: 100, width: 100, height: 300 });
  const rows = scaled.flatMap((path) => [path[1], path[3]]);
  assert.equal(Math.max(...rows) - Math.min(...rows), BODY - PEN);
  assert.deepEqual([drawn.length, centred.length], [784, 784]);
  assert.ok(mass[0] < CENTRE && mass[1] > CENTRE); // an L is heavy at its lower left
  assert.deepEqual(
    placed[0],
    scaled[0].map((value, at) => value + CENTRE - mass[at % 2]),
  );
  assert.deepEqual(centred, render(strokes));
});
