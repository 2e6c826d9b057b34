/** What a camera's frame shows: too little light, nothing, or a digit and where it is. */

import { found } from "../raster/raster.js";

const DARK = 60; // grey of the brightest twentieth, of 255
const BRIGHTEST = 0.95;

/**
 * `grey` is a square {width, height, data}. Returns { isDark, box, pixels }: box is
 * [x, y, width, height] in shares of the square, pixels the 784 that a network reads;
 * both null where there is nothing, or too little light to tell.
 */
export function sighting(grey) {
  const isDark = brightness(grey) < DARK;
  const seen = isDark ? null : found(grey);
  if (seen === null) return { isDark, box: null, pixels: null };
  const { x, y, width, height } = seen.box;
  const box = [x, y, width, height].map((value) => value / grey.width);
  return { isDark, box, pixels: seen.pixels };
}

/** The grey that all but the brightest pixels lie below. */
function brightness({ data }) {
  const histogram = new Uint32Array(256);
  for (const value of data) histogram[value]++;
  let below = 0;
  return histogram.findIndex((count) => (below += count) >= BRIGHTEST * data.length);
}
