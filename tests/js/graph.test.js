/** Graph models run as by TensorFlow.js's own converter, which no browser has to fetch for it. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliDecompressSync } from "node:zlib";

import { GraphModel } from "../../static/js/reading/graph.js";
import { weightsIn } from "../../static/js/reading/weights.js";
import { isInstalled, openConverter } from "./tensorflow.js";

function shipped(name) {
  const file = new URL(`../../recognizer/shipped/${name}.br`, import.meta.url);
  return brotliDecompressSync(readFileSync(file));
}

test("it works", { skip: !isInstalled && "TensorFlow.js is not installed: npm ci" }, async () => {
  const tf = await openConverter();
  const topology = JSON.parse(shipped("model.json"));
  const weights = Uint8Array.from(shipped("weights.bin")).buffer;
  const model = new GraphModel(tf, { topology, weights });
  const theirs = await tf.loadGraphModel({
    load: async () => ({
      ...topology,
      weightSpecs: topology.weightsManifest.flatMap((group) => group.weights),
      weightData: weights,
    }),
  });
  assert.deepEqual(model.shape, [28, 28, 1]);
  const glyphs = tf.randomUniform([3, ...model.shape], 0, 1, "float32", 7);
  const [ours, expected] = [model, theirs].map((one) => one.predict(glyphs).arraySync());
  assert.equal(ours.flat().length, 33);
  assert.deepEqual(ours, expected);
  const before = tf.memory().numTensors;
  model.dispose();
  assert.equal(before - tf.memory().numTensors, 17, "its weights are given back");
});

test("whole numbers of steps are restored, others are as they are", () => {
  const content = Uint8Array.of(0, 0, 255, 255, 0, 0, 128, 63).buffer;
  const quantization = { dtype: "uint16", scale: 0.5, min: -2 };
  const [steps, floats] = weightsIn(content, [
    { name: "steps", shape: [2, 1], dtype: "float32", quantization },
    { name: "floats", shape: [1], dtype: "float32" },
  ]);
  assert.deepEqual(steps, {
    name: "steps",
    shape: [2, 1],
    dtype: "float32",
    values: Float32Array.of(-2, 32765.5),
  });
  assert.deepEqual(floats.values, Float32Array.of(1));
});

test("a file that its list does not fill is refused", () => {
  const specs = [{ name: "one", shape: [1], dtype: "float32" }];
  assert.throws(() => weightsIn(new ArrayBuffer(8), specs), /do not belong together/);
});
