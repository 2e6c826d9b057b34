import assert from "node:assert/strict";
import { test } from "node:test";

import { Glance } from "../../static/js/glance.js";

const LINE = { strokes: [[[10, 10], [10, 90]]], canvas: [100, 100] };
const turn = () => new Promise((done) => setTimeout(done));

/** A Glance whose answers and frames the test gives by hand. */
function setUp() {
  const told = [];
  const asked = [];
  const frames = [];
  const view = {
    see: (seen, strokes) => told.push(["see", seen && Math.max(...seen), strokes]),
    glimpse: (answer) => told.push(["glimpse", answer]),
  };
  const read = (drawing) =>
    new Promise((answer, refuse) => asked.push({ drawing, answer, refuse }));
  const glance = new Glance({ view, read, requestFrame: (draw) => frames.push(draw) });
  return { glance, told, asked, frames };
}

test("it works", async () => {
  const { glance, told, asked } = setUp();
  assert.equal(glance.see(LINE).length, 784);
  glance.read("ink");
  asked[0].answer("It is 1.");
  await turn();
  assert.deepEqual(told, [["see", 255, LINE.strokes], ["glimpse", "It is 1."]]);
});

test("it looks at the newest, and every other frame", () => {
  const { glance, frames } = setUp();
  const looked = [];
  glance.soon(() => looked.push("first"));
  glance.soon(() => looked.push("second"));
  assert.equal(frames.length, 1);
  frames[0]();
  glance.soon(() => looked.push("third"));
  frames[1]();
  assert.deepEqual(looked, ["second"]);
  frames[2]();
  assert.deepEqual(looked, ["second", "third"]);
});

test("while nothing changes it asks for no frames", () => {
  const { glance, frames } = setUp();
  glance.soon(() => {});
  frames[0]();
  frames[1]();
  assert.equal(frames.length, 2);
  const looked = [];
  glance.soon(() => looked.push("at once"));
  frames[2]();
  assert.deepEqual(looked, ["at once"]);
});

test("of what changes while it reads, only the newest is read", async () => {
  const { glance, asked, told } = setUp();
  for (const ink of ["one", "two", "three"]) glance.read(ink);
  assert.deepEqual(asked.map(({ drawing }) => drawing), ["one"]);
  asked[0].answer("older");
  await turn();
  assert.deepEqual(asked.map(({ drawing }) => drawing), ["one", "three"]);
  asked[1].answer("newest");
  await turn();
  assert.deepEqual(told, [["glimpse", "older"], ["glimpse", "newest"]]);
});

test("after a stop nothing older is shown, and newer ink is read on", async () => {
  const { glance, asked, told } = setUp();
  glance.read("one");
  glance.read("two");
  glance.stop();
  glance.read("three");
  asked[0].answer("too late");
  await turn();
  assert.deepEqual(asked.map(({ drawing }) => drawing), ["one", "three"]);
  asked[1].answer("in time");
  await turn();
  assert.deepEqual(told, [["glimpse", "in time"]]);
});

test("a failure is passed over", async () => {
  const { glance, asked, told } = setUp();
  glance.read("one");
  asked[0].refuse(new Error("The worker ended."));
  await turn();
  glance.read("two");
  asked[1].answer("fine");
  await turn();
  assert.deepEqual(told, [["glimpse", "fine"]]);
});

test("of a number no picture is shown, nor of a dot", () => {
  const { glance, told } = setUp();
  assert.equal(glance.see({ ...LINE, number: true }).length, 784);
  assert.equal(glance.see({ strokes: [[[10, 10]]], canvas: [100, 100] }), null);
  assert.deepEqual(told, [["see", null, []], ["see", null, []]]);
});
