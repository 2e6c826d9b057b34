import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { ApiError } from "../../static/js/api.js";
import { TooLarge } from "../../static/js/segmentation/components.js";
import {
  because,
  complaint,
  fill,
  headline,
  numberHeadline,
  percent,
} from "../../static/js/text.js";
import { likeness, opinion } from "../../static/js/ui/answer/likeness.js";

const TEXTS = {
  sure: "A {digit}.",
  probably: "Perhaps a {digit}.",
  guess: "Hard to read.",
  either: "{digit} or {others}?",
  notADigit: "No digit.",
  leaning: "leaning to {digit}, {percent}",
  perhaps: "perhaps {digit}, {percent}",
  tapRight: "Tap the right one.",
  disagree: "Seen as {picture}, written as {motion}.",
  noneOfTen: "None of the ten.",
  numberSure: "{number}.",
  numberUnsure: "{number}?",
  doubtful: "not sure of {doubtful}",
  network: "Not reached.",
  server: "A problem.",
  throttled: "Wait {seconds} s.",
  likeNow: "like the {digit} just now",
  likeToday: "like the {digit} of today",
  likeYesterday: "like the {digit} of yesterday",
  likeDay: "like the {digit} on {day}",
  likeNoDigit: "like no digit",
  opinion: "{digit} ({percent})",
  opinionNone: "no digit ({percent})",
};

const said = (digit, confidence, verdict, ...others) =>
  headline(
    { digit, confidence, verdict, alternatives: others.map((one) => ({ digit: one })) },
    TEXTS,
    "en",
  ).join(" ");

test("it works", () => {
  assert.equal(said(4, 0.93, "sure"), "A 4. 93%");
});

test("the words follow verdict and probability", () => {
  assert.equal(said(4, 0.995, "sure"), "A 4. 99.5%");
  assert.equal(said(0, 0.7, "unsure"), "Perhaps a 0. 70%");
  assert.equal(said(0, 0.7, "unsure", 6), "0 or 6? leaning to 0, 70%");
  assert.equal(said(4, 0.4, "unsure"), "Hard to read. perhaps 4, 40%");
  assert.equal(said(4, 0.4, "unsure", 9, 7), "4 or 9 or 7? leaning to 4, 40%");
  assert.equal(said(null, 0.8, "not_a_digit", 3), "No digit. 80%");
});

test("only what is not sure has more to be said", () => {
  assert.equal(because({ verdict: "sure" }, TEXTS), "");
  assert.equal(because({ verdict: "unsure" }, TEXTS), TEXTS.tapRight);
  const readers = { picture: 9, motion: 4 };
  assert.equal(because({ verdict: "unsure", readers }, TEXTS), "Seen as 9, written as 4.");
  assert.equal(because({ verdict: "not_a_digit" }, TEXTS), TEXTS.noneOfTen);
});

test("a number says which of its digits are doubtful", () => {
  const lineOf = (...read) => ({
    digits: read.map((one, at) => ({ ...one, box: [20 * at, 0, 10, 20] })),
    signs: [],
  });
  const said = (text, verdict, ...lines) => {
    const digits = lines.flatMap((line) => line.digits);
    const answer = { text, verdict, confidence: 0.4, digits, signs: [], lines };
    return numberHeadline(answer, TEXTS, "en").join(" ");
  };
  const number = (verdict, ...read) => said("42", verdict, lineOf(...read));
  const sure = { digit: 4, verdict: "sure" };
  assert.equal(number("sure", sure, sure), "42. 40%");
  assert.equal(number("unsure", sure, { digit: 2, verdict: "unsure" }), "42? not sure of 2");
  assert.equal(
    number("not_a_digit", { digit: 4, verdict: "unsure" }, { digit: null, verdict: "not_a_digit" }),
    "42? not sure of 4 and ?",
  );
  const [four, two] = [4, 2].map((digit) => ({ digit, verdict: "unsure" }));
  const onTwoLines = said(
    "74\n2",
    "unsure",
    lineOf({ digit: 7, verdict: "sure" }, four),
    lineOf(two),
  );
  assert.equal(onTwoLines, "74, 2? not sure of 4 and 2");
});

test("nothing is ever called 100 %", () => {
  const written = [
    [0, "0%"],
    [0.5, "50%"],
    [0.984, "98%"],
    [0.985, "98.5%"],
    [0.9901, "99.0%"],
    [0.9994, "99.9%"],
  ];
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
  const tomorrow = new ApiError("address_full", { message: "Tomorrow.", status: 429 });
  assert.equal(complaint(tomorrow, TEXTS), "Tomorrow.");
});

test("what only a script says is told by a sentence of the page", () => {
  const texts = { ...TEXTS, broken: "Something broke.", proxyTooLarge: "Too large for the way." };
  assert.equal(complaint(new TypeError("x is not a function"), texts), "Something broke.");
  assert.equal(complaint(new ApiError("proxy_too_large"), texts), "Too large for the way.");
});

// What `textsOf` finds is cast to Texts: no checker compares that with the template.
test("the page has the texts of TextName, and no others", () => {
  const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf-8");
  const [, type] = read("static/js/text.js").match(/@typedef \{([^{}]+)\} TextName/);
  const names = [...type.matchAll(/"(\w+)"/g)].map(([, name]) => name);
  const page = read("templates/recognizer/draw/texts.html");
  const texts = [...page.matchAll(/data-text="(\w+)"/g)].map(([, name]) => name);
  assert.deepEqual(names.sort(), texts.sort());
});

const NOW = new Date(2026, 2, 5, 0, 30); // half an hour into a Thursday

/** [when it was drawn, how that is said] */
const DRAWN = [
  [new Date(2026, 2, 5, 0, 29), "like the 4 just now"],
  [new Date(2026, 2, 4, 23, 59), "like the 4 of yesterday"],
  [new Date(2026, 2, 5, 0, 1), "like the 4 of today"],
  [new Date(2026, 2, 5, 0, 40), "like the 4 just now"], // by a clock that goes fast
  [new Date(2026, 2, 4, 0, 0), "like the 4 of yesterday"],
  [new Date(2026, 2, 3, 12), "like the 4 on Tuesday"],
  [new Date(2026, 1, 27, 12), "like the 4 on Friday"],
  [new Date(2026, 1, 26, 12), "like the 4 on February 26"],
  [new Date(2025, 11, 31, 12), "like the 4 on December 31, 2025"],
];

test("a remembered drawing is named by when it was drawn", () => {
  for (const [drawn, said] of DRAWN) {
    const memory = { label: "4", drawn_at: drawn.toISOString() };
    assert.equal(likeness(memory, TEXTS, "en", NOW), said);
  }
  const none = { label: "not_a_digit", drawn_at: DRAWN[0][0].toISOString() };
  assert.equal(likeness(none, TEXTS, "en", NOW), "like no digit");
});

test("an opinion is a digit or none, and how likely it is", () => {
  assert.equal(opinion({ digit: 9, confidence: 0.62 }, TEXTS, "en"), "9 (62%)");
  assert.equal(opinion({ digit: null, confidence: 0.62 }, TEXTS, "en"), "no digit (62%)");
});
