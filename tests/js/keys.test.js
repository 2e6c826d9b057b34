import assert from "node:assert/strict";
import { test } from "node:test";

import { meaning } from "../../static/js/keys.js";

const press = (key, modifiers = {}) => ({ key, ...modifiers });

test("it works", () => {
  assert.deepEqual(meaning(press("z"), "drawing"), { ask: "undo" });
  assert.deepEqual(meaning(press("C"), "nowhere"), { ask: "clear" });
  assert.deepEqual(meaning(press("7"), "feedback"), { ask: "label", label: "7" });
});

test("a digit is an answer only in the feedback", () => {
  for (const place of ["drawing", "nowhere", "elsewhere"]) {
    assert.equal(meaning(press("7"), place), null);
  }
});

test("letters do nothing in the feedback and elsewhere", () => {
  for (const place of ["feedback", "elsewhere"]) {
    assert.equal(meaning(press("c"), place), null);
    assert.equal(meaning(press("z"), place), null);
  }
});

test("the usual chord undoes, also in the feedback", () => {
  assert.deepEqual(meaning(press("z", { ctrlKey: true }), "feedback"), { ask: "undo" });
  assert.deepEqual(meaning(press("z", { metaKey: true }), "drawing"), { ask: "undo" });
});

test("chords of the browser are left alone", () => {
  assert.equal(meaning(press("c", { ctrlKey: true }), "drawing"), null);
  assert.equal(meaning(press("4", { ctrlKey: true }), "feedback"), null);
  assert.equal(meaning(press("z", { altKey: true }), "drawing"), null);
  assert.equal(meaning(press("Z", { ctrlKey: true, shiftKey: true }), "drawing"), null);
});

test("other keys do nothing", () => {
  for (const key of ["Enter", "Tab", " ", "a", "F1", "10"]) {
    for (const place of ["drawing", "feedback", "nowhere"]) {
      assert.equal(meaning(press(key), place), null);
    }
  }
});
