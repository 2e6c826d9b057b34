/**
 * Runs a network for browsers as training/export/browser_network.py writes it: two readers, one
 * of a glyph's picture and one of the pen's motion, whose logits are added where there is ink.
 * A network may have the picture's alone.
 *
 * @import { Tensor, Tensor4D } from "@tensorflow/tfjs-core"
 * @import { Glyph } from "../preprocessing/glyph.js"
 * @import { WeightSpec } from "./weights.js"
 *
 * @typedef {{ kernel: number, bias: number, relu: boolean }} Linear with the places of its weights
 * in their list
 * @typedef {Linear & { kind: "convolution", strides: [number, number] }} Convolution
 * @typedef {Linear & { kind: "dense" }} Dense
 * @typedef {Convolution | Dense | { kind: "flatten" }} Layer
 * @typedef {{ shape: number[], layers: Layer[] }} ReaderSpec `shape` is one glyph's
 *
 * @typedef {object} Topology network.json
 * @property {number} format
 * @property {WeightSpec[]} weights
 * @property {{ pixels: ReaderSpec, motion?: ReaderSpec }} readers
 * @property {Record<"picture" | "ink" | "motion", number>} scales by which logits are multiplied:
 * the picture's without ink and with it, and the motion's
 *
 * @typedef {{ topology: Topology, weights: ArrayBuffer }} NetworkFiles
 *
 * @typedef {Pick<Glyph, "pixels" | "motion">} Seen
 * @typedef {Uint8ClampedArray | Uint8Array | null} Bytes null is nothing but 0
 * @typedef {{ logits: Float32Array, features: Float32Array }} Read of one glyph; its features are
 * what the last layer takes
 *
 * @typedef {object} Outputs of one glyph; all but the first are null of a single reader
 * @property {Float32Array} probabilities eleven
 * @property {Float32Array | null} pictureLogits
 * @property {Float32Array | null} motionLogits 0 where there is no ink
 * @property {Float32Array | null} features both readers'
 */

import { LEVELS } from "../preprocessing/motion.js";
import { sizeOf, weightsIn } from "./weights.js";

const FORMAT = 2; // of the two files
const INK = 255; // of a pixel, which the network takes as 1

export class Network {
  #tf;
  #weights;
  #readers;
  #scales;

  /**
   * Throws for files of another format, and for two that do not belong together.
   * @param {TensorFlow} tf
   * @param {NetworkFiles} files
   */
  constructor(tf, { topology, weights }) {
    const { format, readers, scales } = topology;
    if (format !== FORMAT) throw new Error(`The network's files are of format ${format}.`);
    this.#tf = tf;
    this.#readers = readers;
    this.#scales = scales;
    const found = weightsIn(weights, topology.weights);
    this.#weights = found.map(({ values, shape }) => tf.tensor(values, shape));
  }

  /**
   * The outputs for glyphs, in one batch, of which some may be ink and others pictures.
   * Throws where one has too few values, or too many.
   *
   * @param {Seen[]} glyphs
   * @returns {Outputs[]}
   */
  predict(glyphs) {
    if (glyphs.length === 0) return [];
    const { pixels, motion } = this.#readers;
    const pictures = this.#read(
      pixels,
      glyphs.map((glyph) => glyph.pixels),
      INK,
    );
    if (motion === undefined) return pictures.map(({ logits }) => this.#ofPicture(logits));
    const motions = this.#read(
      motion,
      glyphs.map((glyph) => glyph.motion),
      LEVELS,
    );
    return glyphs.map((glyph, at) =>
      this.#ofBoth(pictures[at], motions[at], glyph.motion !== null),
    );
  }

  dispose() {
    for (const tensor of this.#weights) tensor.dispose();
  }

  /** @type {(logits: Float32Array) => Outputs} */
  #ofPicture(logits) {
    const probabilities = softmax(logits.map((value) => value * this.#scales.picture));
    return { probabilities, pictureLogits: null, motionLogits: null, features: null };
  }

  /** @type {(picture: Read, motion: Read, hasInk: boolean) => Outputs} */
  #ofBoth(picture, motion, hasInk) {
    const scales = this.#scales;
    const motionLogits = hasInk ? motion.logits : new Float32Array(motion.logits.length);
    const scale = hasInk ? scales.ink : scales.picture;
    const sum = picture.logits.map((value, at) => value * scale + motionLogits[at] * scales.motion);
    const features = new Float32Array(picture.features.length + motion.features.length);
    features.set(picture.features);
    features.set(motion.features, picture.features.length);
    return { probabilities: softmax(sum), pictureLogits: picture.logits, motionLogits, features };
  }

  /** @type {(reader: ReaderSpec, rows: Bytes[], unit: number) => Read[]} */
  #read({ shape, layers }, rows, unit) {
    const values = inOne(rows, sizeOf(shape), unit);
    const [features, logits] = this.#tf.tidy(() => {
      let before = this.#tf.tensor(values, [rows.length, ...shape]);
      for (const layer of layers.slice(0, -1)) before = this.#layer(layer, before);
      const after = this.#layer(layers[layers.length - 1], before);
      return [before, after].map((tensor) => /** @type {Float32Array} */ (tensor.dataSync()));
    });
    return rows.map((_, row) => ({
      features: rowOf(features, row, rows.length),
      logits: rowOf(logits, row, rows.length),
    }));
  }

  /** @type {(layer: Layer, x: Tensor) => Tensor} */
  #layer(layer, x) {
    const tf = this.#tf;
    if (layer.kind === "flatten") return tf.reshape(x, [x.shape[0], -1]);
    const [kernel, bias] = [this.#weights[layer.kernel], this.#weights[layer.bias]];
    const activation = layer.relu ? "relu" : "linear";
    switch (layer.kind) {
      case "convolution":
        return tf.fused.conv2d({
          x: /** @type {Tensor4D} */ (x),
          filter: /** @type {Tensor4D} */ (kernel),
          bias,
          strides: layer.strides,
          pad: "same",
          activation,
        });
      case "dense":
        return tf.fused.matMul({ a: x, b: kernel, bias, activation });
      default:
        throw new Error("The network has a layer that is not known.");
    }
  }
}

/**
 * Rows of bytes one after the other, `unit` as 1.
 * @type {(rows: Bytes[], size: number, unit: number) => Float32Array}
 */
function inOne(rows, size, unit) {
  const all = new Float32Array(rows.length * size);
  rows.forEach((row, number) => {
    if (row === null) return;
    if (row.length !== size) throw new RangeError(`${row.length} values are no glyph of ${size}.`);
    for (let at = 0; at < size; at++) all[number * size + at] = row[at] / unit;
  });
  return all;
}

/**
 * One of `count` rows of as many values.
 * @type {(all: Float32Array, row: number, count: number) => Float32Array}
 */
function rowOf(all, row, count) {
  const width = all.length / count;
  return all.slice(row * width, (row + 1) * width);
}

/** @type {(logits: Float32Array) => Float32Array} */
function softmax(logits) {
  const highest = Math.max(...logits);
  const weights = Array.from(logits, (value) => Math.exp(value - highest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float32Array.from(weights, (weight) => weight / total);
}
