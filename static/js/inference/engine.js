/**
 * A network in this thread, with the runtime that it needs.
 *
 * @import { Progress } from "./downloads.js"
 * @import { NetworkUrls } from "./fetch-network.js"
 * @import { Outputs, Seen } from "./network.js"
 * @import { Load, RuntimeUrls } from "./runtime.js"
 */

import { MAPS, SIZE } from "../preprocessing/glyph.js";
import { Downloads } from "./downloads.js";
import { fetchNetwork } from "./fetch-network.js";
import { Network } from "./network.js";
import { loadRuntime } from "./runtime.js";
import { sizeOf } from "./weights.js";

export class Engine {
  #tf;
  #network;

  /**
   * `network` is one of `tf`; from now on it is the engine's.
   * @param {TensorFlow} tf
   * @param {Network} network
   */
  constructor(tf, network) {
    this.#tf = tf;
    this.#network = network;
  }

  /**
   * Loads runtime and network, and answers once, so that the first question waits for nothing.
   * `sizes` has the bytes of the runtime's files by their addresses, for `report`.
   *
   * @param {NetworkUrls & RuntimeUrls & { sizes?: Record<string, number> }} urls
   * @param {Load} [load] as of `loadRuntime`
   * @param {(progress: Progress) => void} [report] hears how much of it is there
   */
  static async open({ sizes = {}, ...urls }, load = (url) => import(url), report = () => {}) {
    const downloads = new Downloads(report);
    // Into the browser's cache, all at once: one asks for the next only when it runs.
    const ahead = Object.fromEntries(
      Object.entries(sizes).map(([url, size]) => [url, fetchAhead(downloads, url, size)]),
    );
    const [files, tf] = await Promise.all([
      fetchNetwork(urls, downloads),
      loadRuntime(urls, async (url) => {
        await ahead[url];
        return load(url);
      }),
    ]);
    const engine = new Engine(tf, new Network(tf, files));
    engine.#warm();
    return engine;
  }

  get backend() {
    return this.#tf.getBackend();
  }

  /**
   * The network's outputs for glyphs, one for each.
   * @param {Seen[]} glyphs
   * @returns {Outputs[]}
   */
  predict(glyphs) {
    return this.#network.predict(glyphs);
  }

  close() {
    this.#network.dispose();
  }

  #warm() {
    const pixels = new Uint8ClampedArray(SIZE * SIZE);
    const motion = new Uint8ClampedArray(sizeOf(MAPS));
    const [{ probabilities }] = this.predict([{ pixels, motion }]);
    if (!probabilities.every(Number.isFinite))
      throw new Error("The network's answers are no numbers.");
  }
}

/** @type {(downloads: Downloads, url: string, size: number) => Promise<void>} */
async function fetchAhead(downloads, url, size) {
  try {
    const response = await downloads.get(url, size);
    await response.arrayBuffer();
  } catch {
    // What goes wrong here goes wrong again where it matters.
  }
}
