/**
 * The light on a sheet: which side of it the ink is on, and how far each pixel
 * stands out from its paper; recognizer/light.py in JavaScript, where the
 * reasons stand.
 */
import { distances } from "./distance.js";
import { closed, eroded, opened } from "./morphology.js";
import { mapped, rint, stretched } from "./picture.js";
import { surfaceOf } from "./surface.js";

const WIDEST = 0.4; // share of the picture's side that a stroke can be wide
const SHEET = 0.6;
const LIGHTER = 24.1;
const DARKEST = 32;

// What a grey lacks of its paper's: 255 for all, at (paper << 8) | grey.
const SHARES = Uint8Array.from({ length: 1 << 16 }, (_, pair) => {
  const [paper, grey] = [pair >> 8, pair & 255];
  return Math.min(rint((Math.max(paper - grey, 0) * 255) / Math.max(paper, DARKEST)), 255);
});

/** The surface of the paper of a thumbnail, and what stands out, closed and opened. */
export function lightOn(thumb) {
  const surface = surfaceOf(thumb);
  const relief = mapped(thumb, Float32Array, (at) => thumb.data[at] - surface.data[at]);
  const half = Math.max(1, rint((WIDEST / 2) * Math.sqrt(thumb.data.length)));
  return { surface, relief, filled: closed(relief, half), cut: opened(relief, half) };
}

/** That on the negative of the picture. */
export function inverted({ surface, relief, filled, cut }) {
  const negative = (picture) => mapped(picture, Float32Array, (at) => -picture.data[at]);
  return {
    surface: mapped(surface, Float32Array, (at) => 255 - surface.data[at]),
    relief: negative(relief),
    filled: negative(cut),
    cut: negative(filled),
  };
}

/** Whether the ink is light on dark; where both may be, the likelier first. */
export function polarities({ relief, filled, cut }) {
  let [darker, lighter] = [0, 0];
  relief.data.forEach((value, at) => {
    darker += Math.min(filled.data[at] - value, Math.max(-value, 0)) ** 3;
    lighter += Math.min(value - cut.data[at], Math.max(value, 0)) ** 3;
  });
  if (lighter <= darker) return [false];
  const size = relief.data.length;
  const lightPart = mapped(relief, Uint8Array, (at) => (relief.data[at] > LIGHTER ? 1 : 0));
  const deepest = distances(lightPart).data.reduce((most, away) => Math.max(most, away), 0);
  const wide = 2 * deepest > WIDEST * Math.sqrt(size);
  const sheet = wide || lightPart.data.reduce((sum, one) => sum + one, 0) > SHEET * size;
  return sheet ? [false, true] : [true];
}

/** How far dark ink stands out, 0 to 255, as a share of its paper's light. */
export function depthOf(grey, light) {
  const without = withoutStrokes(light);
  const small = mapped(light.surface, Uint8Array, (at) =>
    Math.min(Math.max(rint(light.surface.data[at] + without.data[at]), 0), 255),
  );
  const paper = stretched(small, grey.width, grey.height);
  const depth = new Uint8Array(grey.data.length);
  for (let at = 0; at < depth.length; at++) {
    depth[at] = SHARES[(paper.data[at] << 8) | grey.data[at]];
  }
  return { width: grey.width, height: grey.height, data: depth };
}

/** Closing by reconstruction: strokes vanish, wide shadows keep their outlines. */
function withoutStrokes({ relief, filled }) {
  const times = rint(WIDEST * Math.sqrt(filled.data.length));
  for (let time = 0; time < times; time++) {
    const smaller = eroded(filled, 1);
    for (let at = 0; at < relief.data.length; at++) {
      if (smaller.data[at] < relief.data[at]) smaller.data[at] = relief.data[at];
    }
    filled = smaller;
  }
  return filled;
}
