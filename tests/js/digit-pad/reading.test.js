import assert from "node:assert/strict";
import { test } from "node:test";

import { fieldOf, PadReading } from "../../../static/js/digit-pad/reading.js";

const SHOWN = [100, 100];
const READING = {
  digit: 4,
  verdict: "sure",
  confidence: 0.99,
  probabilities: [],
  alternatives: [],
};
const BOX = [0, 0, 10, 10];

/** A PadReading whose answers the test gives by hand, on a clock that the test turns. */
function setUp(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const [asked, told] = [[], []];
  const reading = new PadReading({
    delay: 100,
    ask: (drawing) => new Promise((answer, refuse) => asked.push({ drawing, answer, refuse })),
    view: { redraw() {}, follow() {}, settle() {} },
    outcome: {
      changed: () => told.push("changed"),
      read: (prediction) => told.push(prediction),
      failed: ({ code }) => told.push(code),
    },
  });
  const stroke = () => {
    reading.input.begin([10, 10, 0], SHOWN);
    reading.input.extend([[90, 90, 50]], SHOWN);
    reading.input.end();
  };
  const after = async (milliseconds) => {
    t.mock.timers.tick(milliseconds);
    for (let turn = 0; turn < 5; turn++) await null; // promises have their say
  };
  return { reading, asked, told, stroke, after };
}

test("it works", async (t) => {
  const { reading, asked, told, stroke, after } = setUp(t);
  stroke();
  await after(100);
  assert.equal(asked.length, 1);
  assert.deepEqual(asked[0].drawing.canvas, [1000, 1000]);
  assert.equal("number" in asked[0].drawing, false);
  asked[0].answer("a prediction");
  await after(0);
  assert.equal(told.at(-1), "a prediction");
  assert.ok(reading.isInked && reading.canUndo);
});

test("a stroke that follows is read with the one before, and only once", async (t) => {
  const { reading, asked, stroke, after } = setUp(t);
  reading.isNumber = true;
  stroke();
  await after(50);
  stroke();
  await after(100);
  assert.equal(asked.length, 1);
  assert.equal(asked[0].drawing.strokes.length, 2);
  assert.equal(asked[0].drawing.number, true);
});

test("an answer to ink that is gone is not told", async (t) => {
  const { reading, asked, told, stroke, after } = setUp(t);
  stroke();
  await after(100);
  reading.restart();
  asked[0].answer("a prediction");
  await after(0);
  assert.equal(told.includes("a prediction"), false);
  assert.equal(reading.isInked, false);
});

test("what is drawn after somebody has said what it is, is another drawing", async (t) => {
  const { reading, asked, stroke, after } = setUp(t);
  stroke();
  reading.finish();
  stroke();
  await after(100);
  assert.equal(asked.length, 1);
  assert.equal(asked[0].drawing.strokes.length, 1);
});

test("what cannot be read is told; nothing is asked about an empty sheet", async (t) => {
  const { reading, asked, told, stroke, after } = setUp(t);
  stroke();
  await after(100);
  asked[0].refuse(Object.assign(new Error(), { code: "network" }));
  await after(0);
  assert.equal(told.at(-1), "network");
  reading.input.undo();
  await after(1000);
  assert.equal(asked.length, 1);
  assert.equal(told.at(-1), "changed");
});

test("the value is the digit, or why there is none", () => {
  const alternatives = [{ digit: 9, probability: 0.3 }];
  assert.deepEqual(fieldOf({ ...READING, alternatives }), { value: "4", fault: "", others: ["9"] });
  const none = { ...READING, digit: null, alternatives, verdict: "not_a_digit" };
  assert.deepEqual(fieldOf(none), { value: "", fault: "notADigit", others: ["9"] });
});

test("the value of a number is all of its digits, or why there is none", () => {
  const digits = [4, 2].map((digit) => ({ ...READING, digit, box: BOX }));
  const whole = { ...READING, digit: null, text: "42", number: "42", digits, signs: [] };
  assert.deepEqual(fieldOf(whole), { value: "42", fault: "", others: [] });
  assert.equal(fieldOf({ ...whole, number: "4?" }).fault, "notANumber");
  assert.equal(fieldOf({ ...whole, number: null, text: "4/2" }).fault, "notANumber");
  const minus = { text: "-", box: BOX, verdict: "sure" };
  const negative = { ...whole, digits: digits.slice(0, 1), signs: [minus], number: null };
  assert.equal(fieldOf(negative).fault, "notANumber");
  const alone = { ...READING, text: "4", number: "4", digits: digits.slice(0, 1), signs: [] };
  assert.deepEqual(fieldOf(alone), { value: "4", fault: "", others: [] });
});
