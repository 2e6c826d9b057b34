import assert from "node:assert/strict";
import { test } from "node:test";

import { greyOf, paperFor } from "../../../static/js/photo/grey.js";

const pixels = (...colours) => ({
  width: colours.length,
  height: 1,
  data: Uint8ClampedArray.from(colours.flat()),
});

test("greys are Pillow's", () => {
  const { data } = greyOf(
    pixels([255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [9, 9, 9, 255]),
  );
  assert.deepEqual([...data], [76, 150, 29, 9]);
});

test("only white ink on nothing needs black paper", () => {
  assert.equal(paperFor(pixels([255, 255, 255, 255], [255, 255, 255, 0])), "#000");
  assert.equal(paperFor(pixels([0, 0, 0, 255], [0, 0, 0, 0])), "#fff");
  assert.equal(paperFor(pixels([255, 255, 255, 255])), "#fff");
});
