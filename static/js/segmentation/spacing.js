/**
 * Spaces between the characters of a number: recognizer/segmentation/spacing.py in JavaScript,
 * where the reasons stand.
 *
 * @import { Box } from "../preprocessing/glyph.js"
 */

const ANY = 0.2;
const EACH = -3.4;
const BY_SIGN = -3.7;
const SQUARE = -6.4;
const LEAST = 6.8;
const TOUCHING = 0.1;
const RANGE = 12.1;
const JUMP = 11.1;
const SPREAD = -9.9;
const EQUAL = 4.1;
const SIGN = 1.5;
const NARROWEST = -1;
const WIDEST = 2;
const STEP = 2 ** -20;
export const WRITTEN = 0.5; // from this probability on a space is written

/**
 * For each gap between characters, left to right, the probability of a space. The boxes are theirs
 * set upright and as they stand; `characters` "" of a digit, otherwise the sign.
 * @param {Box[]} upright
 * @param {Box[]} standing
 * @param {string[]} characters
 * @returns {number[]}
 */
export function spaces(upright, standing, characters) {
  if (upright.length < 2) return [];
  const heights = upright.filter((_, at) => characters[at] === "").map(({ height }) => height);
  const unit = middleOne(heights) || 1;
  const others = gapsOf(standing, unit);
  const gaps = gapsOf(upright, unit).map(
    (gap, at) => Math.floor((gap + others[at]) / 2 / STEP + 0.5) * STEP,
  );
  const bySign = gaps.map((_, at) => characters[at] !== "" || characters[at + 1] !== "");
  const places = [...gaps.keys()];
  /** @type {(at: number) => number} */
  const width = (at) => gaps[at] - (bySign[at] ? SIGN : 0);
  const widestFirst = places.toSorted((one, other) => width(other) - width(one));
  const chosen = [...places, gaps.length].map((count) => {
    const widest = new Set(widestFirst.slice(0, count));
    return places.map((at) => widest.has(at));
  });
  const odds = chosen.map((areSpaces) => oddsOf(gaps, bySign, areSpaces));
  const highest = Math.max(...odds);
  const likely = odds.map((one) => Math.exp(one - highest));
  const total = likely.reduce((sum, weight) => sum + weight, 0);
  return places.map(
    (at) => likely.reduce((sum, weight, one) => (chosen[one][at] ? sum + weight : sum), 0) / total,
  );
}

/** @type {(boxes: Box[], unit: number) => number[]} */
function gapsOf(boxes, unit) {
  return boxes.slice(1).map(({ x }, at) => {
    const wide = (x - boxes[at].x - boxes[at].width) / unit;
    return Math.min(Math.max(wide, NARROWEST), WIDEST);
  });
}

/**
 * Log-odds that just these gaps are spaces, beside that none is.
 * @type {(gaps: number[], bySign: boolean[], areSpaces: boolean[]) => number}
 */
function oddsOf(gaps, bySign, areSpaces) {
  const within = gaps.filter((_, at) => !areSpaces[at] && !bySign[at]);
  const middle = within.length > 0 ? middleOne(within) : 0;
  const spread = SPREAD * within.reduce((sum, gap) => sum + Math.abs(gap - middle), 0);
  const wide = gaps.filter((_, at) => areSpaces[at]);
  if (wide.length === 0) return spread;
  const rest = gaps.filter((_, at) => !areSpaces[at]);
  const [least, most] = [Math.min(...wide), Math.max(...wide)];
  const ends = [...gaps.keys()].filter((at) => areSpaces[at]);
  const sizes = [...ends, gaps.length].map((end, at) => end - (ends[at - 1] ?? -1));
  const signs = ends.filter((at) => bySign[at]).length;
  let odds = spread + ANY + EACH * wide.length + BY_SIGN * signs;
  odds += SQUARE * wide.reduce((sum, gap) => sum + gap * gap, 0);
  odds += LEAST * Math.log(Math.max(least, 0) + TOUCHING) + RANGE * (most - least);
  if (rest.length > 0) odds += JUMP * Math.min(least - Math.max(...rest), 1);
  const size = Math.min(...sizes);
  return odds + (size > 1 && size === Math.max(...sizes) ? EQUAL : 0);
}

/** Of two the lower. @type {(values: number[]) => number} */
function middleOne(values) {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
