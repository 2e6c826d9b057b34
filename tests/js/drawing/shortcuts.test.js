import assert from "node:assert/strict";
import { test } from "node:test";

import { shortcutOf } from "../../../static/js/drawing/shortcuts.js";

const press = (key, modifiers = {}) => ({ key, ...modifiers });

test("it works", () => {
  assert.deepEqual(shortcutOf(press("z"), "drawing"), { action: "undo" });
  assert.deepEqual(shortcutOf(press("C"), "nowhere"), { action: "clear" });
  assert.deepEqual(shortcutOf(press("7"), "feedback"), { action: "label", label: "7" });
});

test("one key says what the drawing is, or that it was read right", () => {
  for (const place of ["sheet", "drawing", "feedback", "nowhere"]) {
    assert.deepEqual(shortcutOf(press("7"), place), { action: "label", label: "7" });
    assert.deepEqual(shortcutOf(press("n"), place), { action: "label", label: "not_a_digit" });
    assert.deepEqual(shortcutOf(press("r"), place), { action: "confirm" });
  }
  for (const key of ["7", "n", "r"]) assert.equal(shortcutOf(press(key), "elsewhere"), null);
});

test("who switches single keys off answers by key in the feedback only", () => {
  for (const key of ["7", "n", "r"]) {
    assert.equal(shortcutOf(press(key), "sheet", false), null);
    assert.equal(
      shortcutOf(press(key), "feedback", false).action,
      key === "r" ? "confirm" : "label",
    );
  }
});

test("what changes the ink does nothing in the feedback and elsewhere", () => {
  for (const place of ["feedback", "elsewhere"]) {
    assert.equal(shortcutOf(press("c"), place), null);
    assert.equal(shortcutOf(press("z"), place), null);
  }
});

test("a letter's key is known by its place where the keyboard writes other letters", () => {
  assert.deepEqual(shortcutOf(press("ז", { code: "KeyZ" }), "sheet"), { action: "undo" });
  assert.deepEqual(shortcutOf(press("ר", { code: "KeyR" }), "sheet"), { action: "confirm" });
  // French: what it writes is a letter, so its place, that of Q, says nothing.
  assert.equal(shortcutOf(press("a", { code: "KeyQ" }), "sheet"), null);
});

test("the usual chord undoes, also in the feedback", () => {
  assert.deepEqual(shortcutOf(press("z", { ctrlKey: true }), "feedback"), { action: "undo" });
  assert.deepEqual(shortcutOf(press("z", { metaKey: true }), "drawing"), { action: "undo" });
});

test("redo has the three keys that people try", () => {
  for (const [key, modifiers] of [
    ["y", {}],
    ["Z", { shiftKey: true }],
    ["Z", { ctrlKey: true, shiftKey: true }],
    ["y", { ctrlKey: true }],
  ]) {
    assert.deepEqual(shortcutOf(press(key, modifiers), "drawing"), { action: "redo" });
  }
});

test("a question mark asks for help", () => {
  for (const place of ["sheet", "drawing", "nowhere"]) {
    assert.deepEqual(shortcutOf(press("?", { shiftKey: true }), place), { action: "help" });
  }
});

test("Enter predicts, unless a button would take it", () => {
  assert.deepEqual(shortcutOf(press("Enter"), "sheet"), { action: "predict" });
  assert.deepEqual(shortcutOf(press("Enter"), "nowhere"), { action: "predict" });
  for (const place of ["drawing", "feedback", "elsewhere"]) {
    assert.equal(shortcutOf(press("Enter"), place), null);
  }
});

test("on the sheet arrows move the pen and space puts it down", () => {
  assert.deepEqual(shortcutOf(press("ArrowLeft"), "sheet"), { action: "step", step: [-1, 0] });
  assert.deepEqual(shortcutOf(press("PageDown"), "sheet"), { action: "step", step: [1, 1] });
  assert.deepEqual(shortcutOf(press(" "), "sheet"), { action: "toggle" });
  assert.deepEqual(shortcutOf(press("Escape"), "sheet"), { action: "lift" });
  for (const place of ["drawing", "feedback", "nowhere", "elsewhere"]) {
    for (const key of ["ArrowLeft", "PageDown", " ", "Escape"]) {
      assert.equal(shortcutOf(press(key), place), null);
    }
  }
});

test("who switches single letters off keeps chords, Enter and arrows", () => {
  for (const key of ["z", "y", "c", "?"])
    assert.equal(shortcutOf(press(key), "sheet", false), null);
  assert.deepEqual(shortcutOf(press("z", { ctrlKey: true }), "sheet", false), { action: "undo" });
  assert.deepEqual(shortcutOf(press("Enter"), "sheet", false), { action: "predict" });
  assert.deepEqual(shortcutOf(press("ArrowUp"), "sheet", false), { action: "step", step: [0, -1] });
});

test("chords of the browser are left alone", () => {
  assert.equal(shortcutOf(press("c", { ctrlKey: true }), "drawing"), null);
  assert.equal(shortcutOf(press("4", { ctrlKey: true }), "feedback"), null);
  assert.equal(shortcutOf(press("z", { altKey: true }), "drawing"), null);
  assert.equal(shortcutOf(press("ArrowLeft", { altKey: true }), "sheet"), null);
});

test("other keys do nothing", () => {
  for (const key of ["Tab", "a", "F1", "10", "constructor"]) {
    for (const place of ["sheet", "drawing", "feedback", "nowhere"]) {
      assert.equal(shortcutOf(press(key), place), null);
    }
  }
});

test("a key event without a key is no shortcut", () => {
  assert.equal(shortcutOf({}, "nowhere"), null);
  assert.equal(shortcutOf({ key: undefined, code: undefined }, "sheet"), null);
});
