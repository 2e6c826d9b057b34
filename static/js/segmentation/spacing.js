/**
 * Spaces between the characters of a number: recognizer/segmentation/spacing.py in JavaScript.
 *
 * @import { Box } from "../preprocessing/glyph.js"
 */

const BIAS = -8.6;
const GAP = 3.1;
const RATIO = 3.4;
const HYPHEN = -5;
const SIGN = -4.8;
const JUMP = 1.5;
const GROUPS = 1.7;
const EQUAL = 2.3;
const ALONE = 0.15;
const LEAST = 0.12;
const WIDEST = 2;
const STEP = 2 ** -20;
export const WRITTEN = 0.55; // from this probability on a space is written

/**
 * For each gap between characters, left to right, the probability of a space. `boxes` are theirs
 * set upright; `characters` "" of a digit, otherwise the sign.
 * @param {Box[]} boxes
 * @param {string[]} characters
 * @returns {number[]}
 */
export function spaces(boxes, characters) {
  if (boxes.length < 2) return [];
  const heights = boxes.filter((_, at) => characters[at] === "").map(({ height }) => height);
  const unit = middleOne(heights) || 1;
  const gaps = boxes.slice(1).map(({ x }, at) => {
    const wide = (x - boxes[at].x - boxes[at].width) / unit;
    return Math.floor(Math.min(Math.max(wide, -1), WIDEST) / STEP + 0.5) * STEP;
  });
  const { least, above } = parted(gaps);
  return gaps.map((gap, at) => {
    const rest = gaps.toSpliced(at, 1);
    const usual = rest.length > 0 ? middleOne(rest) : ALONE;
    const ratio = (Math.max(gap, 0) + LEAST) / (Math.max(usual, 0) + LEAST);
    let odds = BIAS + GAP * gap + RATIO * Math.log(ratio) + (gap >= least ? above : 0);
    const pair = characters.slice(at, at + 2);
    if (pair.includes("-")) odds += HYPHEN;
    else if (pair[0] || pair[1]) odds += SIGN;
    return 1 / (1 + Math.exp(-odds));
  });
}

/**
 * The least of the wider gaps, and the log-odds that these are spaces for being so.
 * @type {(gaps: number[]) => { least: number, above: number }}
 */
function parted(gaps) {
  const ordered = gaps.toSorted((a, b) => a - b);
  const jumps = ordered.slice(1).map((after, at) => after - ordered[at]);
  if (jumps.length === 0) return { least: Number.POSITIVE_INFINITY, above: 0 };
  const jump = Math.max(...jumps);
  const least = ordered[jumps.indexOf(jump) + 1];
  const ends = [...gaps.keys()].filter((at) => gaps[at] >= least);
  const sizes = [...ends, gaps.length].map((end, at) => end - (ends[at - 1] ?? -1));
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  const groups = (smallest > 1 ? GROUPS : 0) + (smallest === largest ? EQUAL : 0);
  return { least, above: JUMP * Math.min(jump, 1) + groups };
}

/** Of two the lower. @type {(values: number[]) => number} */
function middleOne(values) {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
