import assert from "node:assert/strict";
import { test } from "node:test";

import { distances } from "../../../static/js/preprocessing/distance.js";
import { overAllPairs, scattered } from "../helpers/pictures.js";

test("distances are those to the nearest 0", () => {
  for (const [width, height, share] of [
    [13, 9, 0.5],
    [20, 17, 0.95],
    [1, 12, 0.8],
    [25, 1, 0.9],
  ]) {
    const picture = scattered(width, height, share, width);
    picture.data[0] = 0;
    const squared = (x, y, there) => (there ? null : x * x + y * y);
    const expected = overAllPairs(picture, Infinity, squared, Math.min);
    assert.deepEqual(
      [...distances(picture).data],
      expected.map((value) => Math.fround(Math.sqrt(value))),
    );
  }
});
