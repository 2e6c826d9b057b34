import assert from "node:assert/strict";
import { test } from "node:test";

import { weightsIn } from "../../../static/js/inference/weights.js";

test("whole numbers of steps are restored, others are as they are", () => {
  const content = Uint8Array.of(0, 0, 255, 255, 0, 0, 128, 63).buffer;
  const [steps, floats] = weightsIn(content, [
    { shape: [2, 1], dtype: "uint16", step: 0.5, least: -2 },
    { shape: [1], dtype: "float32" },
  ]);
  assert.deepEqual(steps, { shape: [2, 1], values: Float32Array.of(-2, 32765.5) });
  assert.deepEqual(floats, { shape: [1], values: Float32Array.of(1) });
});

for (const [what, bytes] of [
  ["longer", 8],
  ["shorter", 2],
]) {
  test(`a file that is ${what} than its list is refused`, () => {
    const specs = [{ shape: [1], dtype: "float32" }];
    assert.throws(() => weightsIn(new ArrayBuffer(bytes), specs), Error);
  });
}
