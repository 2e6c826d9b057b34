/** The largest and the smallest value around each pixel; what lies outside does not count. */

/** The largest within a rectangle that reaches so many pixels to each side. */
export function dilated(picture, reachX, reachY = reachX) {
  return extreme(picture, reachX, reachY, 1);
}

/** The smallest within it. */
export function eroded(picture, reachX, reachY = reachX) {
  return extreme(picture, reachX, reachY, -1);
}

/** Dark strokes narrower than the square are gone; cv2.MORPH_CLOSE. */
export function closed(picture, reach) {
  return eroded(dilated(picture, reach), reach);
}

/** Light ones are gone; cv2.MORPH_OPEN. */
export function opened(picture, reach) {
  return dilated(eroded(picture, reach), reach);
}

/** `sign` is 1 for the largest, -1 for the smallest. */
function extreme({ width, height, data }, reachX, reachY, sign) {
  let found = data;
  for (const step of stepsTo(reachX)) {
    const across = found.slice();
    for (let start = 0; start < data.length; start += width) {
      meet(across, found, start, start + width - step, step, sign);
    }
    found = across;
  }
  for (const step of stepsTo(reachY)) {
    const down = found.slice();
    meet(down, found, 0, data.length - step * width, step * width, sign);
    found = down;
  }
  return { width, height, data: found };
}

/** What has been found within a reach is passed on one farther: so the reach doubles. */
function stepsTo(reach) {
  const steps = [];
  for (let left = reach, far = 0; left > 0; left -= steps.at(-1)) {
    steps.push(Math.min(far + 1, left));
    far += steps.at(-1);
  }
  return steps;
}

/** Of two values that lie `apart`, each place takes the other's where it is more extreme. */
function meet(to, from, start, end, apart, sign) {
  for (let at = start; at < end; at++) {
    const one = sign * from[at];
    const other = sign * from[at + apart];
    if (other > sign * to[at]) to[at] = from[at + apart];
    if (one > sign * to[at + apart]) to[at + apart] = from[at];
  }
}
