/**
 * Probabilities in words of the API: recognizer/serving/decision.py, and what it says of whole
 * numbers.
 *
 * @import { Alternative, DigitOfNumber, Reading, Sign, Verdict } from "../api.js"
 * @import { Box, Glyph } from "../preprocessing/glyph.js"
 * @import { Mark } from "../segmentation/lattice.js"
 * @import { Recall } from "./memory.js"
 * @import { Outputs } from "./network.js"
 *
 * @typedef {Record<"sure" | "alternative" | "not_a_digit", number>} Thresholds probabilities from
 * which on a digit is sure, another one is worth naming, and it is none
 */

/**
 * @template Digit
 * @typedef {{ text: string, number: string | null, digits: Digit[], signs: Sign[],
 *   box: [number, number, number, number] }} LineOf
 */

import { SIZE } from "../preprocessing/glyph.js";
import { EMPTY } from "../segmentation/lattice.js";
import { SURE } from "../segmentation/signs.js";
import { SIMILAR } from "./memory.js";

const ALONE = 0.3; // how much the reading alone counts beside what was read with the neighbours
const LEAST = 1e-4; // a probability below this says no more than this
const DIGITS = 10; // what follows them is the probability that it is none
/** @type {Verdict[]} */
const SEVERITY = ["empty", "sure", "unsure", "not_a_digit"];
// What is a number, without signs but spaces and hyphens between its digits.
const PLAIN = /^[0-9?]+([ -]+[0-9?]+)*$/;

/**
 * A network's outputs for glyphs -> the same with what was read of some of them beside what they
 * touch.
 * @param {Outputs[]} outputs
 * @param {Pick<Glyph, "beside">[]} glyphs
 * @returns {Outputs[]}
 */
export function besideNeighbours(outputs, glyphs) {
  return outputs.map((each, at) => {
    const { beside } = glyphs[at];
    if (!beside) return each;
    const weights = beside.map(
      (share, label) =>
        Math.max(share, LEAST) * Math.max(each.probabilities[label], LEAST) ** ALONE,
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { ...each, probabilities: Float32Array.from(weights, (weight) => weight / total) };
  });
}

/**
 * A network's outputs for n glyphs, and what memory makes of each -> n readings. `thresholds` come
 * with the model.
 * @param {Outputs[]} outputs
 * @param {Thresholds} thresholds
 * @param {(Recall | null)[]} [recalls]
 * @returns {Reading[]}
 */
export function readingsOf(outputs, thresholds, recalls = []) {
  return outputs.map((each, at) => {
    const recall = recalls[at] ?? null;
    const opinions = opinionsOf(each);
    return recall
      ? remembered(recall, thresholds, opinions)
      : readingOf(each.probabilities, thresholds, opinions);
  });
}

/**
 * What is said after memory: what looks much like a remembered one needs no other opinion.
 * @type {(recall: Recall, thresholds: Thresholds, opinions: number[]) => Reading}
 */
function remembered({ probabilities, label, similarity }, thresholds, opinions) {
  const likeliest = probabilities.indexOf(Math.max(...probabilities));
  const speaks = similarity >= SIMILAR && label === likeliest;
  return readingOf(probabilities, thresholds, speaks ? [] : opinions);
}

/**
 * The digits that picture and motion look like, each taken alone; none where only one of them
 * was looked at.
 * @param {Pick<Outputs, "pictureLogits" | "motionLogits">} outputs
 * @returns {number[]}
 */
export function opinionsOf({ pictureLogits, motionLogits }) {
  if (!pictureLogits || !motionLogits?.some((value) => value !== 0)) return [];
  return [pictureLogits, motionLogits].map(likeliest);
}

/** @type {(logits: Float32Array) => number} */
function likeliest(logits) {
  const digits = logits.subarray(0, DIGITS);
  return digits.indexOf(Math.max(...digits));
}

/**
 * One glyph's eleven probabilities -> its reading. `thresholds` come with the model.
 *
 * `opinions` are the digits that single readers saw. Where one is not the likeliest digit the
 * reading is not sure, and names it however unlikely it is.
 *
 * @param {Float32Array | number[]} values
 * @param {Thresholds} thresholds
 * @param {number[]} [opinions]
 * @returns {Reading}
 */
export function readingOf(values, thresholds, opinions = []) {
  const shares = Array.from(values, (value) => rounded(value, 6));
  const probabilities = shares.slice(0, DIGITS);
  const ranked = probabilities
    .map((probability, digit) => ({ digit, probability }))
    .sort((one, other) => other.probability - one.probability);
  const [best, ...others] = ranked;
  /** @type {(alternative: Alternative) => boolean} */
  const worthNaming = ({ digit, probability }) =>
    probability >= thresholds.alternative || opinions.includes(digit);
  const reading = { digit: best.digit, confidence: best.probability, probabilities };
  const nothing = shares[DIGITS];
  if (nothing >= thresholds.not_a_digit) {
    const alternatives = ranked.filter(worthNaming);
    return { ...reading, digit: null, confidence: nothing, verdict: "not_a_digit", alternatives };
  }
  const areOne = opinions.every((digit) => digit === best.digit);
  if (best.probability >= thresholds.sure && areOne)
    return { ...reading, verdict: "sure", alternatives: [] };
  const alternatives = others.filter(worthNaming);
  const unsure = /** @type {Reading} */ ({ ...reading, verdict: "unsure", alternatives });
  const [picture, motion] = opinions;
  return motion === undefined || picture === motion
    ? unsure
    : { ...unsure, readers: { picture, motion } };
}

/**
 * A value of 0 or more as the API writes it: to the nearest, halves to the even one.
 * @param {number} value
 * @param {number} places
 */
export function rounded(value, places) {
  const steps = Math.round(Number(value.toFixed(places)) * 10 ** places); // halves went up
  const isHalf = (value * 2 ** (places + 1)) % 2 === 1; // exactly, as a double
  return (isHalf && steps % 2 === 1 ? steps - 1 : steps) / 10 ** places;
}

/**
 * What is said of a glyph that is a digit at all with no more than this probability.
 * @template {Reading} Digit
 * @param {Digit} reading
 * @param {number} probability
 * @returns {Digit}
 */
export function doubted(reading, probability) {
  const verdict = reading.verdict === "sure" ? "unsure" : reading.verdict;
  return { ...reading, verdict, confidence: rounded(reading.confidence * probability, 6) };
}

/**
 * A cell of a form in which nothing is written.
 * @param {Box} box
 * @returns {DigitOfNumber}
 */
export function emptyCellOf(box) {
  return {
    digit: null,
    confidence: 1,
    probabilities: new Array(DIGITS).fill(0),
    verdict: "empty",
    alternatives: [],
    seen: new Array(SIZE * SIZE).fill(0),
    box: sidesOf(box),
  };
}

/** Whether there is a place for a digit, be it an empty one. @type {(mark: Mark) => boolean} */
const isDigit = ({ glyph, text }) => glyph !== null || text === EMPTY;

/**
 * Numbers of these characters, line by line and left to right: as certain as the least certain
 * one. Where a single digit stands alone is said of it alone. `written` are those of the marks that
 * have a glyph.
 * @template {Reading} Digit
 * @param {Digit[]} written
 * @param {Mark[][]} lines
 * @returns {Reading & { text: string, number: string | null, digits: (Digit | DigitOfNumber)[],
 *   signs: Sign[], lines: LineOf<Digit | DigitOfNumber>[] }}
 */
export function numberOf(written, lines) {
  const left = written.values();
  const read = lines.map((marks) => lineOf(marks, left));
  const digits = read.flatMap((line) => line.digits);
  const between = lines.flat().filter((mark) => !isDigit(mark));
  const isAlone = digits.length === 1 && between.length === 0;
  /** @type {Reading & { box?: number[] }} */
  const { box, ...summary } = isAlone ? digits[0] : summaryOf(digits, between);
  return {
    ...summary,
    text: read.map(({ text }) => text).join("\n"),
    number: read.length === 1 ? read[0].number : null,
    digits,
    signs: read.flatMap(({ signs }) => signs),
    lines: read,
  };
}

/**
 * One line of numbers; of the digits that are written it takes as many as it has.
 * @template {Reading} Digit
 * @param {Mark[]} marks
 * @param {Iterator<Digit>} left
 * @returns {LineOf<Digit | DigitOfNumber>}
 */
function lineOf(marks, left) {
  const digits = marks
    .filter(isDigit)
    .map(({ glyph, box }) => (glyph === null ? emptyCellOf(box) : left.next().value));
  const names = digits.map(nameOf);
  const text = marks.map((mark) => (isDigit(mark) ? names.shift() : mark.text)).join("");
  return {
    text,
    number: PLAIN.test(text) ? text.replaceAll(/[ -]/g, "") : null,
    digits,
    signs: marks.filter((mark) => !isDigit(mark)).map(signOf),
    box: sidesOf(boxAround(marks.map(({ box }) => box))),
  };
}

/** A digit in a text. @type {(reading: Reading) => string} */
function nameOf({ digit, verdict }) {
  return verdict === "empty" ? EMPTY : String(digit ?? "?");
}

/** @type {(boxes: Box[]) => Box} */
function boxAround(boxes) {
  const [x, y] = [Math.min(...boxes.map((one) => one.x)), Math.min(...boxes.map((one) => one.y))];
  const right = Math.max(...boxes.map((one) => one.x + one.width));
  const foot = Math.max(...boxes.map((one) => one.y + one.height));
  return { x, y, width: right - x, height: foot - y };
}

/** @type {(mark: Mark) => Sign} */
function signOf({ text, probability, box }) {
  return { text, box: sidesOf(box), verdict: text && probability >= SURE ? "sure" : "unsure" };
}

/** A box as the API writes it. @type {(box: Box) => [number, number, number, number]} */
export function sidesOf({ x, y, width, height }) {
  return [rounded(x, 2), rounded(y, 2), rounded(width, 2), rounded(height, 2)];
}

/** @type {(digits: Reading[], signs: Mark[]) => Reading} */
function summaryOf(digits, signs) {
  const verdicts = [...digits, ...signs.map(signOf)].map(({ verdict }) => verdict);
  const severity = Math.max(...verdicts.map((verdict) => SEVERITY.indexOf(verdict)));
  return {
    digit: null,
    confidence: Math.min(
      ...digits.map(({ confidence }) => confidence),
      ...signs.map(({ probability }) => rounded(probability, 6)),
    ),
    probabilities: [],
    verdict: SEVERITY[severity],
    alternatives: [],
  };
}
