/**
 * The largest and the smallest value around each pixel; what lies outside does not count.
 *
 * @import { Picture, Pixels } from "./picture.js"
 */

/**
 * The largest within a rectangle that reaches so many pixels to each side.
 * @template {Pixels} Data
 * @param {Picture<Data>} picture
 * @param {number} reachX
 * @param {number} [reachY]
 * @returns {Picture<Data>}
 */
export function dilated(picture, reachX, reachY = reachX) {
  return extreme(picture, reachX, reachY, 1);
}

/**
 * The smallest within it.
 * @template {Pixels} Data
 * @param {Picture<Data>} picture
 * @param {number} reachX
 * @param {number} [reachY]
 * @returns {Picture<Data>}
 */
export function eroded(picture, reachX, reachY = reachX) {
  return extreme(picture, reachX, reachY, -1);
}

/**
 * Dark strokes narrower than the square are gone; cv2.MORPH_CLOSE.
 * @type {<Data extends Pixels>(picture: Picture<Data>, reach: number) => Picture<Data>}
 */
export function closed(picture, reach) {
  return eroded(dilated(picture, reach), reach);
}

/**
 * Light ones are gone; cv2.MORPH_OPEN.
 * @type {<Data extends Pixels>(picture: Picture<Data>, reach: number) => Picture<Data>}
 */
export function opened(picture, reach) {
  return dilated(eroded(picture, reach), reach);
}

/**
 * `sign` is 1 for the largest, -1 for the smallest.
 * @template {Pixels} Data
 * @param {Picture<Data>} picture
 * @param {number} reachX
 * @param {number} reachY
 * @param {1 | -1} sign
 * @returns {Picture<Data>}
 */
function extreme({ width, height, data }, reachX, reachY, sign) {
  let found = data;
  for (const step of stepsTo(reachX)) {
    const across = /** @type {Data} */ (found.slice());
    for (let start = 0; start < data.length; start += width) {
      meet(across, found, start, start + width - step, step, sign);
    }
    found = across;
  }
  for (const step of stepsTo(reachY)) {
    const down = /** @type {Data} */ (found.slice());
    meet(down, found, 0, data.length - step * width, step * width, sign);
    found = down;
  }
  return { width, height, data: found };
}

/**
 * What has been found within a reach is passed on one farther: so the reach doubles.
 * @type {(reach: number) => number[]}
 */
function stepsTo(reach) {
  const steps = [];
  for (let far = 0; far < reach; far += steps[steps.length - 1]) {
    steps.push(Math.min(far + 1, reach - far));
  }
  return steps;
}

/**
 * Of two values that lie `apart`, each place takes the other's where it is more extreme.
 * @param {Pixels} to
 * @param {Pixels} from
 * @param {number} start
 * @param {number} end
 * @param {number} apart
 * @param {1 | -1} sign
 */
function meet(to, from, start, end, apart, sign) {
  for (let at = start; at < end; at++) {
    const one = sign * from[at];
    const other = sign * from[at + apart];
    if (other > sign * to[at]) to[at] = from[at + apart];
    if (one > sign * to[at + apart]) to[at + apart] = from[at];
  }
}
