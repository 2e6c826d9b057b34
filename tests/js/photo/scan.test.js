import assert from "node:assert/strict";
import { test } from "node:test";

import { Scan } from "../../../static/js/photo/scan.js";

const BOX = [0.4, 0.3, 0.2, 0.4];
const MOVED = [0.1, 0.3, 0.2, 0.4];
const FOUR = { digit: 4, verdict: "sure" };
const seen = (box) => ({ isDark: false, box, pixels: null });
const DARK = { isDark: true, box: null, pixels: null };
const settle = () => new Promise((resolve) => setTimeout(resolve));

/** A Scan whose clock and answers are in the test's hands. */
function setUp() {
  const told = [];
  const questions = [];
  const clock = { now: 0 };
  const scan = new Scan({
    ask: (detection, picture, signal) =>
      new Promise((answer, refuse) =>
        questions.push({ detection, picture, signal, answer, refuse }),
      ),
    view: {
      dark: () => told.push("dark"),
      nothing: () => told.push("nothing"),
      found: ({ box }, answer) => told.push(["found", box, answer]),
    },
    now: () => clock.now,
  });
  return { scan, told, questions, clock };
}

test("it works", async () => {
  const { scan, told, questions } = setUp();
  scan.observe(seen(BOX), "frame");
  assert.deepEqual(told, [["found", BOX, null]]);
  assert.equal(questions[0].picture, "frame");
  questions[0].answer(FOUR);
  await settle();
  scan.observe(seen(BOX), "next");
  assert.deepEqual(told.at(-1), ["found", BOX, FOUR]);
});

test("it asks now and then, and one question at a time", async () => {
  const { scan, questions, clock } = setUp();
  scan.observe(seen(BOX));
  clock.now = 1000;
  scan.observe(seen(BOX));
  assert.equal(questions.length, 1);
  questions[0].answer(FOUR);
  await settle();
  clock.now = 1000;
  scan.observe(seen(BOX));
  assert.equal(questions.length, 2);
  questions[1].answer(FOUR);
  await settle();
  clock.now = 1200;
  scan.observe(seen(BOX));
  assert.equal(questions.length, 2);
});

test("an answer goes with the ink it was given to", async () => {
  const { scan, told, questions } = setUp();
  scan.observe(seen(BOX));
  questions[0].answer(FOUR);
  await settle();
  scan.observe(seen(MOVED));
  assert.deepEqual(told.at(-1), ["found", MOVED, null]);
});

test("a frame without a digit is no loss, several are", async () => {
  const { scan, told, questions } = setUp();
  scan.observe(seen(BOX));
  scan.observe(seen(null));
  scan.observe(seen(null));
  assert.equal(told.includes("nothing"), false);
  scan.observe(seen(null));
  assert.equal(told.at(-1), "nothing");
  assert.equal(questions[0].signal.aborted, true);
});

test("in the dark an answer that comes late is not shown", async () => {
  const { scan, told, questions, clock } = setUp();
  scan.observe(seen(BOX));
  scan.observe(DARK);
  questions[0].answer(FOUR);
  await settle();
  clock.now = 1000;
  scan.observe(seen(BOX));
  assert.deepEqual(told.slice(1), ["dark", ["found", BOX, null]]);
});

test("what failed is asked again", async () => {
  const { scan, questions, clock } = setUp();
  scan.observe(seen(BOX));
  questions[0].refuse(new Error("away"));
  await settle();
  clock.now = 1000;
  scan.observe(seen(BOX));
  assert.equal(questions.length, 2);
});
