/**
 * node answers.js MODEL BACKEND GLYPHS ANSWERS: the bytes in the file GLYPHS, 784 a
 * glyph, read by the model in the folder MODEL; its probabilities go to the file
 * ANSWERS as float32. Prints the backend, and the tensors held before and after.
 */

import { readFileSync, writeFileSync } from "node:fs";

import { openEngine } from "./tensorflow.js";

const GLYPH = 784;
const [model, backend, from, to] = process.argv.slice(2);

const engine = await openEngine({
  topology: readFileSync(`${model}/model.json`),
  weights: readFileSync(`${model}/weights.bin`),
  backend,
});
const tensors = [globalThis.tf.memory().numTensors];
const glyphs = new Uint8Array(readFileSync(from));
const answers = [];
// One by one as live ink comes, and several at once as numbers do.
for (let at = 0, count = 1; at < glyphs.length; count = (count % 5) + 1) {
  const end = at + count * GLYPH;
  answers.push(...engine.read(glyphs.subarray(at, end)));
  at = end;
}
tensors.push(globalThis.tf.memory().numTensors);
writeFileSync(to, Buffer.concat(answers.map((row) => Buffer.from(row.buffer))));
console.log(JSON.stringify({ backend: engine.backend, tensors }));
