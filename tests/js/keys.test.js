import assert from "node:assert/strict";
import { test } from "node:test";

import { meaning } from "../../static/js/keys.js";

const press = (key, modifiers = {}) => ({ key, ...modifiers });

test("it works", () => {
  assert.deepEqual(meaning(press("z"), "drawing"), { ask: "undo" });
  assert.deepEqual(meaning(press("C"), "nowhere"), { ask: "clear" });
  assert.deepEqual(meaning(press("7"), "feedback"), { ask: "label", label: "7" });
});

test("one key says what the drawing is, or that it was read right", () => {
  for (const place of ["sheet", "drawing", "feedback", "nowhere"]) {
    assert.deepEqual(meaning(press("7"), place), { ask: "label", label: "7" });
    assert.deepEqual(meaning(press("n"), place), { ask: "label", label: "not_a_digit" });
    assert.deepEqual(meaning(press("r"), place), { ask: "confirm" });
  }
  for (const key of ["7", "n", "r"]) assert.equal(meaning(press(key), "elsewhere"), null);
});

test("who switches single keys off answers by key in the feedback only", () => {
  for (const key of ["7", "n", "r"]) {
    assert.equal(meaning(press(key), "sheet", false), null);
    assert.equal(meaning(press(key), "feedback", false).ask, key === "r" ? "confirm" : "label");
  }
});

test("what changes the ink does nothing in the feedback and elsewhere", () => {
  for (const place of ["feedback", "elsewhere"]) {
    assert.equal(meaning(press("c"), place), null);
    assert.equal(meaning(press("z"), place), null);
  }
});

test("a letter's key is known by its place where the keyboard writes other letters", () => {
  assert.deepEqual(meaning(press("ז", { code: "KeyZ" }), "sheet"), { ask: "undo" });
  assert.deepEqual(meaning(press("ר", { code: "KeyR" }), "sheet"), { ask: "confirm" });
  // French: what it writes is a letter, so its place, that of Q, says nothing.
  assert.equal(meaning(press("a", { code: "KeyQ" }), "sheet"), null);
});

test("the usual chord undoes, also in the feedback", () => {
  assert.deepEqual(meaning(press("z", { ctrlKey: true }), "feedback"), { ask: "undo" });
  assert.deepEqual(meaning(press("z", { metaKey: true }), "drawing"), { ask: "undo" });
});

test("redo has the three keys that people try", () => {
  for (const [key, modifiers] of [
    ["y", {}],
    ["Z", { shiftKey: true }],
    ["Z", { ctrlKey: true, shiftKey: true }],
    ["y", { ctrlKey: true }],
  ]) {
    assert.deepEqual(meaning(press(key, modifiers), "drawing"), { ask: "redo" });
  }
});

test("a question mark asks for help", () => {
  for (const place of ["sheet", "drawing", "nowhere"]) {
    assert.deepEqual(meaning(press("?", { shiftKey: true }), place), { ask: "help" });
  }
});

test("Enter predicts, unless a button would take it", () => {
  assert.deepEqual(meaning(press("Enter"), "sheet"), { ask: "predict" });
  assert.deepEqual(meaning(press("Enter"), "nowhere"), { ask: "predict" });
  for (const place of ["drawing", "feedback", "elsewhere"]) {
    assert.equal(meaning(press("Enter"), place), null);
  }
});

test("on the sheet arrows move the pen and space puts it down", () => {
  assert.deepEqual(meaning(press("ArrowLeft"), "sheet"), { ask: "step", step: [-1, 0] });
  assert.deepEqual(meaning(press("PageDown"), "sheet"), { ask: "step", step: [1, 1] });
  assert.deepEqual(meaning(press(" "), "sheet"), { ask: "toggle" });
  assert.deepEqual(meaning(press("Escape"), "sheet"), { ask: "lift" });
  for (const place of ["drawing", "feedback", "nowhere", "elsewhere"]) {
    for (const key of ["ArrowLeft", "PageDown", " ", "Escape"]) {
      assert.equal(meaning(press(key), place), null);
    }
  }
});

test("who switches single letters off keeps chords, Enter and arrows", () => {
  for (const key of ["z", "y", "c", "?"]) assert.equal(meaning(press(key), "sheet", false), null);
  assert.deepEqual(meaning(press("z", { ctrlKey: true }), "sheet", false), { ask: "undo" });
  assert.deepEqual(meaning(press("Enter"), "sheet", false), { ask: "predict" });
  assert.deepEqual(meaning(press("ArrowUp"), "sheet", false), { ask: "step", step: [0, -1] });
});

test("chords of the browser are left alone", () => {
  assert.equal(meaning(press("c", { ctrlKey: true }), "drawing"), null);
  assert.equal(meaning(press("4", { ctrlKey: true }), "feedback"), null);
  assert.equal(meaning(press("z", { altKey: true }), "drawing"), null);
  assert.equal(meaning(press("ArrowLeft", { altKey: true }), "sheet"), null);
});

test("other keys do nothing", () => {
  for (const key of ["Tab", "a", "F1", "10", "constructor"]) {
    for (const place of ["sheet", "drawing", "feedback", "nowhere"]) {
      assert.equal(meaning(press(key), place), null);
    }
  }
});
