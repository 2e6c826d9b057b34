/** A network in this thread: glyphs -> probabilities. */

import { GraphModel } from "./graph.js";
import { fetchModel } from "./model.js";
import { loadRuntime } from "./runtime.js";

export class Engine {
  #tf;
  #model;
  #shape; // one glyph's

  /** `model` is a GraphModel of `tf`; from now on it is the engine's. */
  constructor(tf, model) {
    this.#tf = tf;
    this.#model = model;
    this.#shape = model.shape;
  }

  /** Loads runtime and model, and answers once, so that the first question waits for nothing. */
  static async open(urls, load) {
    const [files, tf] = await Promise.all([fetchModel(urls), loadRuntime(urls, load)]);
    const engine = new Engine(tf, new GraphModel(tf, files));
    engine.#warm();
    return engine;
  }

  get backend() {
    return this.#tf.getBackend();
  }

  /**
   * One glyph after the other, bytes 0 paper to 255 ink or floats 0 to 1 -> for
   * each its probabilities, a Float32Array.
   */
  read(glyphs) {
    const size = this.#size;
    const count = glyphs.length / size;
    if (!Number.isInteger(count)) {
      throw new RangeError(`${glyphs.length} values are no whole glyphs of ${size}.`);
    }
    if (count === 0) return [];
    const answers = this.#run(floats(glyphs), count);
    const width = answers.length / count;
    return Array.from({ length: count }, (_, row) => answers.slice(row * width, (row + 1) * width));
  }

  close() {
    this.#model.dispose();
  }

  get #size() {
    return this.#shape.reduce((product, side) => product * side, 1);
  }

  #run(values, count) {
    const tf = this.#tf;
    return tf.tidy(() =>
      this.#model.predict(tf.tensor(values, [count, ...this.#shape])).dataSync(),
    );
  }

  #warm() {
    const [answer] = this.read(new Float32Array(this.#size));
    if (!answer.every(Number.isFinite)) throw new Error("The network's answers are no numbers.");
  }
}

function floats(glyphs) {
  if (glyphs.BYTES_PER_ELEMENT > 1) return glyphs;
  return Float32Array.from(glyphs, (value) => value / 255);
}
