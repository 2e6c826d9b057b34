import assert from "node:assert/strict";
import { test } from "node:test";

import { dilated, eroded } from "../../../static/js/preprocessing/morphology.js";
import { overAllPairs, scattered } from "../helpers/pictures.js";

test("a rectangle's largest and smallest are found, whatever its reach", () => {
  const picture = scattered(14, 11, 0.3, 5);
  picture.data.forEach((value, at) => (picture.data[at] = value * (at % 200)));
  for (const [reachX, reachY] of [
    [1, 1],
    [0, 1],
    [2, 0],
    [3, 5],
    [6, 6],
    [20, 12],
  ]) {
    const within = (x, y, there) => (Math.abs(x) <= reachX && Math.abs(y) <= reachY ? there : null);
    const largest = overAllPairs(picture, 0, within, Math.max);
    const smallest = overAllPairs(picture, 255, within, Math.min);
    assert.deepEqual([...dilated(picture, reachX, reachY).data], largest);
    assert.deepEqual([...eroded(picture, reachX, reachY).data], smallest);
  }
});
