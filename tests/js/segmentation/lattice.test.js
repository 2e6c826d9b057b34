import assert from "node:assert/strict";
import { test } from "node:test";

import { likeliest } from "../../../static/js/segmentation/lattice.js";

test("where there is doubt the reading decides", () => {
  const groups = [
    { pieces: [0], affinity: 0 },
    { pieces: [1], affinity: 0 },
    { pieces: [0, 1], affinity: -1 },
  ];
  assert.deepEqual(likeliest(groups, [0.9, 0.3, 0.99]), [2]);
  assert.deepEqual(likeliest(groups, [0.9, 0.99, 0.3]), [0, 1]);
});
