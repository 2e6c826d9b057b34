/** Networks run by TensorFlow.js as their files say, held to the plain sums of helpers/networks.js. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Network } from "../../../static/js/inference/network.js";
import { glyphOf, network, outputsOf } from "../helpers/networks.js";
import { isInstalled, openRuntime } from "../helpers/tensorflow.js";

const skip = !isInstalled && "TensorFlow.js is not installed: npm ci";
const tf = isInstalled ? await openRuntime() : null;

const INK = glyphOf(1);
const PICTURE = glyphOf(2, { isPicture: true });

function near(found, expected) {
  if (expected === null) return assert.equal(found, null);
  assert.equal(found.length, expected.length);
  found.forEach((value, at) => {
    const close = 1e-4 * Math.max(1, Math.abs(expected[at]));
    assert.ok(Math.abs(value - expected[at]) < close, `${at}: ${value}, not ${expected[at]}`);
  });
}

for (const isOfPictures of [false, true]) {
  const files = network({ isOfPictures });
  const readers = isOfPictures ? "the picture's reader alone" : "both readers";

  test(`it works: ${readers}`, { skip }, () => {
    const glyphs = [INK, PICTURE, glyphOf(3)];
    const found = new Network(tf, files).predict(glyphs);
    assert.equal(found.length, 3);
    glyphs.forEach((glyph, at) => {
      const expected = outputsOf(files, glyph);
      for (const name of Object.keys(expected)) near(found[at][name], expected[name]);
    });
  });

  test(`ink and pictures in one batch are read as alone: ${readers}`, { skip }, () => {
    const one = new Network(tf, files);
    const together = one.predict([PICTURE, INK]);
    [PICTURE, INK].forEach((glyph, at) => {
      const [alone] = one.predict([glyph]);
      for (const name of Object.keys(alone)) near(together[at][name], alone[name]);
    });
  });
}

test("how a picture was drawn is not asked, and of ink it is", { skip }, () => {
  const one = new Network(tf, network());
  const [asInk, asPicture] = one.predict([INK, { ...INK, motion: null }]);
  assert.deepEqual(asInk.pictureLogits, asPicture.pictureLogits);
  assert.notDeepEqual(asInk.probabilities, asPicture.probabilities);
  assert.ok(asInk.motionLogits.some((value) => value !== 0));
  assert.ok(asPicture.motionLogits.every((value) => value === 0));
});

test("bytes are read alike, whoever clamps them", { skip }, () => {
  const one = new Network(tf, network());
  const plain = { pixels: Uint8Array.from(INK.pixels), motion: Uint8Array.from(INK.motion) };
  assert.deepEqual(one.predict([plain]), one.predict([INK]));
});

test("no glyphs need no answer", { skip }, () => {
  assert.deepEqual(new Network(tf, network()).predict([]), []);
});

for (const part of ["pixels", "motion"]) {
  test(`a part of a glyph's ${part} is refused`, { skip }, () => {
    const one = new Network(tf, network());
    const cut = { ...INK, [part]: INK[part].slice(1) };
    assert.throws(() => one.predict([INK, cut]), RangeError);
  });
}

test("an answer leaves no tensors behind, and in the end the weights are given back", {
  skip,
}, () => {
  const before = tf.memory().numTensors;
  const one = new Network(tf, network());
  const held = tf.memory().numTensors;
  one.predict([INK, PICTURE]);
  assert.equal(tf.memory().numTensors, held);
  one.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test("files of another format are refused: those that this site had before", () => {
  const graph = { format: "graph-model", modelTopology: { node: [] }, weightsManifest: [] };
  const files = { topology: graph, weights: new ArrayBuffer(0) };
  assert.throws(() => new Network({}, files), /are of format graph-model/);
});

test("a layer of a kind that is not known is refused", { skip }, () => {
  const { topology, weights } = network();
  topology.readers.pixels.layers[0].kind = "recurrent";
  assert.throws(() => new Network(tf, { topology, weights }).predict([INK]), /not known/);
});

test("two files that do not belong together are refused", () => {
  const { topology, weights } = network();
  const cut = { topology, weights: weights.slice(4) };
  assert.throws(() => new Network({}, cut), /do not belong together/);
});
