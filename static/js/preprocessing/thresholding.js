/**
 * Where depths stop being paper and begin to be ink; recognizer/preprocessing/thresholding.py.
 *
 * @import { Mask, Picture } from "./picture.js"
 *
 * @typedef {object} Levels
 * @property {number} pale from where on there may be ink
 * @property {number} ink above which there is ink
 * @property {number} darkest
 */

const MIN_CONTRAST = 20;
const MIN_CONTRAST_TO_NOISE = 4.5;
const EDGE = 0.45;
const PALE = 0.4;
const PALE_TO_NOISE = 4;
const PALE_CONTRAST = 6;

/**
 * The depths where ink begins; null for an empty sheet.
 * @param {Picture} depths
 * @param {Mask} foreign what is not looked at
 * @returns {Levels | null}
 */
export function levelsOf(depths, foreign) {
  /** @type {number[]} */
  const histogram = new Array(256).fill(0);
  depths.data.forEach((depth, at) => {
    if (foreign.data[at] === 0) histogram[depth]++;
  });
  const otsu = otsuOf(histogram);
  const paper = histogram.slice(0, otsu + 1);
  const ink = histogram.slice(otsu + 1);
  const inkCount = sum(ink);
  if (inkCount === 0) return null;
  const median = quantile(paper, 0.5);
  const contrast = otsu + 1 + sum(ink.map((count, step) => count * step)) / inkCount - median;
  const noise = (median - quantile(paper, 0.25)) / 0.674;
  if (contrast < Math.max(MIN_CONTRAST, MIN_CONTRAST_TO_NOISE * noise)) return null;
  const darkest = otsu + 1 + quantile(ink, 0.98);
  const level = Math.max(otsu, EDGE * darkest);
  const pale = Math.max(PALE * level, median + Math.max(PALE_TO_NOISE * noise, PALE_CONTRAST));
  return { pale: Math.min(pale, level), ink: level, darkest };
}

/** @type {(values: number[]) => number} */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/**
 * The level up to which depths are paper: the two classes' means are then farthest apart.
 * @type {(histogram: number[]) => number}
 */
function otsuOf(histogram) {
  const all = sum(histogram);
  const allMass = sum(histogram.map((count, depth) => count * depth));
  let [count, mass, best, highest] = [0, 0, 0, 0];
  histogram.forEach((pixels, depth) => {
    count += pixels;
    mass += pixels * depth;
    const apart = mass * all - count * allMass;
    const score = (apart * apart) / Math.max(count * (all - count), 1);
    if (score > highest) [best, highest] = [depth, score];
  });
  return best;
}

/** @type {(histogram: number[], share: number) => number} */
function quantile(histogram, share) {
  const goal = share * sum(histogram);
  let reach = 0;
  return histogram.findIndex((count) => {
    reach += count;
    return reach >= goal;
  });
}
