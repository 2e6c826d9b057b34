/**
 * The light on a picture's paper: whether ink is darker or lighter, and how far each
 * pixel stands out from it; recognizer/preprocessing/illumination.py in
 * JavaScript, where the reasons stand.
 *
 * @import { Grey, Mask, Picture, Size } from "./picture.js"
 *
 * @typedef {Record<"surface" | "relief" | "filled" | "cut", Picture<Float32Array>>} Illumination
 * in grey levels: the paper's, what stands out from it, and that closed and opened
 */
import { distances } from "./distance.js";
import { closed, dilated, eroded, opened } from "./morphology.js";
import { mapped, rint, stretched } from "./picture.js";
import { surfaceOf } from "./surface.js";

const MAX_STROKE_WIDTH = 0.4; // share of the picture's side that a stroke can be wide
const MAX_INK = 0.6;
const MIN_CONTRAST = 24.1;
const MIN_PAPER = 32;

// What a grey lacks of its paper's: 255 for all, at (paper << 8) | grey.
const SHARES = Uint8Array.from({ length: 1 << 16 }, (_, pair) => {
  const [paper, grey] = [pair >> 8, pair & 255];
  return Math.min(rint((Math.max(paper - grey, 0) * 255) / Math.max(paper, MIN_PAPER)), 255);
});

/**
 * The surface of the paper of a thumbnail, and what stands out, closed and opened.
 * @param {Grey} thumb
 * @returns {Illumination}
 */
export function illuminationOn(thumb) {
  const surface = surfaceOf(thumb);
  const relief = mapped(thumb, Float32Array, (at) => thumb.data[at] - surface.data[at]);
  const half = Math.max(1, rint((MAX_STROKE_WIDTH / 2) * Math.sqrt(thumb.data.length)));
  return { surface, relief, filled: closed(relief, half), cut: opened(relief, half) };
}

/**
 * The illumination of the picture's negative.
 * @param {Illumination} illumination
 * @returns {Illumination}
 */
export function inverted({ surface, relief, filled, cut }) {
  /** @type {(picture: Picture<Float32Array>) => Picture<Float32Array>} */
  const negative = (picture) => mapped(picture, Float32Array, (at) => -picture.data[at]);
  return {
    surface: mapped(surface, Float32Array, (at) => 255 - surface.data[at]),
    relief: negative(relief),
    filled: negative(cut),
    cut: negative(filled),
  };
}

/**
 * Whether the ink is light on dark; where both may be, the likelier first.
 * @param {Illumination} illumination
 * @returns {boolean[]} one or two
 */
export function polarities({ relief, filled, cut }) {
  let [darker, lighter] = [0, 0];
  relief.data.forEach((value, at) => {
    darker += Math.min(filled.data[at] - value, Math.max(-value, 0)) ** 3;
    lighter += Math.min(value - cut.data[at], Math.max(value, 0)) ** 3;
  });
  if (lighter <= darker) return [false];
  const size = relief.data.length;
  const lightPart = mapped(relief, Uint8Array, (at) => (relief.data[at] > MIN_CONTRAST ? 1 : 0));
  const deepest = distances(lightPart).data.reduce((most, value) => Math.max(most, value), 0);
  const wide = 2 * deepest > MAX_STROKE_WIDTH * Math.sqrt(size);
  const isPaper = wide || lightPart.data.reduce((sum, one) => sum + one, 0) > MAX_INK * size;
  return isPaper ? [false, true] : [true];
}

/**
 * How far dark ink stands out, 0 to 255, as a share of its paper's light.
 * @param {Grey} grey
 * @param {Picture<Float32Array>} surface of its thumbnail's paper
 * @param {Picture<Float32Array>} wide what `withoutStrokes` leaves
 * @returns {Picture}
 */
export function depthOf(grey, surface, wide) {
  const small = mapped(surface, Uint8Array, (at) =>
    Math.min(Math.max(rint(surface.data[at] + wide.data[at]), 0), 255),
  );
  const paper = stretched(small, grey.width, grey.height);
  const depth = new Uint8Array(grey.data.length);
  for (let at = 0; at < depth.length; at++) {
    depth[at] = SHARES[(paper.data[at] << 8) | grey.data[at]];
  }
  return { width: grey.width, height: grey.height, data: depth };
}

/**
 * Where things darker than paper and wider than any stroke begin, in a picture of that size; null
 * where there is no such thing.
 * @type {(wide: Picture<Float32Array>, size: Size) => Mask | null}
 */
export function rimsOf(wide, size) {
  const thing = mapped(wide, Uint8Array, (at) => (wide.data[at] < -MIN_CONTRAST ? 1 : 0));
  if (!thing.data.includes(1)) return null;
  const [reach, core] = [dilated(thing, 1), eroded(thing, 1)];
  const { width, height } = size;
  return mapped(size, Uint8Array, (at) => {
    const column = Math.floor(((at % width) * wide.width) / width);
    const row = Math.floor((Math.floor(at / width) * wide.height) / height);
    const place = row * wide.width + column;
    return reach.data[place] - core.data[place];
  });
}

/**
 * Closing by reconstruction: strokes vanish, wide shadows keep their outlines.
 * @type {(illumination: Illumination) => Picture<Float32Array>}
 */
export function withoutStrokes({ relief, filled }) {
  const times = rint(MAX_STROKE_WIDTH * Math.sqrt(filled.data.length));
  for (let time = 0; time < times; time++) {
    const smaller = eroded(filled, 1);
    for (let at = 0; at < relief.data.length; at++) {
      if (smaller.data[at] < relief.data[at]) smaller.data[at] = relief.data[at];
    }
    filled = smaller;
  }
  return filled;
}
