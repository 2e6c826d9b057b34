/**
 * Decimal points, commas and colons of a number, told from the paper's specks by place and look;
 * recognizer/preprocessing/cleaning/points.py in JavaScript, where the reasons stand.
 *
 * @import { Mask } from "../picture.js"
 * @import { Edges, Pieces } from "./pieces.js"
 */
import { countsIn, heightOf } from "./pieces.js";

const TALL = 0.4;
const ASIDE = 0.6;
const BELOW = 0.4;
const PENS = 0.6;
const AREA = 0.3;
const MOST = 2;

/**
 * Which of the specks may be signs beside what is written.
 * @type {(pieces: Pieces, specks: boolean[], written: boolean[], pen: number, dark: Mask) => boolean[]}
 */
export function points(pieces, specks, written, pen, dark) {
  const { boxes, longer, areas } = pieces;
  const heights = boxes.map(heightOf);
  const highest = Math.max(0, ...heights.filter((_, number) => written[number]));
  const tall = boxes.filter((_, number) => written[number] && heights[number] >= TALL * highest);
  const darkness = countsIn(pieces, dark);
  const found = specks.map(
    (is, number) =>
      is &&
      longer[number] >= PENS * pen &&
      areas[number] >= AREA * pen * pen &&
      darkness[number] > 0 &&
      tall.some((digit) => isBeside(boxes[number], digit)),
  );
  return found.filter(Boolean).length <= MOST * tall.length ? found : found.map(() => false);
}

/** @type {(point: Edges, digit: Edges) => boolean} */
function isBeside([left, top, right, bottom], digit) {
  const height = heightOf(digit);
  const aside = Math.max(digit[0] - right, left - digit[2]);
  return aside <= ASIDE * height && top >= digit[1] && bottom <= digit[3] + BELOW * height;
}
