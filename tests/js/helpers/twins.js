/**
 * node twins.js: what the browser's own modules find, for tests/twins, which ask Python the same.
 *
 * Each line of the input is a question, { of: one of FINDERS, ... }; each of the output its
 * answer, in the order of asking: what was found, { refusal: code } where there is nothing to
 * read, or { error: trace }. Doubles and bytes travel in base64, so that every bit arrives.
 */

import { createInterface } from "node:readline";
import { numberOf, readingOf, readingsOf } from "../../../static/js/inference/decision.js";
import { LocalReader } from "../../../static/js/inference/local-reader.js";
import * as memory from "../../../static/js/inference/memory.js";
import { greyOf } from "../../../static/js/photo/grey.js";
import { isEmptyForm } from "../../../static/js/preprocessing/binarisation.js";
import * as ink from "../../../static/js/preprocessing/ink.js";
import * as motion from "../../../static/js/preprocessing/motion.js";
import * as raster from "../../../static/js/preprocessing/raster.js";
import * as inkNumbers from "../../../static/js/segmentation/ink.js";
import { marksOf } from "../../../static/js/segmentation/lattice.js";
import * as rasterNumbers from "../../../static/js/segmentation/raster.js";
import { loadTouching } from "../../../static/js/segmentation/touching.js";
import { percent } from "../../../static/js/text.js";
import { handOf, outputsOf } from "./features.js";

await loadTouching();

const FINDERS = {
  ink({ strokes, canvas }) {
    const glyph = ink.normalise(strokes, canvas);
    if (glyph === null) return null;
    const exact = exactOf(strokes.filter((stroke) => stroke.length > 0));
    return { pixels: packed(glyph.pixels), motion: packed(glyph.motion), ...exact };
  },

  inkNumber({ strokes, canvas, answers }) {
    const lattice = inkNumbers.digits(strokes, canvas);
    if (lattice === null) return null;
    const drawn = strokes.filter((stroke) => stroke.length > 0);
    const exact = lattice.glyphs.map((_, at) =>
      exactOf(lattice.groups[at].pieces.map((piece) => drawn[piece])),
    );
    return {
      ...latticeOf(lattice, answers),
      motion: lattice.glyphs.map((glyph) => packed(glyph.motion)),
      image: exact.map(({ image }) => image),
      maps: exact.map(({ maps }) => maps),
    };
  },

  raster({ picture }) {
    const found = raster.normalise(unpacked(picture));
    if (found === null) return null;
    const image = packed(raster.render(unpacked(picture)));
    return { pixels: packed(found.pixels), image, box: boxOf(found) };
  },

  rasterNumber({ picture, answers }) {
    const lattice = rasterNumbers.digits(unpacked(picture));
    if (lattice === null) return null;
    const image = rasterNumbers.renders(unpacked(picture)).map(packed);
    return { ...latticeOf(lattice, answers), image };
  },

  /** The whole answer, by a network that gives these rows whatever it sees: see Echo in Python. */
  async answer({ strokes, canvas, picture, number, rows, thresholds }) {
    const engine = { predict: async (glyphs) => glyphs.map((glyph, at) => echo(rows, glyph, at)) };
    const reader = new LocalReader(engine, { version: 1, thresholds });
    return reader.predict({ strokes, canvas, photo: picture ? photoOf(picture) : null, number });
  },

  decision({ rows, thresholds, opinions }) {
    const readings = rows.map((row, at) =>
      readingOf(Float32Array.from(row), thresholds, opinions[at]),
    );
    const box = { x: 0, y: 0, width: 28, height: 28 };
    const marks = readings.map((_, glyph) => ({ glyph, text: "", probability: 1, box }));
    const { digits, lines, ...number } = numberOf(readings, [marks]);
    const bare = lines.map(({ digits, ...line }) => line);
    return { readings, number: { ...number, lines: bare } };
  },

  /** What a hand makes of answers, and what is then said: drawings as in golden/memory.json. */
  recall({ hand, asked, thresholds }) {
    const outputs = asked.map(outputsOf);
    const recalls = memory.recall(handOf(hand), outputs);
    const plain = recalls.map((one) => one && { ...one, probabilities: [...one.probabilities] });
    return { recalls: plain, readings: readingsOf(outputs, thresholds, recalls) };
  },

  kept({ labels, telling, limit }) {
    return { kept: memory.kept(labels, telling, limit) };
  },

  grey({ width, height, rgba }) {
    const data = new Uint8ClampedArray(Buffer.from(rgba, "base64"));
    return { grey: packed(greyOf({ width, height, data }).data) };
  },

  percent({ probabilities, language }) {
    return { written: probabilities.map((probability) => percent(probability, language)) };
  },
};

/** A digit's image and maps before they are rounded. */
function exactOf(strokes) {
  const { centred, placed } = ink.steps(strokes);
  return { image: packed(centred), maps: packed(motion.maps(placed)) };
}

function latticeOf(lattice, answers) {
  return {
    groups: lattice.groups.map(({ pieces, affinity }) => [pieces, affinity]),
    boxes: lattice.glyphs.map(boxOf),
    pixels: lattice.glyphs.map(({ pixels }) => packed(pixels)),
    traits: lattice.traits,
    marks: marksOf(lattice, firstOf(answers, lattice.glyphs.length)).map(
      ({ glyph, text, probability, box: { x, y, width, height } }) => [
        glyph,
        text,
        probability,
        [x, y, width, height],
      ],
    ),
  };
}

function photoOf(picture) {
  const grey = unpacked(picture);
  const ink = raster.inkOf(grey);
  const cell = ink !== null && isEmptyForm(ink) ? ink.cells[0].box : null;
  return { glyph: raster.normalise(grey), cell, lines: () => rasterNumbers.lines(grey) };
}

function echo(rows, glyph, at) {
  const [probabilities, pictureLogits, motionLogits] = [0, 1, 2].map((by) =>
    Float32Array.from(rows[(at + by) % rows.length]),
  );
  if (glyph.motion === null) motionLogits.fill(0);
  return { probabilities, pictureLogits, motionLogits, features: null };
}

/** As many of the values as are wanted, from the start again where there are fewer. */
function firstOf(values, count) {
  return Array.from({ length: count }, (_, at) => values[at % values.length]);
}

function boxOf({ box: { x, y, width, height } }) {
  return [x, y, width, height];
}

function packed({ buffer, byteOffset, byteLength }) {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function unpacked({ width, height, data }) {
  return { width, height, data: new Uint8Array(Buffer.from(data, "base64")) };
}

async function answerTo({ of, ...question }) {
  try {
    return (await FINDERS[of](question)) ?? { refusal: "blank" };
  } catch (error) {
    return error.code ? { refusal: error.code } : { error: error.stack };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answerTo(JSON.parse(line)))}\n`);
}
