import assert from "node:assert/strict";
import { test } from "node:test";

import { maskOf, takenApart } from "../../../static/js/segmentation/components.js";
import { sheet } from "../helpers/pictures.js";

const maskIn = ({ data, ...size }) => ({ ...size, data: data.map((grey) => (grey ? 0 : 1)) });

test("a piece as wide as several digits is cut, a narrow one is not", () => {
  const touching = takenApart(
    maskIn(sheet(200, [20, 10, 60, 80], [80, 48, 20, 4], [100, 10, 60, 80])),
  );
  assert.equal(touching.chains.length, 1);
  const [left, right] = [touching.chains[0].slice(0, 1), touching.chains[0].slice(1)];
  const areas = [left, right].map((pieces) =>
    maskOf(touching, pieces).data.reduce((a, b) => a + b),
  );
  assert.equal(areas[0] + areas[1], 2 * 60 * 80 + 20 * 4);
  assert.deepEqual(takenApart(maskIn(sheet(100, [20, 10, 30, 80]))).chains, []);
});

test("a line under a number is not cut", () => {
  const bars = [
    [30, 10, 8, 60],
    [80, 10, 8, 60],
  ];
  for (const thick of [1, 3, 10]) {
    const { boxes, chains } = takenApart(maskIn(sheet(400, ...bars, [10, 80, 380, thick])));
    assert.equal(boxes.length, 3);
    assert.deepEqual(chains, []);
  }
});
