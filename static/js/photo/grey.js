/**
 * Colours to greys, as recognizer/preprocessing/decoding.py makes them.
 *
 * @import { Grey } from "../preprocessing/picture.js"
 */

const FLAT = 24; // grey levels: brightness that differs by less tells nothing
const FEW = 0.002; // share of the pixels at either end that do not count
const WHITE = 240; // what is nowhere darker cannot be seen on white paper

/**
 * A canvas's RGBA -> {width, height, data}: 0 black to 255 white, in Pillow's own steps. Where
 * brightness tells nothing apart, one of the opponent colours does.
 * @param {ImageData} pixels
 */
export function greyOf(pixels) {
  const grey = levelsOf(pixels, brightness);
  if (!isFlat(grey.data)) return grey;
  const colours = [redAgainstGreen, blueAgainstYellow].map((level) => levelsOf(pixels, level));
  return colours.find(({ data }) => !isFlat(data)) ?? grey;
}

/** @typedef {(red: number, green: number, blue: number) => number} Level */

/** @type {Level} */
const brightness = (red, green, blue) => (red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16;

/** @type {Level} */
const redAgainstGreen = (red, green) => 128 + ((red - green) >> 1);

/** @type {Level} */
const blueAgainstYellow = (red, green, blue) => 128 + ((2 * blue - red - green) >> 2);

/** @type {(pixels: ImageData, level: Level) => Grey} */
function levelsOf({ width, height, data }, level) {
  const grey = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < grey.length; at++, from += 4) {
    grey[at] = level(data[from], data[from + 1], data[from + 2]);
  }
  return { width, height, data: grey };
}

/**
 * Whether grey levels, the lightest and darkest few aside, are nearly all the same.
 * @type {(grey: Uint8Array) => boolean}
 */
function isFlat(grey) {
  const histogram = new Array(256).fill(0);
  for (const level of grey) histogram[level]++;
  const [low, high] = [FEW * grey.length, (1 - FEW) * grey.length].map((goal) => {
    let reach = 0;
    return histogram.findIndex((count) => {
      reach += count;
      return reach >= goal;
    });
  });
  return high - low < FLAT;
}

/**
 * The paper for a picture that is transparent in parts: black only where all ink is white.
 * @param {ImageData} pixels
 */
export function paperFor({ data }) {
  for (let from = 0; from < data.length; from += 4) {
    const alpha = data[from + 3] / 255;
    const grey = 0.299 * data[from] + 0.587 * data[from + 1] + 0.114 * data[from + 2];
    if (grey * alpha + 255 * (1 - alpha) < WHITE) return "#fff";
  }
  return data.some((value, at) => at % 4 === 3 && value < 255) ? "#000" : "#fff";
}
