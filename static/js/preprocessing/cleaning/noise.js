/**
 * What stands out from the paper and yet is not written: specks, frames, ruled
 * lines; recognizer/preprocessing/cleaning/noise.py in JavaScript, where the reasons stand.
 *
 * @import { Mask } from "../picture.js"
 * @import { Edges, Pieces } from "./pieces.js"
 *
 * @typedef {object} Cleared
 * @property {Mask} mask where writing can be
 * @property {Mask} foreign where foreign ink is
 * @property {Mask} pale where there is ink that may be too pale
 * @property {Edges[]} cells those of a form, of one digit only where nothing is written in it
 * @property {boolean[]} empty in which of them there is no ink at all
 */
import { rint } from "../picture.js";
import { areEmpty, cells, withoutCells } from "./cells.js";
import { fromOutside } from "./edges.js";
import { frames, isEmptyFrame, underlines } from "./frames.js";
import { withoutLines } from "./lines.js";
import {
  blankOf,
  countsIn,
  either,
  heightOf,
  maskOf,
  outlineOf,
  piecesOf,
  widthOf,
  without,
} from "./pieces.js";
import { points } from "./points.js";
import { withoutRuling } from "./ruling.js";

const MAX_COMPONENTS = 24;
const PIXELS_A_COMPONENT = 200;
const SPECK = 0.12;
const DOT = 1.5;
const SPANNING = 0.85;
const MIDDLE = 0.7;
const MIN_SIZE = 0.07;

/**
 * A mask taken apart; null where there is nothing but noise or a frame.
 * @param {Mask} mask
 * @param {Mask} pale the mask with the palest ink in it
 * @param {Mask} dark that of the darkest
 * @param {{ one: boolean, framesKnown: boolean }} about whether there is one digit, and whether
 * frames need not be looked for
 * @returns {Cleared | null}
 */
export function cleared(mask, pale, dark, { one, framesKnown }) {
  const whole = withoutRuling(mask);
  const size = mask.data.length;
  const all = piecesOf(whole);
  if (all.count > MAX_COMPONENTS + size / PIXELS_A_COMPONENT) return null;
  const unframed = framesKnown ? [whole, pale] : withoutFrames(whole, all, mask, pale, one);
  const [rest, unruled] = unframed;
  if (!rest.data.includes(1)) return nothingIn(whole, mask, unruled);
  const pieces = rest === whole ? all : piecesOf(rest);
  const outlines = countsIn(pieces, outlineOf(rest));
  let kept = pieces.longer.map((_, number) => number > 0);
  const outside = fromOutside(pieces, outlines, kept, one);
  kept = kept.map((keep, number) => keep && !outside[number]);
  const spanning = framesOf(pieces);
  const inner = kept.map((keep, number) => keep && !spanning[number]);
  const left = Math.max(0, ...pieces.longer.filter((_, number) => inner[number]));
  if (left > MIN_SIZE * Math.max(mask.width, mask.height)) kept = inner;
  if (!kept.some(Boolean)) return null;
  const foreign = without(mask, maskOf(pieces, kept));
  const { pen, shortest } = speckOf(pieces, outlines, kept);
  let written = kept.map((keep, number) => keep && pieces.longer[number] >= shortest);
  if (!one) {
    const specks = kept.map((keep, number) => keep && !written[number]);
    const signs = points(pieces, specks, written, pen, dark);
    written = written.map((is, number) => is || signs[number]);
  }
  const form = one || rest === whole ? [] : cells(without(whole, rest), Math.max(1, rint(pen)));
  const writing = maskOf(pieces, written);
  return {
    mask: writing,
    foreign: unruled === pale ? foreign : either(foreign, without(pale, unruled)),
    pale: unruled,
    cells: form,
    empty: areEmpty(form, without(whole, without(rest, writing))),
  };
}

/**
 * Of cells in which nothing is written; null where there are none either.
 * @type {(whole: Mask, mask: Mask, pale: Mask) => Cleared | null}
 */
function nothingIn(whole, mask, pale) {
  const { count, boxes, longer } = piecesOf(whole);
  if (count === 1) return null;
  let form = cells(whole, 1);
  if (form.length === 0) form = [boxes[longer.indexOf(Math.max(...longer))]];
  const empty = areEmpty(form, whole);
  if (!empty.some(Boolean)) return null;
  return { mask: blankOf(whole), foreign: mask, pale, cells: form, empty };
}

/**
 * Both masks without frames and lines, those that are pieces of their own first; no ink where
 * nothing is written within them.
 * @type {(whole: Mask, pieces: Pieces, ruled: Mask, pale: Mask, one: boolean) => [Mask, Mask]}
 */
function withoutFrames(whole, pieces, ruled, pale, one) {
  let rest = one ? withoutFraming(whole, pieces) : withoutCells(whole, pieces);
  if (rest !== whole) pieces = piecesOf(rest);
  if (pieces.count === 1 || (one && isEmptyFrame(pieces))) return [blankOf(whole), pale];
  const below = underlines(pieces);
  if (below.some(Boolean)) {
    const joined = goesOnPale(pieces, below, pale);
    const kept = below.map((is, number) => !is || joined[number]);
    if (!kept.every(Boolean)) rest = maskOf(pieces, kept);
  }
  return withoutLines(rest, ruled, pale);
}

/** @type {(whole: Mask, pieces: Pieces) => Mask} */
function withoutFraming(whole, pieces) {
  const framing = frames(pieces, true);
  if (!framing.some(Boolean)) return whole;
  return maskOf(
    pieces,
    framing.map((is) => !is),
  );
}

/**
 * Which of some pieces are one with others in the mask with the palest ink.
 * @type {(pieces: Pieces, some: boolean[], pale: Mask) => boolean[]}
 */
function goesOnPale(pieces, some, pale) {
  const paler = piecesOf(pale);
  const others = countsIn(
    paler,
    maskOf(
      pieces,
      some.map((is) => !is),
    ),
  );
  const joined = some.map(() => false);
  pieces.labels.forEach((number, at) => {
    if (some[number] && others[paler.labels[at]] > 0) joined[number] = true;
  });
  return joined;
}

/**
 * The width of the writing's pen, and the least length of a piece that is no speck of it.
 * @type {(pieces: Pieces, outlines: Int32Array, kept: boolean[]) =>
 *   { pen: number, shortest: number }}
 */
function speckOf({ longer, areas, labels }, outlines, kept) {
  const rank = longer.map((length, number) =>
    kept[number] ? length * labels.length + areas[number] : 0,
  );
  const longest = rank.indexOf(Math.max(...rank));
  const pen = (2 * areas[longest]) / Math.max(1, outlines[longest]);
  return { pen, shortest: Math.max(SPECK * longer[longest], DOT * pen) };
}

/**
 * Components that reach around the middle of the picture and leave it empty.
 * @type {(pieces: Pieces) => boolean[]}
 */
function framesOf({ width, height, labels, boxes }) {
  const found = boxes.map(
    (box) => widthOf(box) > SPANNING * width && heightOf(box) > SPANNING * height,
  );
  if (!found.some((frame, component) => component > 0 && frame)) return found;
  const top = Math.floor((height * (1 - MIDDLE)) / 2);
  const left = Math.floor((width * (1 - MIDDLE)) / 2);
  for (let row = top; row < height - top; row++) {
    for (let column = left; column < width - left; column++) {
      found[labels[row * width + column]] = false;
    }
  }
  return found;
}
