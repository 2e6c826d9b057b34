import assert from "node:assert/strict";
import { test } from "node:test";

import { candidates } from "../../../static/js/segmentation/grouping.js";

test("boxes are grouped without any ink, as those of a picture's pieces", () => {
  const stem = { x: 30, y: 0, width: 5, height: 100 };
  const hook = { x: 0, y: 5, width: 50, height: 50 };
  const neighbour = { x: 120, y: 0, width: 60, height: 100 };
  const { digits: found } = candidates([stem, hook, neighbour], false);
  const groups = found.map(({ pieces }) => pieces);
  assert.deepEqual(groups, [[0], [1], [2], [0, 1]]);
});

test("connected pieces are read in runs, no wider than a digit can be", () => {
  const boxes = [0, 60, 120].map((x) => ({ x, y: 0, width: 60, height: 100 }));
  const { digits: found } = candidates(boxes, false, [[0, 1, 2]]);
  assert.deepEqual(found.slice(3), [
    { pieces: [0, 1], affinity: 5 },
    { pieces: [1, 2], affinity: 5 },
  ]);
});

test("a run exactly as wide as a digit can be is one, as in Python", () => {
  const boxes = [
    [0, 1],
    [1, 13],
  ].map(([x, width]) => ({ x, y: 0, width, height: 10 }));
  const { digits: found } = candidates(boxes, false, [[0, 1]]);
  assert.deepEqual(found.slice(2), [{ pieces: [0, 1], affinity: 5 }]);
});

test("groups that are equally likely come in the order of their pieces, as in Python", () => {
  const bars = [0, 16, 8, 300, 308, 316];
  const boxes = bars.map((x) => ({ x, y: 0, width: 4, height: 64 }));
  const { digits: found } = candidates(boxes, false);
  const threes = found.map(({ pieces }) => pieces).filter(({ length }) => length === 3);
  assert.deepEqual(threes, [
    [0, 1, 2],
    [3, 4, 5],
  ]);
});
