/**
 * Where a picture has ink, and how dark it is, whatever the brightness, the paper and
 * the size; recognizer/preprocessing/binarisation.py in JavaScript, where the reasons
 * stand.
 *
 * @import { Illumination } from "./illumination.js"
 * @import { Box } from "./glyph.js"
 * @import { Grey, Mask, Picture, Size } from "./picture.js"
 *
 * @typedef {{ box: Box, isEmpty: boolean }} Cell of a form: its box, in the picture's own pixels,
 * and whether it has no ink at all
 * @typedef {{ one: boolean, framesKnown: boolean }} About what is known of a picture
 *
 * @typedef {object} Ink
 * @property {Picture} depth 0 paper to 255 the darkest ink
 * @property {Mask} mask
 * @property {Mask} foreign frames, lines and what reaches in from outside
 * @property {number} level of the depth, above which there is ink
 * @property {number} scale of the three beside the picture
 * @property {[x: number, y: number]} corner where they begin in the picture
 * @property {Cell[]} cells of a form: of several digits all, of one only where nothing is written
 * in it; then there is no ink
 */

import { cleared } from "./cleaning/noise.js";
import { withPaleParts } from "./cleaning/pale.js";
import { blankOf, countsIn, either, maskOf, piecesOf, touching } from "./cleaning/pieces.js";
import {
  depthOf,
  illuminationOn,
  inverted,
  polarities,
  rimsOf,
  withoutStrokes,
} from "./illumination.js";
import { dilated } from "./morphology.js";
import { boundingBox, cut, halved, mapped, rint, translated } from "./picture.js";
import { levelsOf } from "./thresholding.js";

const SIDE = 480;
const THUMB = 64;
const MIN_SIDE = 3;
const MIN_ASPECT = 1 / 64;
const MAX_PART = 0.5;
const MARGIN = 0.4;
const SEAM = 0.7;
const MIN_SIZE = 0.07;
const DARK = 0.65;

/**
 * The ink of a grey picture, or of that part of it which holds all the ink; null
 * where there is none.
 *
 * A point of depth or mask lies at corner + point / scale in the picture.
 *
 * @param {Grey} grey
 * @param {boolean} [one] whether there is one digit
 * @returns {Ink | null}
 */
export function binarise(grey, one = true) {
  const small = smallOf(grey);
  const nothing = small && blankOf(small[0]);
  const whole = small && nothing && inkSeen(small, nothing, { one, framesKnown: false });
  if (whole === null || !whole.mask.data.includes(1)) return whole;
  if (whole.scale === 1 && !whole.foreign.data.includes(1)) return whole;
  const part = partWithInk(whole, grey);
  if (part.width * part.height >= MAX_PART * grey.data.length) return whole;
  // What the halving has blurred is looked at from closer by.
  const closer = inkCloser(cut(grey, part.x, part.y, part.width, part.height), whole, part, one);
  return closer?.mask.data.includes(1) ? { ...closer, cells: whole.cells } : whole;
}

/**
 * What a picture has that is not the writing's: frames, lines and what reaches in from outside. A
 * point of the mask lies at point / scale in the picture; null where there is no ink.
 *
 * @param {Grey} grey
 * @param {boolean} one whether there is one digit
 * @returns {{ mask: Mask, scale: number } | null}
 */
export function leftOutOf(grey, one) {
  const small = smallOf(grey);
  const whole = small && inkSeen(small, blankOf(small[0]), { one, framesKnown: false });
  return whole && { mask: whole.foreign, scale: whole.scale };
}

/** Whether there are cells and nothing is written in them. @param {Ink} ink */
export const isEmptyForm = ({ mask, cells }) => cells.length > 0 && !mask.data.includes(1);

/**
 * The ink of a part. What was foreign on the whole is not found again: it is cut here.
 * @type {(part: Grey, whole: Ink, place: { x: number, y: number }, one: boolean) => Ink | null}
 */
function inkCloser(part, whole, { x, y }, one) {
  const small = smallOf(part);
  if (small === null) return null;
  const [grey, scale] = small;
  /** @type {(mask: Mask) => Mask} */
  const known = (mask) => {
    const columns = placesOf(x, grey.width, scale, whole.scale, mask.width);
    const rows = placesOf(y, grey.height, scale, whole.scale, mask.height);
    return mapped(
      grey,
      Uint8Array,
      (at) => mask.data[rows[Math.floor(at / grey.width)] * mask.width + columns[at % grey.width]],
    );
  };
  const foreign = known(whole.foreign);
  if (!foreign.data.includes(1)) {
    const ink = inkSeen(small, foreign, { one, framesKnown: false });
    return ink && { ...ink, corner: [x, y] };
  }
  const reach = rint(scale / whole.scale);
  const ink = inkSeen(small, dilated(foreign, reach), { one, framesKnown: true });
  if (ink === null) return null;
  // Of a pale frame there is more to be seen from here.
  const mask = touching(ink.mask, dilated(known(whole.mask), reach));
  return { ...ink, mask, corner: [x, y] };
}

/**
 * Where along a side the pixels of a part lie in the whole.
 * @type {(start: number, length: number, scale: number, whole: number, most: number) => number[]}
 */
function placesOf(start, length, scale, whole, most) {
  return Array.from({ length }, (_, at) =>
    Math.min(Math.floor((start + (at + 0.5) / scale) * whole), most - 1),
  );
}

/**
 * The box around a mask's ink, in the picture's own pixels.
 * @param {Ink} ink
 * @param {Mask} mask of the ink, or of a part of it
 * @returns {Box}
 */
export function boxOf({ scale, corner }, mask) {
  const { x, y, width, height } = boundingBox(mask);
  return {
    x: corner[0] + x / scale,
    y: corner[1] + y / scale,
    width: width / scale,
    height: height / scale,
  };
}

/** @type {(ink: Ink, grey: Grey) => Box} */
function partWithInk(ink, grey) {
  const { x, y, width, height } = boxOf(ink, ink.mask);
  const margin = MARGIN * Math.max(width, height);
  const left = Math.max(0, rint(x - margin));
  const top = Math.max(0, rint(y - margin));
  const right = Math.min(grey.width, rint(x + width + margin));
  const bottom = Math.min(grey.height, rint(y + height + margin));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * The picture made small enough, and its scale; null where it is too narrow.
 * @type {(grey: Grey) => [Grey, number] | null}
 */
function smallOf(grey) {
  const [shorter, longer] = [grey.width, grey.height].sort((a, b) => a - b);
  if (shorter < Math.max(MIN_SIDE, MIN_ASPECT * longer)) return null;
  return reduced(grey, SIDE);
}

/**
 * The ink of a picture that is small enough, without what is known to be foreign.
 * @type {(small: [Grey, number], foreign: Mask, about: About) => Ink | null}
 */
function inkSeen([small, scale], foreign, about) {
  const illumination = illuminationOn(reduced(small, THUMB)[0]);
  let empty = null;
  for (const isLight of polarities(illumination)) {
    const [grey, light] = isLight
      ? [translated(small, (value) => 255 - value), inverted(illumination)]
      : [small, illumination];
    const wide = withoutStrokes(light);
    const faint = depthOf(grey, light.surface, wide);
    const ink = inkOn(faint, rimsOf(wide, grey), foreign, scale, about);
    if (ink !== null && !isEmptyForm(ink)) return ink;
    empty ??= ink;
  }
  return empty;
}

/**
 * What lies along the rim of a dark thing, where there is other ink.
 * @type {(ink: Mask, rims: Mask) => Mask}
 */
function seamsOf(ink, rims) {
  const pieces = piecesOf(ink);
  const seams = Array.from(
    countsIn(pieces, rims),
    (count, number) => number > 0 && count >= SEAM * pieces.areas[number],
  );
  const left = Math.max(...pieces.longer.filter((_, number) => !seams[number]));
  if (left <= MIN_SIZE * Math.max(ink.width, ink.height)) return blankOf(ink);
  return maskOf(pieces, seams);
}

/**
 * The picture, halved until it has at most side * side pixels, and its scale.
 * @type {(grey: Grey, side: number) => [Grey, number]}
 */
function reduced(grey, side) {
  let scale = 1;
  while (grey.data.length > side * side) {
    grey = halved(grey);
    scale /= 2;
  }
  return [grey, scale];
}

/**
 * The same of dark ink on paper, the darkest at 255.
 * @type {(faint: Picture, rims: Mask | null, known: Mask, scale: number, about: About) => Ink | null}
 */
function inkOn(faint, rims, known, scale, about) {
  const levels = levelsOf(faint, known);
  if (levels === null) return null;
  let foreign = known;
  /** @type {(level: number) => Mask} */
  const above = (level) =>
    mapped(faint, Uint8Array, (at) => (faint.data[at] > level ? 1 - foreign.data[at] : 0));
  if (rims !== null) foreign = either(known, seamsOf(above(levels.ink), rims));
  const found = cleared(above(levels.ink), above(levels.pale), above(DARK * levels.darkest), about);
  if (found === null) return null;
  const all = either(foreign, found.foreign);
  const share = 255 / levels.darkest;
  const depth = translated(faint, (value) => Math.min(rint(value * share), 255));
  const level = levels.ink * share;
  const mask = withPaleParts(found.mask, found.pale, all);
  if (mask !== found.mask) {
    // Pale ink is ink to all that follows.
    const least = Math.floor(level) + 1;
    mask.data.forEach((ink, at) => {
      if (ink > 0) depth.data[at] = Math.max(depth.data[at], least);
    });
  }
  const cells = found.cells.map((edges, at) => {
    const [x, y, right, bottom] = edges.map((edge) => edge / scale);
    return { box: { x, y, width: right - x, height: bottom - y }, isEmpty: found.empty[at] };
  });
  return { depth, mask, foreign: all, level, scale, corner: [0, 0], cells };
}
