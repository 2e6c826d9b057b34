import assert from "node:assert/strict";
import { test } from "node:test";

import { likeliest } from "../../../static/js/segmentation/lattice.js";
import { crowded } from "../../../static/js/segmentation/syntax.js";

test("where there is doubt the reading decides", () => {
  const groups = [
    { pieces: [0], affinity: 0 },
    { pieces: [1], affinity: 0 },
    { pieces: [0, 1], affinity: -1 },
  ];
  assert.deepEqual(likeliest(groups, [0.9, 0.3, 0.99]), [2]);
  assert.deepEqual(likeliest(groups, [0.9, 0.99, 0.3]), [0, 1]);
});

test("a comma that five digits follow may hide a point", () => {
  assert.deepEqual(crowded("0,00000"), [1]);
  for (const row of ["0,0000", "0,000 00", "0,000.00"]) assert.deepEqual(crowded(row), []);
});
