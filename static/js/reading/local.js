/** Reads drawings by a network in this browser, and answers as the API does. */

import { ApiError } from "../api.js";
import { normalise } from "../ink.js";
import { best, digits } from "../numbers.js";
import { numberOf, readingOf } from "./verdict.js";

export class LocalReader {
  #engine;
  #thresholds;

  /** `engine` is a RemoteEngine; `version` and `thresholds` are those of its network. */
  constructor(engine, { version, thresholds }) {
    this.#engine = engine;
    this.#thresholds = thresholds;
    this.version = version;
  }

  /**
   * The API's answer to a drawing: strokes and canvas or a photo, and number for a whole
   * one. `seen` saves the normalisation where it is known. Rejects with "blank" where the
   * API does.
   */
  async predict({ strokes, canvas, photo = null, number = false, seen = null }, signal) {
    const look = () => seen ?? photo?.seen ?? normalise(strokes, canvas);
    const takeApart = () => (photo ? photo.digits() : digits(strokes, canvas));
    const lattice = number ? takeApart() : single(look());
    if (lattice === null) throw new ApiError("blank", { status: 400 });
    const rows = await this.#engine.read(inOne(lattice.glyphs), signal);
    const readings = rows.map((row) => readingOf(row, this.#thresholds));
    const answer = number ? chosen(lattice, readings) : told(readings[0], lattice.glyphs[0]);
    return { ...answer, model_version: this.version };
  }

  close() {
    this.#engine.close();
  }
}

function single(pixels) {
  return pixels && { glyphs: [{ pixels }] };
}

function inOne(glyphs) {
  const [{ pixels }] = glyphs;
  const all = new Uint8Array(glyphs.length * pixels.length);
  glyphs.forEach((glyph, index) => all.set(glyph.pixels, index * pixels.length));
  return all;
}

function chosen(lattice, readings) {
  const likeliest = readings.map(({ probabilities }) => Math.max(...probabilities));
  return numberOf(
    best(lattice, likeliest).map((number) => {
      const { x, y, width, height } = lattice.glyphs[number].box;
      return { ...told(readings[number], lattice.glyphs[number]), box: [x, y, width, height].map(rounded) };
    }),
  );
}

/** As the API writes lengths. */
function rounded(value) {
  return Math.round(value * 100) / 100;
}

function told(reading, { pixels }) {
  return { ...reading, seen: Array.from(pixels) };
}
