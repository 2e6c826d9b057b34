/**
 * Runs the graph models that training/tfjs.py writes: a chain of these operators.
 *
 * TensorFlow.js's converter runs them as well, and a hundred operators more, for a fifth of
 * all that a browser would fetch.
 */

import { weightsIn } from "./weights.js";

const OPERATORS = {
  _FusedConv2D: (tf, [x, filter, bias], { strides, dilations, padding, fused_ops: fused }) =>
    tf.fused.conv2d({
      x,
      filter,
      bias,
      strides: numbers(strides).slice(1, 3), // of height and width
      dilations: numbers(dilations).slice(1, 3),
      pad: text(padding.s).toLowerCase(),
      activation: activation(fused),
    }),
  _FusedMatMul: (tf, [a, b, bias], { fused_ops: fused }) =>
    tf.fused.matMul({ a, b, bias, activation: activation(fused) }),
  Reshape: (tf, [x, shape]) => tf.reshape(x, shape.arraySync()),
  Softmax: (tf, [x]) => tf.softmax(x),
};

export class GraphModel {
  #tf;
  #nodes;
  #constants = new Map(); // tensors by their names
  #output;

  /** `topology` is model.json, `weights` an ArrayBuffer. Throws where they do not belong together. */
  constructor(tf, { topology, weights }) {
    const { modelTopology, signature, weightsManifest } = topology;
    const [input] = Object.values(signature.inputs);
    this.#tf = tf;
    this.#nodes = modelTopology.node.filter(({ op }) => !["Const", "Placeholder"].includes(op));
    [this.#output] = Object.keys(signature.outputs);
    /** One input's, without the batch. */
    this.shape = input.tensorShape.dim.slice(1).map(({ size }) => Number(size));
    const specs = weightsManifest.flatMap((group) => group.weights);
    for (const { name, shape, dtype, values } of weightsIn(weights, specs)) {
      this.#constants.set(name, tf.tensor(values, shape, dtype));
    }
  }

  /** A batch's tensor -> that of its answers. */
  predict(batch) {
    return this.#tf.tidy(() => {
      const results = new Map(this.#constants);
      const of = (name) => results.get(name) ?? batch; // only the batch has no node here
      for (const { op, name, input, attr } of this.#nodes) {
        results.set(name, OPERATORS[op](this.#tf, input.map(of), attr));
      }
      return results.get(this.#output);
    });
  }

  dispose() {
    for (const tensor of this.#constants.values()) tensor.dispose();
  }
}

function activation({ list }) {
  return list.s.map(text).includes("Relu") ? "relu" : "linear";
}

function numbers({ list }) {
  return list.i.map(Number);
}

function text(base64) {
  return atob(base64);
}
