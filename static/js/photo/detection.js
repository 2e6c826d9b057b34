/**
 * What a camera's frame shows: too little light, nothing, or a digit and where it is.
 *
 * @import { Grey } from "../preprocessing/picture.js"
 *
 * @typedef {{ isDark: boolean, box: number[], pixels: Uint8ClampedArray }} Sighting its box is
 * [x, y, width, height] in shares of the square, its pixels are the 784 that a network reads
 * @typedef {Sighting | { isDark: boolean, box: null, pixels: null }} Detection
 */

import { normalise } from "../preprocessing/raster.js";

const DARK = 60; // grey of the brightest twentieth, of 255
const BRIGHTEST = 0.95;

/**
 * What is in the frame: no box where there is nothing, or too little light to tell.
 * @param {Grey} grey a square
 * @returns {Detection}
 */
export function detect(grey) {
  const isDark = brightness(grey) < DARK;
  const seen = isDark ? null : normalise(grey);
  if (seen === null) return { isDark, box: null, pixels: null };
  const { x, y, width, height } = seen.box;
  const box = [x, y, width, height].map((value) => value / grey.width);
  return { isDark, box, pixels: seen.pixels };
}

/**
 * The grey that all but the brightest pixels lie below.
 * @type {(grey: Grey) => number}
 */
function brightness({ data }) {
  const histogram = new Uint32Array(256);
  for (const value of data) histogram[value]++;
  let below = 0;
  return histogram.findIndex((count) => {
    below += count;
    return below >= BRIGHTEST * data.length;
  });
}
