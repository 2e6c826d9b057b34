import assert from "node:assert/strict";
import { test } from "node:test";

import { Sheet } from "../../static/js/sheet.js";

const SHOWN = [300, 300];

function drawn(...strokes) {
  const sheet = new Sheet();
  for (const [first, ...rest] of strokes) {
    sheet.begin(first, SHOWN);
    sheet.extend(rest, SHOWN);
  }
  return sheet;
}

test("it works", () => {
  const sheet = drawn([[10, 20, 1000], [30, 40, 1016]], [[50, 60, 1500], [70, 80, 1520]]);
  assert.deepEqual(sheet.drawing(), {
    strokes: [[[10, 20, 0], [30, 40, 16]], [[50, 60, 500], [70, 80, 520]]],
    canvas: [300, 300],
  });
});

test("a new sheet is empty", () => {
  const sheet = new Sheet();
  assert.ok(sheet.isEmpty);
  assert.ok(!sheet.canUndo);
  assert.deepEqual(sheet.drawing(), { strokes: [], canvas: null });
});

test("points beyond the edge are brought back to it", () => {
  const sheet = drawn([[-5, 310, 0], [400, -1, 9]]);
  assert.deepEqual(sheet.drawing().strokes, [[[0, 300, 0], [300, 0, 9]]]);
});

test("points that say nothing new are left out, and told apart from the others", () => {
  const sheet = drawn([[10, 10, 0]]);
  assert.deepEqual(sheet.extend([[10.2, 10.2, 4], [20, 10, 8], [20.1, 10, 12]], SHOWN), [
    [20, 10, 8],
  ]);
  assert.deepEqual(sheet.extend([[20, 10.3, 16]], SHOWN), []);
});

test("coordinates are no finer than a hundredth of a pixel", () => {
  assert.deepEqual(drawn([[1 / 3, 2 / 3, 0.4]]).drawing().strokes, [[[0.33, 0.67, 0]]]);
});

test("a tap is a stroke of one point", () => {
  assert.deepEqual(drawn([[10, 10, 7]]).drawing().strokes, [[[10, 10, 0]]]);
});

test("undo takes back stroke after stroke", () => {
  const sheet = drawn([[1, 1, 0]], [[2, 2, 9]]);
  assert.ok(sheet.undo());
  assert.deepEqual(sheet.drawing().strokes, [[[1, 1, 0]]]);
  assert.ok(sheet.undo());
  assert.ok(sheet.isEmpty);
  assert.ok(!sheet.undo());
});

test("undo brings a cleared drawing back", () => {
  const sheet = drawn([[1, 1, 0], [50, 50, 8]]);
  const before = sheet.drawing();
  sheet.clear();
  assert.ok(sheet.isEmpty);
  sheet.undo();
  assert.deepEqual(sheet.drawing(), before);
});

test("clearing an empty sheet is nothing to undo", () => {
  const sheet = new Sheet();
  sheet.clear();
  assert.ok(!sheet.canUndo);
});

test("after a clearing, time counts from the new first point", () => {
  const sheet = drawn([[1, 1, 100]]);
  sheet.clear();
  sheet.begin([5, 5, 700], SHOWN);
  sheet.extend([[9, 9, 730]], SHOWN);
  assert.deepEqual(sheet.drawing().strokes, [[[5, 5, 0], [9, 9, 30]]]);
});

test("a canvas that changes its size keeps the unit of the ink", () => {
  const sheet = drawn([[100, 100, 0]]);
  sheet.begin([100, 100, 5], [600, 600]);
  assert.deepEqual(sheet.drawing(), {
    strokes: [[[100, 100, 0]], [[50, 50, 5]]],
    canvas: [300, 300],
  });
});

test("a restarted sheet takes the size of its next first point and forgets the old ink", () => {
  const sheet = drawn([[100, 100, 0]]);
  sheet.restart();
  assert.ok(!sheet.canUndo);
  sheet.begin([100, 100, 50], [600, 600]);
  assert.deepEqual(sheet.drawing(), { strokes: [[[100, 100, 0]]], canvas: [600, 600] });
});

test("every change of the ink has a revision of its own", () => {
  const sheet = new Sheet();
  const seen = new Set([sheet.revision]);
  const changes = [
    () => sheet.begin([1, 1, 0], SHOWN),
    () => sheet.extend([[9, 9, 1]], SHOWN),
    () => sheet.clear(),
    () => sheet.undo(),
    () => sheet.undo(),
    () => sheet.restart(),
  ];
  for (const change of changes) {
    change();
    seen.add(sheet.revision);
  }
  assert.equal(seen.size, changes.length + 1);
});
