import assert from "node:assert/strict";
import { test } from "node:test";

import { connectedComponents } from "../../../static/js/preprocessing/labelling.js";
import { mask } from "../helpers/pictures.js";

test("pixels are connected over corners too, and a component has a box and an area", () => {
  const { count, labels, boxes, areas } = connectedComponents(
    mask("#...#.#", "#.#..#.", "###...#", "......#", "#......"),
  );
  assert.equal(count, 4);
  assert.deepEqual(boxes.slice(1), [
    [0, 0, 3, 3],
    [4, 0, 3, 4],
    [0, 4, 1, 1],
  ]);
  assert.deepEqual([...areas], [23, 6, 5, 1]);
  assert.equal(labels[6], labels[4]);
});

test("branches that meet late are one component", () => {
  assert.equal(connectedComponents(mask("#.#.#.#", "#.#.#.#", "#######")).count, 2);
  assert.equal(connectedComponents(mask("..#..", ".#.#.", "#...#", ".#.#.", "..#..")).count, 2);
});
