/**
 * Fitted weights as they are stored: whole numbers of a byte, each column in steps of its own;
 * recognizer/segmentation/weights.py in JavaScript.
 *
 * @typedef {{ shape: number[], steps: number[], bytes: string }} Stored
 */

/**
 * What was stored, row by row.
 * @param {Stored} table
 * @returns {Float64Array}
 */
export function restored({ steps, bytes }) {
  const whole = Int8Array.from(atob(bytes), (character) => character.charCodeAt(0));
  return Float64Array.from(whole, (value, at) => value * steps[at % steps.length]);
}
