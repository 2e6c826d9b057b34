/**
 * How likely two pieces of ink are of one digit: recognizer/segmentation/affinity.py.
 *
 * @import { Box } from "../preprocessing/glyph.js"
 */

// Log-odds that two pieces are of one digit; lengths in heights of the tallest piece.
const BIAS = 0.3;
const NEXT = 3; // one was written right after the other; half of it where nobody knows
const APART = -9; // a height between their middles in x
const BASELINE_GAP = 5; // a height between their lower ends,
const BASELINE_GAP_NEAR = 8; // of which the first quarter tells most
const NEAR = 0.25;
const NARROWER = -3.5; // the narrower one's width
const LOWER = -3; // the lower one's height
const OVERLAP = 6; // in x; less than 0 where there is a gap

export const SMALL = 0.3; // of the tallest piece's height; what is lower is a dot or a sign

/**
 * Log-odds; the boxes are in heights of the tallest, `order` is 1 for one right after the other.
 * @param {Box} one
 * @param {Box} other
 * @param {number} order
 * @returns {number}
 */
export function affinityOf(one, other, order) {
  const baselineGap = Math.abs(one.y + one.height - (other.y + other.height));
  const apart = Math.abs(one.x + one.width / 2 - (other.x + other.width / 2));
  const right = Math.min(one.x + one.width, other.x + other.width);
  const overlap = right - Math.max(one.x, other.x);
  const [lower, taller] = one.height < other.height ? [one, other] : [other, one];
  // A point or a comma hangs below the middle of its neighbour, and beside it.
  const isBelow = lower.y - taller.y > taller.height / 2;
  const isBeside = lower.height < SMALL && taller.height >= SMALL && overlap <= 0;
  if (isBeside && isBelow) return -Infinity;
  return (
    BIAS +
    NEXT * order +
    APART * apart +
    BASELINE_GAP * baselineGap +
    BASELINE_GAP_NEAR * Math.min(baselineGap, NEAR) +
    NARROWER * Math.min(one.width, other.width) +
    LOWER * lower.height +
    OVERLAP * overlap
  );
}
