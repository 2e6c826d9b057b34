import assert from "node:assert/strict";
import { test } from "node:test";

import { averaged } from "../../../static/js/preprocessing/resampling.js";

test("an average by area is exact", () => {
  const picture = { width: 4, height: 2, data: Uint8Array.from([0, 8, 16, 24, 32, 40, 48, 56]) };
  assert.deepEqual([...averaged(picture, 2, 1).data], [20, 36]);
  assert.deepEqual([...averaged(picture, 3, 1).data], [18, 28, 38]);
  assert.deepEqual([...averaged(picture, 4, 2).data], [...picture.data]);
  assert.deepEqual([...averaged(picture, 1, 4).data], [12, 12, 44, 44]);
});
