import assert from "node:assert/strict";
import { test } from "node:test";

import { numberOf, readingOf } from "../../static/js/reading/verdict.js";

const THRESHOLDS = { sure: 0.9, not_a_digit: 0.5, alternative: 0.05 };

/** Eleven probabilities, 0 but for these. */
const row = (shares) => Float32Array.from({ length: 11 }, (_, index) => shares[index] ?? 0);
const read = (shares) => readingOf(row(shares), THRESHOLDS);

test("it works", () => {
  const { probabilities, ...reading } = read({ 4: 0.9512345678, 9: 0.04 });
  assert.deepEqual(reading, { digit: 4, confidence: 0.951235, verdict: "sure", alternatives: [] });
  assert.deepEqual(probabilities, [0, 0, 0, 0, 0.951235, 0, 0, 0, 0, 0.04]);
});

test("who is unsure names the others worth naming, the likeliest first", () => {
  const { digit, verdict, alternatives } = read({ 1: 0.05, 4: 0.6, 7: 0.25, 8: 0.04 });
  assert.deepEqual([digit, verdict], [4, "unsure"]);
  assert.deepEqual(alternatives, [
    { digit: 7, probability: 0.25 },
    { digit: 1, probability: 0.05 },
  ]);
});

test("what is no digit names the digits it could be at most", () => {
  const { digit, confidence, verdict, alternatives } = read({ 3: 0.2, 10: 0.75 });
  assert.deepEqual([digit, confidence, verdict], [null, 0.75, "not_a_digit"]);
  assert.deepEqual(alternatives, [{ digit: 3, probability: 0.2 }]);
});

test("the thresholds themselves count as reached", () => {
  assert.equal(read({ 4: 0.9 }).verdict, "sure");
  assert.equal(read({ 10: 0.5, 4: 0.5 }).verdict, "not_a_digit");
});

test("a number is as certain as its least certain digit", () => {
  const [sure, unsure, nothing] = [{ 4: 0.97 }, { 2: 0.7 }, { 10: 0.8 }].map(read);
  const { digits, ...number } = numberOf([sure, unsure]);
  assert.deepEqual(digits, [sure, unsure]);
  assert.deepEqual(number, {
    digit: null, confidence: 0.7, probabilities: [], verdict: "unsure", alternatives: [],
    number: "42",
  });
  const doubtful = numberOf([sure, nothing, unsure]);
  assert.deepEqual([doubtful.number, doubtful.verdict], ["4?2", "not_a_digit"]);
});

test("a number of one digit says what that digit says", () => {
  const four = read({ 4: 0.97 });
  assert.deepEqual(numberOf([four]), { ...four, number: "4", digits: [four] });
});
