import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/js/api.js";
import { TooLarge } from "../../static/js/raster/raster.js";
import { complaint, fill, numberSentence, percent, sentence } from "../../static/js/words.js";

const TEXTS = {
  certain: "Certainly {digit} ({percent}).",
  sure: "Very likely {digit} ({percent}).",
  probably: "Probably {digit} ({percent}).",
  probablyOr: "Probably {digit} ({percent}), or {others}.",
  guess: "Perhaps {digit} ({percent}).",
  guessOr: "Perhaps {digit} ({percent}), or {others}.",
  notADigit: "No digit ({percent}).",
  numberSure: "Sure: {number}.",
  numberUnsure: "{number}? Not sure of {doubtful} ({percent}).",
  network: "Not reached.",
  server: "A problem.",
  throttled: "Wait {seconds} s.",
};

const said = (digit, confidence, verdict, ...others) =>
  sentence(
    { digit, confidence, verdict, alternatives: others.map((one) => ({ digit: one })) },
    TEXTS,
    "en",
  );

test("it works", () => {
  assert.equal(said(4, 0.93, "sure"), "Very likely 4 (93%).");
});

test("the words follow verdict and probability", () => {
  assert.equal(said(4, 0.995, "sure"), "Certainly 4 (99.5%).");
  assert.equal(said(0, 0.7, "unsure"), "Probably 0 (70%).");
  assert.equal(said(0, 0.7, "unsure", 6), "Probably 0 (70%), or 6.");
  assert.equal(said(4, 0.4, "unsure"), "Perhaps 4 (40%).");
  assert.equal(said(4, 0.4, "unsure", 9, 7), "Perhaps 4 (40%), or 9 or 7.");
  assert.equal(said(null, 0.8, "not_a_digit", 3), "No digit (80%).");
});

test("a number says which of its digits are doubtful", () => {
  const number = (verdict, ...digits) =>
    numberSentence({ number: "42", verdict, confidence: 0.4, digits }, TEXTS, "en");
  const sure = { digit: 4, verdict: "sure" };
  assert.equal(number("sure", sure, sure), "Sure: 42.");
  assert.equal(number("unsure", sure, { digit: 2, verdict: "unsure" }), "42? Not sure of 2 (40%).");
  assert.equal(
    number("not_a_digit", { digit: 4, verdict: "unsure" }, { digit: null, verdict: "not_a_digit" }),
    "42? Not sure of 4 and ? (40%).",
  );
});

test("nothing is ever called 100 %", () => {
  const written = [[0, "0%"], [0.5, "50%"], [0.984, "98%"], [0.985, "98.5%"], [0.9994, "99.9%"]];
  for (const [value, text] of [...written, [0.99996, "99.9%"], [1, "99.9%"]]) {
    assert.equal(percent(value, "en"), text);
    assert.ok(percent(value, "he").includes(text));
  }
});

test("percentages are written as the language does", () => {
  assert.equal(percent(0.5, "de").replace(/\s/, " "), "50 %");
});

test("an unknown name in a text stays as it is", () => {
  assert.equal(fill("{a} and {b}", { a: 0 }), "0 and {b}");
});

test("an error is told by the sentence of the API", () => {
  const error = new ApiError("bad_ink", { message: "Coordinates must be finite.", status: 400 });
  assert.equal(complaint(error, TEXTS), "Coordinates must be finite.");
});

test("what the API did not say is told by a sentence of the page", () => {
  assert.equal(complaint(new ApiError("network"), TEXTS), "Not reached.");
  assert.equal(complaint(new ApiError("server", { status: 502 }), TEXTS), "A problem.");
});

test("what this browser refuses is told by a sentence of the page, and by the API's where it did", () => {
  const tooManyDigits = "Too many.";
  assert.equal(complaint(new TooLarge("33"), { tooManyDigits }), tooManyDigits);
  const error = new ApiError("too_large", { message: "Over 8 MB.", status: 413 });
  assert.equal(complaint(error, { tooManyDigits }), "Over 8 MB.");
});

test("who is too fast is told how long to wait", () => {
  const error = new ApiError("throttled", { message: "Slow.", status: 429, retryAfter: 12 });
  assert.equal(complaint(error, TEXTS, 3), "Wait 3 s.");
  assert.equal(complaint(error, TEXTS), "Wait 12 s.");
  assert.equal(complaint(new ApiError("throttled", { status: 429 }), TEXTS), "Wait 5 s.");
});
