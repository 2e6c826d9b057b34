import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  besideNeighbours,
  numberOf,
  opinionsOf,
  readingOf,
  rounded,
} from "../../../static/js/inference/decision.js";

const golden = JSON.parse(readFileSync(new URL("../../golden/answers.json", import.meta.url)));

const THRESHOLDS = { sure: 0.9, not_a_digit: 0.5, alternative: 0.05 };

/** Eleven probabilities, 0 but for these. */
const row = (shares) => Float32Array.from({ length: 11 }, (_, index) => shares[index] ?? 0);
const read = (shares) => readingOf(row(shares), THRESHOLDS);

const GLYPH_BOX = { x: 0, y: 0, width: 28, height: 28 };

/** So many digits, and signs before those of these places, as make_answers.py has them. */
function marksOf(count, signs = []) {
  return Array.from({ length: count + 1 }, (_, at) => [
    ...signs
      .filter(([before]) => before === at)
      .map(([, text, probability]) => ({
        glyph: null,
        text,
        probability,
        box: { x: at * 30.125, y: 1.5, width: 9.25, height: 40 },
      })),
    ...(at < count ? [{ glyph: at, text: "", probability: 1, box: GLYPH_BOX }] : []),
  ]).flat();
}

/** An answer without its digits, and without those of its lines. */
function summaryOf({ digits, lines, ...summary }) {
  return { ...summary, lines: lines.map(({ digits, ...line }) => line) };
}

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

test("who sees another digit than both together makes it unsure, and is named", () => {
  const certain = row({ 4: 0.99 });
  assert.equal(readingOf(certain, THRESHOLDS, [4, 4]).verdict, "sure");
  const { digit, verdict, alternatives } = readingOf(certain, THRESHOLDS, [4, 9]);
  assert.deepEqual([digit, verdict], [4, "unsure"]);
  assert.deepEqual(alternatives, [{ digit: 9, probability: 0 }]);
});

test("opinions are the digits that each reader finds likeliest; that it is none is no digit", () => {
  const [four, nine] = [row({ 4: 2, 10: 5 }), row({ 9: 0.5, 4: 0.4 })];
  assert.deepEqual(opinionsOf({ pictureLogits: four, motionLogits: nine }), [4, 9]);
  const below = Float32Array.from(four, (value) => value - 9);
  assert.deepEqual(opinionsOf({ pictureLogits: below, motionLogits: nine }), [4, 9]);
});

test("without ink, and of a single reader, there are no opinions", () => {
  assert.deepEqual(opinionsOf({ pictureLogits: row({ 4: 2 }), motionLogits: row({}) }), []);
  assert.deepEqual(opinionsOf({ pictureLogits: null, motionLogits: null }), []);
});

test("a number is as certain as its least certain digit", () => {
  const [sure, unsure, nothing] = [{ 4: 0.97 }, { 2: 0.7 }, { 10: 0.8 }].map(read);
  const { digits, lines, ...number } = numberOf([sure, unsure], [marksOf(2)]);
  assert.deepEqual(digits, [sure, unsure]);
  assert.deepEqual(lines, [{ text: "42", number: "42", digits, signs: [], box: [0, 0, 28, 28] }]);
  assert.deepEqual(number, {
    digit: null,
    confidence: 0.7,
    probabilities: [],
    verdict: "unsure",
    alternatives: [],
    text: "42",
    number: "42",
    signs: [],
  });
  const doubtful = numberOf([sure, nothing, unsure], [marksOf(3)]);
  assert.deepEqual([doubtful.number, doubtful.verdict], ["4?2", "not_a_digit"]);
});

test("a number of one digit says what that digit says", () => {
  const four = read({ 4: 0.97 });
  const said = { text: "4", number: "4", digits: [four], signs: [] };
  const lines = [{ ...said, box: [0, 0, 28, 28] }];
  assert.deepEqual(numberOf([four], [marksOf(1)]), { ...four, ...said, lines });
});

test("each line has its own text and digits; together they are no number", () => {
  const [four, two, nine] = [{ 4: 0.97 }, { 2: 0.95 }, { 9: 0.92 }].map(read);
  const lower = [
    { glyph: 2, text: "", probability: 1, box: { x: 5, y: 60, width: 9, height: 30 } },
  ];
  const { text, number, lines, verdict } = numberOf([four, two, nine], [marksOf(2), lower]);
  assert.deepEqual([text, number, verdict], ["42\n9", null, "sure"]);
  assert.deepEqual(
    lines.map((line) => [line.text, line.number, line.digits, line.box]),
    [
      ["42", "42", [four, two], [0, 0, 28, 28]],
      ["9", "9", [nine], [5, 60, 9, 30]],
    ],
  );
});

test("where its digits stand is no part of what is said of the number", () => {
  const four = { ...read({ 4: 0.97 }), box: [10, 20, 30, 40] };
  const number = numberOf([four], [marksOf(1)]);
  assert.equal("box" in number, false);
  assert.deepEqual(number.digits, [four]);
});

test("halves go to the even side, as Python rounds", () => {
  assert.equal(rounded(1 / 128, 6), 0.007812);
  assert.equal(rounded(3 / 128, 6), 0.023438);
  assert.deepEqual(
    [0.125, 0.375, 8.615, 1.115, 0].map((value) => rounded(value, 2)),
    [0.12, 0.38, 8.62, 1.11, 0],
  );
});

test("there are many golden vectors", () => {
  assert.ok(golden.length >= 20);
});

for (const { name, rows, thresholds, opinions, signs, readings, number } of golden) {
  test(`golden: ${name}`, () => {
    const found = rows.map((values, at) =>
      readingOf(Float32Array.from(values), thresholds, opinions[at]),
    );
    assert.deepEqual(found, readings);
    const said = numberOf(found, [marksOf(found.length, signs)]);
    assert.deepEqual(summaryOf(said), number);
    assert.deepEqual(said.digits, readings);
  });
}

test("what was read beside the neighbours counts most", () => {
  const probabilities = new Float32Array(11).fill(0.02);
  probabilities[3] = 0.8;
  const own = { probabilities, pictureLogits: null, motionLogits: null, features: null };
  const seven = Array.from({ length: 11 }, (_, label) => (label === 7 ? 0.9 : 0.01));
  const [alone, both] = besideNeighbours([own, own], [{}, { beside: seven }]);
  assert.equal(alone, own);
  const weights = seven.map((share, label) => share * probabilities[label] ** 0.3);
  const total = weights.reduce((sum, weight) => sum + weight);
  both.probabilities.forEach((share, label) => {
    assert.ok(Math.abs(share - weights[label] / total) < 1e-6);
  });
  assert.equal(both.probabilities.indexOf(Math.max(...both.probabilities)), 7);
});
