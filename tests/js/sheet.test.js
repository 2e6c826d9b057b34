import assert from "node:assert/strict";
import { test } from "node:test";

import { SIDE, Sheet } from "../../static/js/sheet.js";

const SHOWN = [SIDE, SIDE];
const CANVAS = [SIDE, SIDE];

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
    canvas: CANVAS,
  });
});

test("a new sheet is empty", () => {
  const sheet = new Sheet();
  assert.ok(sheet.isEmpty);
  assert.ok(!sheet.canUndo);
  assert.ok(!sheet.canRedo);
  assert.deepEqual(sheet.drawing(), { strokes: [], canvas: CANVAS });
});

test("the same movement is the same ink on a screen of any size", () => {
  const [small, large] = [new Sheet(), new Sheet()];
  small.begin([30, 60, 0], [300, 300]);
  small.extend([[150, 150, 9]], [300, 300]);
  large.begin([120, 240, 0], [1200, 1200]);
  large.extend([[600, 600, 9]], [1200, 1200]);
  assert.deepEqual(small.drawing(), large.drawing());
  assert.deepEqual(small.drawing().strokes, [[[100, 200, 0], [500, 500, 9]]]);
});

test("a sheet that changes its size within a stroke keeps the stroke in shape", () => {
  const sheet = new Sheet();
  sheet.begin([150, 150, 0], [300, 300]);
  sheet.extend([[60, 60, 9]], [120, 120]);
  sheet.extend([[120, 60, 18]], [120, 120]);
  assert.deepEqual(sheet.drawing().strokes, [[[500, 500, 0], [1000, 500, 18]]]);
});

test("points beyond the edge are brought back to it", () => {
  const sheet = drawn([[-5, 1010, 0], [1400, -1, 9]]);
  assert.deepEqual(sheet.drawing().strokes, [[[0, SIDE, 0], [SIDE, 0, 9]]]);
});

test("points that say nothing new are left out", () => {
  const sheet = drawn([[10, 10, 0]]);
  const before = sheet.revision;
  assert.ok(!sheet.extend([[10.5, 10.5, 4]], SHOWN));
  assert.equal(sheet.revision, before);
  assert.ok(sheet.extend([[20, 10, 8], [20.5, 10, 12]], SHOWN));
  assert.deepEqual(sheet.drawing().strokes, [[[10, 10, 0], [20, 10, 8]]]);
});

test("coordinates are no finer than a tenth of a unit", () => {
  assert.deepEqual(drawn([[1 / 3, 2 / 3, 0.4]]).drawing().strokes, [[[0.3, 0.7, 0]]]);
});

test("a tap is a stroke of one point", () => {
  assert.deepEqual(drawn([[10, 10, 7]]).drawing().strokes, [[[10, 10, 0]]]);
});

test("a pen's pressure is kept for the eye, and is no part of the drawing", () => {
  const sheet = drawn([[10, 10, 0, 0.3], [50, 10, 9, 0.8]]);
  assert.deepEqual(sheet.strokes, [[[10, 10, 0, 0.3], [50, 10, 9, 0.8]]]);
  assert.deepEqual(sheet.drawing(), drawn([[10, 10, 0], [50, 10, 9]]).drawing());
});

test("undo takes back stroke after stroke, redo brings them back", () => {
  const sheet = drawn([[1, 1, 0]], [[2, 2, 9]]);
  const both = sheet.drawing();
  assert.ok(sheet.undo());
  assert.deepEqual(sheet.drawing().strokes, [[[1, 1, 0]]]);
  assert.ok(sheet.undo());
  assert.ok(sheet.isEmpty);
  assert.ok(!sheet.undo());
  assert.ok(sheet.redo());
  assert.ok(sheet.redo());
  assert.ok(!sheet.redo());
  assert.deepEqual(sheet.drawing(), both);
});

test("a new stroke ends what could be brought back", () => {
  const sheet = drawn([[1, 1, 0]], [[2, 2, 9]]);
  sheet.undo();
  sheet.begin([50, 50, 20], SHOWN);
  assert.ok(!sheet.canRedo);
});

test("a stroke that was none leaves nothing to undo or redo", () => {
  const sheet = drawn([[1, 1, 0]]);
  sheet.drop();
  assert.ok(sheet.isEmpty && !sheet.canUndo && !sheet.canRedo);
});

test("undo brings a cleared drawing back", () => {
  const sheet = drawn([[1, 1, 0], [50, 50, 8]]);
  const before = sheet.drawing();
  sheet.clear();
  assert.ok(sheet.isEmpty);
  sheet.undo();
  assert.deepEqual(sheet.drawing(), before);
  sheet.redo();
  assert.ok(sheet.isEmpty);
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
  sheet.extend([[50, 50, 716]], SHOWN);
  assert.deepEqual(sheet.drawing().strokes, [[[5, 5, 0], [50, 50, 16]]]);
});

test("a restarted sheet forgets the old ink", () => {
  const sheet = drawn([[100, 100, 0]]);
  sheet.restart();
  assert.ok(sheet.isEmpty && !sheet.canUndo && !sheet.canRedo);
  sheet.begin([100, 100, 50], SHOWN);
  assert.deepEqual(sheet.drawing().strokes, [[[100, 100, 0]]]);
});

test("every change of the ink has a revision of its own", () => {
  const sheet = new Sheet();
  const seen = new Set([sheet.revision]);
  const changes = [
    () => sheet.begin([1, 1, 0], SHOWN),
    () => sheet.extend([[9, 9, 1]], SHOWN),
    () => sheet.clear(),
    () => sheet.undo(),
    () => sheet.redo(),
    () => sheet.undo(),
    () => sheet.restart(),
  ];
  for (const change of changes) {
    change();
    seen.add(sheet.revision);
  }
  assert.equal(seen.size, changes.length + 1);
});
