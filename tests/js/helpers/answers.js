/**
 * node answers.js MODEL BACKEND GLYPHS ANSWERS: the glyphs in the file GLYPHS read by the network
 * in the folder MODEL. A glyph is 784 bytes of its picture, 640 of its motion, and one that is 0
 * of a picture. All outputs of one after the other go to the file ANSWERS as float32. Prints the
 * backend, and the tensors held before and after.
 */

import { readFileSync, writeFileSync } from "node:fs";

import { openEngine } from "./tensorflow.js";

const [PICTURE, MOTION] = [784, 640];
const GLYPH = PICTURE + MOTION + 1;
const [model, backend, from, to] = process.argv.slice(2);

const engine = await openEngine({
  topology: readFileSync(`${model}/network.json`),
  weights: readFileSync(`${model}/network.bin`),
  backend,
});
const tensors = [globalThis.tf.memory().numTensors];
const content = new Uint8Array(readFileSync(from));
const glyphs = Array.from({ length: content.length / GLYPH }, (_, at) =>
  glyphIn(content.subarray(at * GLYPH, (at + 1) * GLYPH)),
);
const answers = [];
// One by one as live ink comes, and several at once as numbers do.
for (let at = 0, count = 1; at < glyphs.length; at += count, count = (count % 5) + 1) {
  answers.push(...engine.predict(glyphs.slice(at, at + count)));
}
tensors.push(globalThis.tf.memory().numTensors);
writeFileSync(to, Buffer.concat(answers.flatMap(bytesOf)));
console.log(JSON.stringify({ backend: engine.backend, tensors }));

function glyphIn(bytes) {
  const hasInk = bytes[GLYPH - 1] !== 0;
  const pixels = bytes.subarray(0, PICTURE);
  return { pixels, motion: hasInk ? bytes.subarray(PICTURE, PICTURE + MOTION) : null };
}

function bytesOf({ probabilities, pictureLogits, motionLogits, features }) {
  const all = [probabilities, pictureLogits, motionLogits, features];
  return all.filter((values) => values !== null).map((values) => Buffer.from(values.buffer));
}
