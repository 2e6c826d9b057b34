import assert from "node:assert/strict";
import { test } from "node:test";

import { partOf, wayOf } from "../../../static/js/ui/flight.js";

const STROKES = [
  [
    [100, 200, 0],
    [300, 600, 90],
  ],
];

test("the part of the sheet that flies has all the ink and the pen's width", () => {
  const { x, y, width, height } = partOf(STROKES, [1000, 1000], [500, 500]);
  assert.ok(x < 50 && x > 0);
  assert.ok(y < 100 && y > 50);
  assert.equal(x + width / 2, 100);
  assert.equal(y + height / 2, 200);
});

test("a sheet that was begun on another screen is shown in the middle of this one", () => {
  const narrow = partOf(STROKES, [1000, 1000], [500, 500]);
  const wide = partOf(STROKES, [1000, 1000], [900, 500]);
  assert.deepEqual(wide, { ...narrow, x: narrow.x + 200 });
});

test("ink ends in the middle of its key, within its edges", () => {
  const from = { x: 0, y: 0, width: 100, height: 200 };
  const to = { x: 300, y: 500, width: 60, height: 40 };
  assert.equal(wayOf(from, to), "translate(280.0px, 420.0px) scale(0.120)");
});
