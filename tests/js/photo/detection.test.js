import assert from "node:assert/strict";
import { test } from "node:test";

import { detect } from "../../../static/js/photo/detection.js";

/** A square of 200 with an upright bar of ink. */
function frame(paper, ink) {
  const isInk = (x, y) => x >= 90 && x < 110 && y >= 40 && y < 160;
  const data = Uint8Array.from({ length: 200 * 200 }, (_, at) =>
    isInk(at % 200, Math.floor(at / 200)) ? ink : paper,
  );
  return { width: 200, height: 200, data };
}

test("a digit is found where it is, in shares of the frame", () => {
  const { isDark, box, pixels } = detect(frame(220, 30));
  assert.equal(isDark, false);
  assert.equal(pixels.length, 784);
  [0.45, 0.2, 0.1, 0.6].forEach((value, index) => assert.ok(Math.abs(box[index] - value) < 0.02));
});

test("an empty sheet has none", () => {
  assert.deepEqual(detect(frame(220, 220)), { isDark: false, box: null, pixels: null });
});

test("in the dark nothing is looked for", () => {
  assert.deepEqual(detect(frame(50, 5)), { isDark: true, box: null, pixels: null });
});
