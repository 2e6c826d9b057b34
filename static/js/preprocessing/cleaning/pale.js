/**
 * Ink that runs pale: what is too pale to be ink by itself, but goes on where ink ends;
 * recognizer/preprocessing/cleaning/pale.py in JavaScript, where the reasons stand.
 *
 * @import { Mask } from "../picture.js"
 * @import { Pieces } from "./pieces.js"
 */
import { dilated } from "../morphology.js";
import { boundingBox, rint } from "../picture.js";
import { countsIn, either, inkIn, maskOf, outlineOf, piecesOf, within, without } from "./pieces.js";

const SOFT = 0.4;
const MIN_SOFT = 2;
const MIN_LENGTH = 0.08;
const REACH = 0.06;
const MAX_PEN = 1.6;
const RULING = 4.0;
const MAX_ELSEWHERE = 0.5;
const DUST = 0.04;

/**
 * The writing with the pale parts that belong to it.
 * @param {Mask} mask
 * @param {Mask} pale the mask with the palest ink in it
 * @param {Mask} foreign
 * @returns {Mask}
 */
export function withPaleParts(mask, pale, foreign) {
  const { width, height } = boundingBox(mask);
  const longest = Math.max(width, height);
  if (longest === 0) return mask;
  const pen = penOf(mask);
  const soft = Math.max(MIN_SOFT, rint(SOFT * pen));
  const rest = without(pale, dilated(either(mask, foreign), soft));
  if (inkIn(rest) < MIN_LENGTH * longest) return mask;
  const pieces = piecesOf(rest);
  if (areLines(pieces, longest)) return mask;
  const near = dilated(mask, soft + Math.max(2, rint(REACH * longest)));
  const close = Array.from(countsIn(pieces, near), (count) => count > 0);
  const chosen = close.map((is, number) => {
    if (!is || number === 0 || pieces.longer[number] < MIN_LENGTH * longest) return false;
    return penOf(within(pieces, number)) <= MAX_PEN * pen;
  });
  /** @type {(some: (number: number) => boolean) => number} */
  const lengthOf = (some) =>
    pieces.longer.reduce((sum, length, number) => sum + (some(number) ? length : 0), 0);
  const elsewhere = lengthOf((number) => !close[number] && pieces.longer[number] >= DUST * longest);
  if (elsewhere >= MAX_ELSEWHERE * lengthOf((number) => chosen[number])) return mask;
  const added = dilated(maskOf(pieces, chosen), soft + 1);
  const more = without(pale, foreign);
  more.data.forEach((ink, at) => {
    more.data[at] = ink & added.data[at];
  });
  return either(mask, more);
}

/** @type {(pieces: Pieces, longest: number) => boolean} */
function areLines({ width, height, boxes, longer }, longest) {
  return boxes.some(([left, top, right, bottom], number) => {
    if (number === 0) return false;
    const atEdge = left === 0 || top === 0 || right === width || bottom === height;
    return longer[number] > RULING * longest || (atEdge && longer[number] > longest / 2);
  });
}

/**
 * About the width of the strokes of a mask, in pixels.
 * @type {(mask: Mask) => number}
 */
function penOf(mask) {
  return (2 * inkIn(mask)) / Math.max(1, inkIn(outlineOf(mask)));
}
