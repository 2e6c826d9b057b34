/**
 * Digits that touch: what a piece of ink says from left to right, read as a whole;
 * recognizer/segmentation/touching.py in JavaScript, where the reasons stand.
 *
 * @import { Picture } from "../preprocessing/picture.js"
 *
 * @typedef {{ answers: number[][], columns: number[], probability: number }} Said of each
 * character eleven probabilities, and the strip's column in which it is seen; the last one is that
 * of just this text
 * @typedef {{ height: number, width: number, channels: number, data: Float64Array }} Values
 * @typedef {{ shape: number[], kernel: Float64Array, bias: number[], padded: boolean,
 *   pooled: number[] }} Layer a convolution of `shape` rows, columns, channels and filters
 */

import { restored } from "./weights.js";

const NONE = 11; // the class of a step in which there is the middle of no character
const STEP = 2; // columns of the strip
export const LIKELY = 0.5;

/** @type {Layer[]} */
let network = [];

/**
 * Fetches the fitted network, which only pictures of numbers need. Rejects where it cannot be had.
 */
export async function loadTouching() {
  if (network.length > 0) return;
  const { layers } = await import("./touching-weights.js");
  network = layers.map(({ kernel, ...layer }) => ({
    ...layer,
    shape: kernel.shape,
    kernel: restored(kernel),
  }));
}

/**
 * What a strip says; nothing, with probability 0, before the network is there.
 * @param {Picture<Float64Array>} strip 32 rows of values in [0, 1]
 * @returns {Said}
 */
export function readStrip(strip) {
  if (network.length === 0) return { answers: [], columns: [], probability: 0 };
  return said(stepsOf(strip));
}

/**
 * For each step along a strip the probabilities of the twelve classes.
 * @param {Picture<Float64Array>} strip
 * @returns {number[][]}
 */
export function stepsOf({ width, height, data }) {
  const [last, ...others] = network.toReversed();
  /** @type {Values} */
  let values = { height, width, channels: 1, data };
  for (const layer of others.toReversed()) values = pooled(convolved(values, layer, true), layer);
  const { width: steps, channels, data: logits } = convolved(values, last, false);
  return Array.from({ length: steps }, (_, step) => {
    const row = [...logits.subarray(step * channels, (step + 1) * channels)];
    const highest = Math.max(...row);
    const weights = row.map((logit) => Math.exp(logit - highest));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
}

/**
 * Beyond the strip there is no ink; `cuts` says whether what is below 0 becomes 0.
 * @type {(values: Values, layer: Layer, cuts: boolean) => Values}
 */
function convolved({ height, width, channels, data }, { shape, kernel, bias, padded }, cuts) {
  const [rows, columns, , filters] = shape;
  const [above, beside] = [padded ? (rows - 1) >> 1 : 0, (columns - 1) >> 1];
  const tall = padded ? height : height - rows + 1;
  const made = new Float64Array(tall * width * filters);
  const sums = new Float64Array(filters);
  for (let y = 0; y < tall; y++) {
    for (let x = 0; x < width; x++) {
      sums.set(bias);
      for (let row = 0; row < rows; row++) {
        const fromY = y + row - above;
        if (fromY < 0 || fromY >= height) continue;
        for (let column = 0; column < columns; column++) {
          const fromX = x + column - beside;
          if (fromX < 0 || fromX >= width) continue;
          const from = (fromY * width + fromX) * channels;
          const weights = (row * columns + column) * channels * filters;
          for (let channel = 0; channel < channels; channel++) {
            const value = data[from + channel];
            if (value === 0) continue;
            const start = weights + channel * filters;
            for (let at = 0; at < filters; at++) sums[at] += value * kernel[start + at];
          }
        }
      }
      const to = (y * width + x) * filters;
      for (let at = 0; at < filters; at++) made[to + at] = cuts ? Math.max(sums[at], 0) : sums[at];
    }
  }
  return { height: tall, width, channels: filters, data: made };
}

/** The largest of each few rows and columns. @type {(values: Values, layer: Layer) => Values} */
function pooled(values, { pooled: [rows, columns] }) {
  if (rows === 1 && columns === 1) return values;
  const { channels, data } = values;
  const [height, width] = [Math.floor(values.height / rows), Math.floor(values.width / columns)];
  const made = new Float64Array(height * width * channels).fill(-Infinity);
  for (let y = 0; y < height * rows; y++) {
    for (let x = 0; x < width * columns; x++) {
      const from = (y * values.width + x) * channels;
      const to = (Math.floor(y / rows) * width + Math.floor(x / columns)) * channels;
      for (let at = 0; at < channels; at++)
        made[to + at] = Math.max(made[to + at], data[from + at]);
    }
  }
  return { height, width, channels, data: made };
}

/**
 * The likeliest class of each step, what follows itself taken once: what that spells.
 * @param {number[][]} steps
 * @returns {Said}
 */
export function said(steps) {
  const best = steps.map((row) => row.indexOf(Math.max(...row)));
  /** @type {number[]} */
  const text = [];
  /** @type {number[]} */
  const at = [];
  best.forEach((character, step) => {
    if (character === NONE) return;
    if (character !== best[step - 1]) {
      text.push(character);
      at.push(step);
    } else if (steps[step][character] > steps[at.at(-1) ?? 0][character]) {
      at[at.length - 1] = step;
    }
  });
  const answers = at.map((step) => {
    const row = steps[step].slice(0, NONE);
    const total = row.reduce((sum, share) => sum + share, 0);
    return row.map((share) => share / total);
  });
  const columns = at.map((step) => STEP * step + 1);
  return { answers, columns, probability: probabilityOf(steps, text) };
}

/**
 * The probability of a text: of all ways to spell it, added up step by step.
 * @type {(steps: number[][], text: number[]) => number}
 */
function probabilityOf(steps, text) {
  const states = [NONE, ...text.flatMap((character) => [character, NONE])];
  let ahead = states.map((_, at) => Number(at === 0));
  for (const row of steps) {
    ahead = states.map((state, at) => {
      const maySkip = state !== NONE && at > 1 && state !== states[at - 2];
      const before = (ahead[at - 1] ?? 0) + (maySkip ? ahead[at - 2] : 0);
      return (ahead[at] + before) * row[state];
    });
  }
  return ahead.slice(-2).reduce((sum, share) => sum + share, 0);
}
