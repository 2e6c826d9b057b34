import assert from "node:assert/strict";
import { test } from "node:test";

import { maskOf, takenApart } from "../../../static/js/segmentation/components.js";
import { sheet } from "../helpers/pictures.js";

const maskIn = ({ data, ...size }) => ({ ...size, data: data.map((grey) => (grey ? 0 : 1)) });

const LEVEL = 100;

const apart = (picture) => {
  const mask = maskIn(picture);
  return takenApart(mask, { ...mask, data: mask.data.map((ink) => 255 * ink) }, LEVEL);
};

test("a piece as wide as several digits is cut, a narrow one is not", () => {
  const touching = apart(sheet(200, [20, 10, 60, 80], [80, 48, 20, 4], [100, 10, 60, 80]));
  assert.ok(touching.cut.size > 1);
  const areas = [...touching.cut].map((piece) =>
    maskOf(touching, [piece]).data.reduce((a, b) => a + b),
  );
  assert.equal(
    areas.reduce((a, b) => a + b),
    2 * 60 * 80 + 20 * 4,
  );
  assert.deepEqual([...apart(sheet(100, [20, 10, 30, 80])).cut], []);
});

test("a line under a number is not cut", () => {
  const bars = [
    [30, 10, 8, 60],
    [80, 10, 8, 60],
  ];
  for (const thick of [1, 3, 10]) {
    const { boxes, cut } = apart(sheet(400, ...bars, [10, 80, 380, thick]));
    assert.equal(boxes.length, 3);
    assert.equal(cut.size, 0);
  }
});
