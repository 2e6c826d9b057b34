import assert from "node:assert/strict";
import { test } from "node:test";
import { arrowTo } from "../../../static/js/studio/squares.js";

// Three in the first row, two in the second, which begins one further in.
const places = [
  { left: 0, top: 0 },
  { left: 10, top: 0 },
  { left: 20, top: 0 },
  { left: 10, top: 10 },
  { left: 20, top: 10 },
];

test("it works", () => {
  assert.deepEqual(
    ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"].map((key) => arrowTo(places, 1, key)),
    [2, 3, 0, 1],
  );
});

test("the nearest of the next row", () => {
  assert.equal(arrowTo(places, 0, "ArrowDown"), 3);
  assert.equal(arrowTo(places, 4, "ArrowUp"), 2);
});

test("at the ends it stays", () => {
  assert.equal(arrowTo(places, 0, "ArrowLeft"), 0);
  assert.equal(arrowTo(places, 4, "ArrowRight"), 4);
  assert.equal(arrowTo(places, 4, "ArrowDown"), 4);
});
