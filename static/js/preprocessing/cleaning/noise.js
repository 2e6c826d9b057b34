/**
 * What stands out from the paper and yet is not written: specks, frames, ruled
 * lines; recognizer/preprocessing/cleaning/noise.py in JavaScript, where the reasons stand.
 *
 * @import { Mask } from "../picture.js"
 * @import { Pieces } from "./pieces.js"
 *
 * @typedef {object} Cleared
 * @property {Mask} mask where writing can be
 * @property {Mask} foreign where foreign ink is
 * @property {Mask} pale where there is ink that may be too pale
 */
import { fromOutside } from "./edges.js";
import { frames, isEmptyFrame, underlines } from "./frames.js";
import { withoutLines } from "./lines.js";
import {
  countsIn,
  either,
  heightOf,
  maskOf,
  outlineOf,
  piecesOf,
  widthOf,
  without,
} from "./pieces.js";
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
 * @param {{ one: boolean, framesKnown: boolean }} about whether there is one digit, and whether
 * frames need not be looked for
 * @returns {Cleared | null}
 */
export function cleared(mask, pale, { one, framesKnown }) {
  const whole = withoutRuling(mask);
  const size = mask.data.length;
  const all = piecesOf(whole);
  if (all.count > MAX_COMPONENTS + size / PIXELS_A_COMPONENT) return null;
  const unframed = framesKnown ? [whole, pale] : withoutFrames(whole, all, mask, pale, one);
  if (unframed === null) return null;
  const [rest, unruled] = unframed;
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
  const shortest = speckOf(pieces, outlines, kept);
  const written = kept.map((keep, number) => keep && pieces.longer[number] >= shortest);
  return {
    mask: maskOf(pieces, written),
    foreign: unruled === pale ? foreign : either(foreign, without(pale, unruled)),
    pale: unruled,
  };
}

/**
 * Both masks without frames and lines, those that are pieces of their own first.
 * @type {(whole: Mask, pieces: Pieces, ruled: Mask, pale: Mask, one: boolean) => [Mask, Mask] | null}
 */
function withoutFrames(whole, pieces, ruled, pale, one) {
  const framing = frames(pieces, one);
  let rest = whole;
  if (framing.some(Boolean)) {
    rest = maskOf(
      pieces,
      framing.map((is) => !is),
    );
    pieces = piecesOf(rest);
  }
  if (isEmptyFrame(pieces)) return null;
  const below = underlines(pieces);
  if (below.some(Boolean)) {
    const joined = goesOnPale(pieces, below, pale);
    const kept = below.map((is, number) => !is || joined[number]);
    if (!kept.every(Boolean)) rest = maskOf(pieces, kept);
  }
  return withoutLines(rest, ruled, pale);
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
 * The least length of a piece that is no speck.
 * @type {(pieces: Pieces, outlines: Int32Array, kept: boolean[]) => number}
 */
function speckOf({ longer, areas, labels }, outlines, kept) {
  const rank = longer.map((length, number) =>
    kept[number] ? length * labels.length + areas[number] : 0,
  );
  const longest = rank.indexOf(Math.max(...rank));
  const pen = (2 * areas[longest]) / Math.max(1, outlines[longest]);
  return Math.max(SPECK * longer[longest], DOT * pen);
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
