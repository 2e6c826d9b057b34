import assert from "node:assert/strict";
import { test } from "node:test";

import { boundingBox, cut, rint, stretched } from "../../../static/js/preprocessing/picture.js";
import { lines, mask } from "../helpers/pictures.js";

test("a part may lie outside of the picture", () => {
  const part = cut(mask("#.", "##"), -1, 1, 3, 2);
  assert.deepEqual(lines(part), [".##", "..."]);
  assert.deepEqual(boundingBox(part), { x: 1, y: 0, width: 2, height: 1 });
  assert.deepEqual(boundingBox(mask("..")), { x: 0, y: 0, width: 0, height: 0 });
});

test("stretching keeps the edges and runs evenly between them", () => {
  const { data } = stretched({ width: 2, height: 1, data: Uint8Array.of(0, 200) }, 8, 1);
  assert.deepEqual([...data], [0, 0, 25, 75, 125, 175, 200, 200]);
});

test("halves are rounded to even", () => {
  assert.deepEqual([0.5, 1.5, 2.5, 2.4, 2.6, -1.5].map(rint), [0, 2, 2, 2, 3, -2]);
});
