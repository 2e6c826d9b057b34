/** How likely two pieces of ink are of one digit: `_kinship` of recognizer/grouping.py. */

// Log-odds that two pieces are of one digit; lengths in heights of the tallest piece.
const BIAS = 0.3;
const NEXT = 3; // one was written right after the other; half of it where nobody knows
const APART = -9; // a height between their middles in x
const FEET = 5; // a height between their lower ends,
const FEET_SOON = 8; // of which the first quarter tells most
const SOON = 0.25;
const NARROWER = -3.5; // the narrower one's width
const LOWER = -3; // the lower one's height
const OVERLAP = 6; // in x; less than 0 where there is a gap

export const SMALL = 0.3; // of the tallest piece's height; what is lower is a dot or a sign

/** Log-odds; the boxes are in heights of the tallest, `order` is 1 for one right after the other. */
export function kinshipOf(one, other, order) {
  const feet = Math.abs(one.y + one.height - (other.y + other.height));
  const apart = Math.abs(one.x + one.width / 2 - (other.x + other.width / 2));
  const right = Math.min(one.x + one.width, other.x + other.width);
  const overlap = right - Math.max(one.x, other.x);
  const [lower, taller] = one.height < other.height ? [one, other] : [other, one];
  // A point or a comma hangs below the middle of its neighbour, and beside it.
  const hangs = lower.y - taller.y > taller.height / 2;
  if (lower.height < SMALL && hangs && overlap <= 0) return -Infinity;
  return (
    BIAS +
    NEXT * order +
    APART * apart +
    FEET * feet +
    FEET_SOON * Math.min(feet, SOON) +
    NARROWER * Math.min(one.width, other.width) +
    LOWER * lower.height +
    OVERLAP * overlap
  );
}
