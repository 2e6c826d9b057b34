import assert from "node:assert/strict";
import { test } from "node:test";

import { Drawing } from "../../../static/js/drawing/drawing.js";
import { erased, RADIUS } from "../../../static/js/drawing/eraser.js";

const LINE = [
  [100, 500, 0],
  [900, 500, 80],
];
const at = (x, y) => [x, y, 0];

test("it works", () => {
  const pieces = erased([LINE], at(500, 500), at(500, 500));
  assert.equal(pieces.length, 2);
  const [left, right] = pieces;
  assert.deepEqual(left[0], LINE[0]);
  assert.deepEqual(right.at(-1), LINE[1]);
  assert.ok(left.at(-1)[0] <= 500 - RADIUS && left.at(-1)[0] > 500 - 2 * RADIUS);
  assert.ok(right[0][0] >= 500 + RADIUS && right[0][0] < 500 + 2 * RADIUS);
});

test("what it does not touch stays the same", () => {
  const strokes = [LINE, [at(100, 900)]];
  const left = erased(strokes, at(500, 300), at(500, 300));
  assert.ok(left.every((stroke, index) => stroke === strokes[index]));
});

test("between two events it has been everywhere", () => {
  assert.equal(erased([LINE], at(500, 100), at(500, 900)).length, 2);
});

test("over all of a stroke nothing is left, and a dot goes whole", () => {
  assert.deepEqual(erased([LINE, [at(500, 510)]], at(0, 500), at(1000, 500)), []);
});

test("time goes on along a cut stroke, and a pen keeps its pressure", () => {
  const pen = LINE.map((point) => [...point, 0.7]);
  const [left, right] = erased([pen], at(500, 500), at(500, 500));
  const times = [...left, ...right].map(([, , t]) => t);
  assert.deepEqual(
    times,
    times.toSorted((one, other) => one - other),
  );
  assert.ok([...left, ...right].every(([, , , pressure]) => pressure === 0.7));
});

test("one undo brings back what one stroke of the eraser took", () => {
  const drawing = new Drawing();
  const shown = [1000, 1000];
  drawing.begin(at(100, 500), shown);
  drawing.extend([[900, 500, 80]], shown);
  drawing.beginErasing();
  assert.ok(drawing.erase(at(300, 500), at(300, 500), shown));
  assert.ok(drawing.erase(at(700, 500), at(700, 500), shown));
  assert.ok(!drawing.erase(at(700, 900), at(700, 900), shown));
  assert.equal(drawing.strokes.length, 3);
  drawing.undo();
  assert.equal(drawing.strokes.length, 1);
});
