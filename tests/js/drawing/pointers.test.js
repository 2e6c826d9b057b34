import assert from "node:assert/strict";
import { test } from "node:test";

import { Pointers } from "../../../static/js/drawing/pointers.js";

const event = (pointerId, pointerType, timeStamp = 0, button = 0) => ({
  pointerId,
  pointerType,
  timeStamp,
  button,
});

test("it works", () => {
  for (const kind of ["mouse", "touch", "pen"]) {
    const pointers = new Pointers();
    assert.equal(pointers.take(event(1, kind)), "begin");
    assert.ok(pointers.owns(event(1, kind)));
  }
});

test("a second finger does not draw", () => {
  const pointers = new Pointers();
  pointers.take(event(1, "touch"));
  assert.equal(pointers.take(event(2, "touch")), null);
  assert.ok(!pointers.owns(event(2, "touch")));
  assert.ok(pointers.owns(event(1, "touch")));
});

test("the next finger draws once the first is up", () => {
  const pointers = new Pointers();
  pointers.take(event(1, "touch"));
  pointers.release();
  assert.ok(!pointers.owns(event(1, "touch")));
  assert.equal(pointers.take(event(2, "touch")), "begin");
});

test("only the first button of a mouse draws", () => {
  assert.equal(new Pointers().take(event(1, "mouse", 0, 2)), null);
});

test("a pen takes over from the hand that came down before it", () => {
  const pointers = new Pointers();
  pointers.take(event(1, "touch", 0));
  assert.equal(pointers.take(event(2, "pen", 50)), "replace");
  assert.ok(!pointers.owns(event(1, "touch", 60)));
  assert.ok(pointers.owns(event(2, "pen", 60)));
});

test("a pen does not take over from a mouse, nor from a pen", () => {
  for (const kind of ["mouse", "pen"]) {
    const pointers = new Pointers();
    pointers.take(event(1, kind));
    assert.equal(pointers.take(event(2, "pen", 50)), null);
  }
});

test("right after a pen no finger draws, a second later one does", () => {
  const pointers = new Pointers();
  pointers.take(event(1, "pen", 0));
  pointers.owns(event(1, "pen", 5000)); // still drawing
  pointers.release();
  assert.equal(pointers.take(event(2, "touch", 5900)), null);
  assert.equal(pointers.take(event(3, "touch", 6001)), "begin");
});

test("where a pointer's end is lost the next one draws, and its stroke stays", () => {
  for (const kind of ["mouse", "touch", "pen"]) {
    const pointers = new Pointers();
    pointers.take({ ...event(1, kind), isPrimary: true });
    assert.equal(pointers.take({ ...event(2, kind), isPrimary: true }), "follow");
    assert.ok(pointers.owns(event(2, kind)));
  }
});

test("a pen's other end is taken as well, and no other button", () => {
  assert.equal(new Pointers().take(event(1, "pen", 0, 5)), "begin");
  assert.equal(new Pointers().take(event(1, "pen", 0, 2)), null);
  assert.equal(new Pointers().take(event(1, "mouse", 0, 5)), null);
});
