/**
 * A picture as a sheet with ink on it, whatever the light, the paper and the
 * size; recognizer/sheet.py in JavaScript, where the reasons stand.
 */
import { cleared } from "./debris.js";
import { depthOf, inverted, lightOn, polarities } from "./light.js";
import { levelsOf } from "./levels.js";
import { boundingBox, cut, halved, rint, translated } from "./picture.js";

const SIDE = 480;
const THUMB = 64;
const NARROWEST = 3;
const SLIMMEST = 1 / 64;
const SMALL = 0.5;
const MARGIN = 0.4;

/**
 * The ink of a grey picture, or of that part of it which holds all the ink:
 * {depth, mask, level, scale, corner}, or null where there is none.
 *
 * A point of depth or mask lies at corner + point / scale in the picture.
 */
export function look(grey) {
  const whole = lookAt(grey);
  if (whole === null || whole.scale === 1) return whole;
  const part = partWithInk(whole, grey);
  if (part.width * part.height >= SMALL * grey.data.length) return whole;
  // What the halving has blurred is read from closer by.
  const closer = lookAt(cut(grey, part.x, part.y, part.width, part.height));
  return closer === null ? whole : { ...closer, corner: [part.x, part.y] };
}

/** {x, y, width, height} of a mask's ink, in the picture's own pixels. */
export function boxOf({ scale, corner }, mask) {
  const { x, y, width, height } = boundingBox(mask);
  return {
    x: corner[0] + x / scale,
    y: corner[1] + y / scale,
    width: width / scale,
    height: height / scale,
  };
}

function partWithInk(sheet, grey) {
  const { x, y, width, height } = boxOf(sheet, sheet.mask);
  const margin = MARGIN * Math.max(width, height);
  const left = Math.max(0, rint(x - margin));
  const top = Math.max(0, rint(y - margin));
  const right = Math.min(grey.width, rint(x + width + margin));
  const bottom = Math.min(grey.height, rint(y + height + margin));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function lookAt(grey) {
  const [shorter, longer] = [grey.width, grey.height].sort((a, b) => a - b);
  if (shorter < Math.max(NARROWEST, SLIMMEST * longer)) return null;
  const [small, scale] = reduced(grey, SIDE);
  const light = lightOn(reduced(small, THUMB)[0]);
  for (const lightInk of polarities(light)) {
    const sheet = lightInk
      ? inked(translated(small, (value) => 255 - value), inverted(light), scale)
      : inked(small, light, scale);
    if (sheet !== null) return sheet;
  }
  return null;
}

/** The picture, halved until it has at most side * side pixels, and its scale. */
function reduced(grey, side) {
  let scale = 1;
  while (grey.data.length > side * side) {
    grey = halved(grey);
    scale /= 2;
  }
  return [grey, scale];
}

/** Dark ink on paper -> its sheet, with the darkest ink at 255. */
function inked(grey, light, scale) {
  const faint = depthOf(grey, light);
  const found = levelsOf(faint);
  if (found === null) return null;
  const [level, darkest] = found;
  const mask = cleared(translated(faint, (depth) => (depth > level ? 1 : 0)));
  if (mask === null) return null;
  const depth = translated(faint, (value) => Math.min(rint(value * (255 / darkest)), 255));
  return { depth, mask, level: (level * 255) / darkest, scale, corner: [0, 0] };
}
