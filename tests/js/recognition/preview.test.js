import assert from "node:assert/strict";
import { test } from "node:test";

import { normalise } from "../../../static/js/preprocessing/ink.js";
import { Preview } from "../../../static/js/recognition/preview.js";

const LINE = {
  strokes: [
    [
      [10, 10],
      [10, 90],
    ],
  ],
  canvas: [100, 100],
};
const turn = () => new Promise((done) => setTimeout(done));

/** A Preview whose answers and frames the test gives by hand. */
function setUp() {
  const told = [];
  const asked = [];
  const frames = [];
  const view = {
    see: (seen, strokes) => told.push(["see", seen && Math.max(...seen), strokes]),
    preview: (answer) => told.push(["preview", answer]),
  };
  const predict = (drawing) =>
    new Promise((answer, refuse) => asked.push({ drawing, answer, refuse }));
  const preview = new Preview({ view, predict, requestFrame: (draw) => frames.push(draw) });
  return { preview, told, asked, frames };
}

test("it works", async () => {
  const { preview, told, asked } = setUp();
  assert.deepEqual(preview.see(LINE), normalise(LINE.strokes, LINE.canvas));
  preview.predict("ink");
  asked[0].answer("It is 1.");
  await turn();
  assert.deepEqual(told, [
    ["see", 255, LINE.strokes],
    ["preview", "It is 1."],
  ]);
});

test("it looks at the newest, and every other frame", () => {
  const { preview, frames } = setUp();
  const looked = [];
  preview.soon(() => looked.push("first"));
  preview.soon(() => looked.push("second"));
  assert.equal(frames.length, 1);
  frames[0]();
  preview.soon(() => looked.push("third"));
  frames[1]();
  assert.deepEqual(looked, ["second"]);
  frames[2]();
  assert.deepEqual(looked, ["second", "third"]);
});

test("while nothing changes it asks for no frames", () => {
  const { preview, frames } = setUp();
  preview.soon(() => {});
  frames[0]();
  frames[1]();
  assert.equal(frames.length, 2);
  const looked = [];
  preview.soon(() => looked.push("at once"));
  frames[2]();
  assert.deepEqual(looked, ["at once"]);
});

test("of what changes while it reads, only the newest is read", async () => {
  const { preview, asked, told } = setUp();
  for (const ink of ["one", "two", "three"]) preview.predict(ink);
  assert.deepEqual(
    asked.map(({ drawing }) => drawing),
    ["one"],
  );
  asked[0].answer("older");
  await turn();
  assert.deepEqual(
    asked.map(({ drawing }) => drawing),
    ["one", "three"],
  );
  asked[1].answer("newest");
  await turn();
  assert.deepEqual(told, [
    ["preview", "older"],
    ["preview", "newest"],
  ]);
});

test("after a stop nothing older is shown, and newer ink is read on", async () => {
  const { preview, asked, told } = setUp();
  preview.predict("one");
  preview.predict("two");
  preview.stop();
  preview.predict("three");
  asked[0].answer("too late");
  await turn();
  assert.deepEqual(
    asked.map(({ drawing }) => drawing),
    ["one", "three"],
  );
  asked[1].answer("in time");
  await turn();
  assert.deepEqual(told, [["preview", "in time"]]);
});

test("a failure is passed over", async () => {
  const { preview, asked, told } = setUp();
  preview.predict("one");
  asked[0].refuse(new Error("The worker ended."));
  await turn();
  preview.predict("two");
  asked[1].answer("fine");
  await turn();
  assert.deepEqual(told, [["preview", "fine"]]);
});

test("of a number no picture is shown, nor of a dot", () => {
  const { preview, told } = setUp();
  assert.notEqual(preview.see({ ...LINE, number: true }), null);
  assert.equal(preview.see({ strokes: [[[10, 10]]], canvas: [100, 100] }), null);
  assert.deepEqual(told, [
    ["see", null, []],
    ["see", null, []],
  ]);
});
