import assert from "node:assert/strict";
import { test } from "node:test";

import { KeyReader } from "../../../static/js/studio/keys.js";

const press = (key, more = {}) => ({ key, ...more });

test("it works", () => {
  const keys = new KeyReader();
  assert.equal(keys.read(press("g"), false, 0), null);
  assert.deepEqual(keys.read(press("t"), false, 100), { go: "T" });
  assert.deepEqual(keys.read(press("t"), false, 200), { press: "t" });
  assert.deepEqual(keys.read(press("?"), false, 300), { open: "keys" });
  assert.deepEqual(keys.read(press("k", { ctrlKey: true }), false, 400), { open: "palette" });
});

test("a letter long after G is a key of its own", () => {
  const keys = new KeyReader();
  keys.read(press("g"), false, 0);
  assert.deepEqual(keys.read(press("t"), false, 5_000), { press: "t" });
});

test("G and G again lead somewhere too", () => {
  const keys = new KeyReader();
  keys.read(press("g"), false, 0);
  assert.deepEqual(keys.read(press("g"), false, 100), { go: "G" });
});

test("what is typed asks for nothing, but a chord does", () => {
  const keys = new KeyReader();
  for (const key of ["g", "t", "?", "Enter"]) assert.equal(keys.read(press(key), true, 0), null);
  assert.deepEqual(keys.read(press("k", { metaKey: true }), true, 0), { open: "palette" });
});

test("other chords are the browser's", () => {
  const keys = new KeyReader();
  assert.equal(keys.read(press("r", { ctrlKey: true }), false, 0), null);
  assert.equal(keys.read(press("g", { altKey: true }), false, 0), null);
});

test("letters are known by their place where the keyboard writes others", () => {
  const keys = new KeyReader();
  assert.equal(keys.read(press("ע", { code: "KeyG" }), false, 0), null);
  assert.deepEqual(keys.read(press("א", { code: "KeyT" }), false, 10), { go: "T" });
});

test("named keys keep their names", () => {
  assert.deepEqual(new KeyReader().read(press("ArrowLeft"), false, 0), { press: "ArrowLeft" });
});
