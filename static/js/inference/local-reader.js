/**
 * Reads drawings by a network in this browser, and answers as the API does.
 *
 * @import { Memory, Prediction, Reading, Remembered } from "../api.js"
 * @import { Photo } from "../photo/photo.js"
 * @import { Canvas, Stroke } from "../preprocessing/ink.js"
 * @import { Lattice } from "../segmentation/lattice.js"
 * @import { Thresholds } from "./decision.js"
 * @import { Recall } from "./memory.js"
 * @import { Outputs, Seen } from "./network.js"
 * @import { OwnHand } from "../hand/own-hand.js"
 * @import { Engines } from "./open-engine.js"
 *
 * @typedef {Pick<OwnHand, "of">} Remembers
 * @typedef {object} Question strokes and canvas, or a photo
 * @property {Stroke[]} [strokes]
 * @property {Canvas | null} [canvas]
 * @property {Photo | null} [photo]
 * @property {boolean} [number] whether it is a whole one
 * @property {Seen | null} [glyph] saves the normalisation where it is known
 */

import { ApiError } from "../api.js";
import { labelOf } from "../hand/remembered.js";
import { normalise } from "../preprocessing/ink.js";
import { lines } from "../segmentation/ink.js";
import { marksOf } from "../segmentation/lattice.js";
import { SURE } from "../segmentation/signs.js";
import {
  besideNeighbours,
  doubted,
  emptyCellOf,
  numberOf,
  readingsOf,
  rounded,
  sidesOf,
} from "./decision.js";
import { EMPTY, recall } from "./memory.js";

const NOTHING = { of: () => ({ hand: EMPTY, drawings: [] }) };

export class LocalReader {
  #engine;
  #thresholds;
  #memory;

  /**
   * `version` and `thresholds` are those of the engine's network.
   * @param {Engines} engine
   * @param {{ version: number, thresholds: Thresholds }} network
   * @param {Remembers} [memory]
   */
  constructor(engine, { version, thresholds }, memory = NOTHING) {
    this.#engine = engine;
    this.#thresholds = thresholds;
    this.#memory = memory;
    this.version = version;
  }

  /**
   * The API's answer to a drawing. Rejects with "blank" where the API does.
   *
   * @param {Question} drawing
   * @param {AbortSignal} [signal]
   * @returns {Promise<Prediction>}
   */
  async predict({ strokes = [], canvas, photo = null, number = false, glyph = null }, signal) {
    const single = () => glyph ?? (photo ? photo.glyph : normalise(strokes, canvas));
    const takeApart = async () => (photo ? photo.lines() : lines(strokes, canvas));
    const lattices = number ? ((await takeApart()) ?? []) : [];
    const seen = (number ? lattices.flatMap(({ glyphs }) => glyphs) : [single()]).flatMap(seenOf);
    const hasCells = lattices.some(({ unread = [] }) => unread.length > 0);
    if (seen.length === 0 && !number && photo?.cell) {
      return { ...emptyCellOf(photo.cell), model_version: this.version };
    }
    if (seen.length === 0 && !hasCells) throw new ApiError("blank", { status: 400 });
    const outputs = seen.length > 0 ? await this.#engine.predict(seen, signal) : [];
    const answer = number ? this.#numberAnswer(lattices, outputs) : this.#answers(outputs, seen)[0];
    return { ...answer, model_version: this.version };
  }

  /**
   * The network's outputs for each glyph, as the engine has them.
   * @param {Seen[]} glyphs
   * @returns {Promise<Outputs[]>}
   */
  async outputsOf(glyphs) {
    return glyphs.length > 0 ? this.#engine.predict(glyphs) : [];
  }

  close() {
    this.#engine.close();
  }

  /**
   * Which characters there are is the network's to say; what digits are, the hand's as well.
   * @param {Lattice[]} lattices one a line
   * @param {Outputs[]} alone
   */
  #numberAnswer(lattices, alone) {
    const outputs = besideNeighbours(
      alone,
      lattices.flatMap(({ glyphs }) => glyphs),
    );
    const said = readingsOf(outputs, this.#thresholds).map(({ probabilities }) => probabilities);
    let first = 0;
    const found = lattices.map((lattice) => {
      const start = first;
      first += lattice.glyphs.length;
      const marks = marksOf(lattice, said.slice(start, first));
      const digits = marks.flatMap(({ glyph, probability }) =>
        glyph === null
          ? []
          : [{ glyph: lattice.glyphs[glyph], output: outputs[start + glyph], probability }],
      );
      return { marks, digits };
    });
    const digits = found.flatMap((line) => line.digits);
    const answers = this.#answers(
      digits.map(({ output }) => output),
      digits.map(({ glyph }) => glyph),
      digits.map(({ probability }) => probability),
    );
    const placed = answers.map((answer, at) => ({ ...answer, box: sidesOf(digits[at].glyph.box) }));
    return numberOf(
      placed,
      found.map(({ marks }) => marks),
    );
  }

  /**
   * `certainties` are the probabilities that the glyphs of a number are digits at all.
   * @type {(outputs: Outputs[], glyphs: Seen[], certainties?: number[]) =>
   *   (Reading & { seen: number[] })[]}
   */
  #answers(outputs, glyphs, certainties = []) {
    const { hand, drawings } = this.#memory.of(this.version);
    const recalls = recall(hand, outputs);
    const own = readingsOf(outputs, this.#thresholds);
    const shown = readingsOf(outputs, this.#thresholds, recalls).map((reading, at) => {
      const certain = certainties[at] ?? 1;
      return certain >= SURE ? reading : doubted(reading, certain);
    });
    return shown.map((reading, at) => ({
      ...withMemory(reading, own[at], recalls[at], drawings),
      seen: Array.from(glyphs[at].pixels),
    }));
  }
}

/**
 * What the engine is asked about a glyph: of none nothing.
 * @type {(glyph: Seen | null) => Seen[]}
 */
function seenOf(glyph) {
  return glyph ? [{ pixels: glyph.pixels, motion: glyph.motion }] : [];
}

/**
 * What is answered, with what the network alone had said where memory changed it.
 * @type {(shown: Reading, own: Reading, recalled: Recall | null, drawings: Remembered[]) => Reading}
 */
function withMemory(shown, own, recalled, drawings) {
  if (recalled === null) return shown;
  const { digit, confidence, probabilities, verdict } = own;
  const { id, drawn_at } = drawings[recalled.row];
  /** @type {Memory} */
  const memory = {
    label: labelOf(recalled.label),
    drawing: id,
    similarity: rounded(recalled.similarity, 6),
    drawn_at,
    changed: digit !== shown.digit,
  };
  if (JSON.stringify(shown) === JSON.stringify(own)) return { ...shown, memory };
  return { ...shown, network: { digit, confidence, probabilities, verdict }, memory };
}
