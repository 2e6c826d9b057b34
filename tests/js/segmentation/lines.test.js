import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { linesOf } from "../../../static/js/segmentation/lines.js";

const golden = JSON.parse(readFileSync(new URL("../../golden/lines.json", import.meta.url)));

test("it works", () => {
  const [upper, lower] = [0, 200].map((y) => ({ x: 0, y, width: 50, height: 100 }));
  assert.deepEqual(linesOf([lower, upper]), [[1], [0]]);
  assert.deepEqual(linesOf([]), [[]]);
});

test("there are many golden vectors", () => {
  assert.ok(golden.length > 20);
});

for (const { name, boxes, lines } of golden) {
  test(`golden: ${name}`, () => {
    const found = linesOf(boxes.map(([x, y, width, height]) => ({ x, y, width, height })));
    assert.deepEqual(found, lines);
  });
}
