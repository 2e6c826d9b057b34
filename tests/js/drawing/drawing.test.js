import assert from "node:assert/strict";
import { test } from "node:test";

import { Drawing, SIDE } from "../../../static/js/drawing/drawing.js";

const SHOWN = [SIDE, SIDE];
const CANVAS = [SIDE, SIDE];

function drawn(...strokes) {
  const drawing = new Drawing();
  for (const [first, ...rest] of strokes) {
    drawing.begin(first, SHOWN);
    drawing.extend(rest, SHOWN);
  }
  return drawing;
}

test("it works", () => {
  const drawing = drawn(
    [
      [10, 20, 1000],
      [30, 40, 1016],
    ],
    [
      [50, 60, 1500],
      [70, 80, 1520],
    ],
  );
  assert.deepEqual(drawing.payload(), {
    strokes: [
      [
        [10, 20, 0],
        [30, 40, 16],
      ],
      [
        [50, 60, 500],
        [70, 80, 520],
      ],
    ],
    canvas: CANVAS,
  });
});

test("a new drawing is empty", () => {
  const drawing = new Drawing();
  assert.ok(drawing.isEmpty);
  assert.ok(!drawing.canUndo);
  assert.ok(!drawing.canRedo);
  assert.deepEqual(drawing.payload(), { strokes: [], canvas: CANVAS });
});

test("the same movement is the same ink on a screen of any size", () => {
  const [small, large] = [new Drawing(), new Drawing()];
  small.begin([30, 60, 0], [300, 300]);
  small.extend([[150, 150, 9]], [300, 300]);
  large.begin([120, 240, 0], [1200, 1200]);
  large.extend([[600, 600, 9]], [1200, 1200]);
  assert.deepEqual(small.payload(), large.payload());
  assert.deepEqual(small.payload().strokes, [
    [
      [100, 200, 0],
      [500, 500, 9],
    ],
  ]);
});

test("a sheet that changes its size within a stroke keeps the stroke in shape", () => {
  const drawing = new Drawing();
  drawing.begin([150, 150, 0], [300, 300]);
  drawing.extend([[60, 60, 9]], [120, 120]);
  drawing.extend([[120, 60, 18]], [120, 120]);
  assert.deepEqual(drawing.payload().strokes, [
    [
      [500, 500, 0],
      [1000, 500, 18],
    ],
  ]);
});

test("points beyond the edge are brought back to it", () => {
  const drawing = drawn([
    [-5, 1010, 0],
    [1400, -1, 9],
  ]);
  assert.deepEqual(drawing.payload().strokes, [
    [
      [0, SIDE, 0],
      [SIDE, 0, 9],
    ],
  ]);
});

test("points that say nothing new are left out", () => {
  const drawing = drawn([[10, 10, 0]]);
  const before = drawing.revision;
  assert.ok(!drawing.extend([[10.5, 10.5, 4]], SHOWN));
  assert.equal(drawing.revision, before);
  assert.ok(
    drawing.extend(
      [
        [20, 10, 8],
        [20.5, 10, 12],
      ],
      SHOWN,
    ),
  );
  assert.deepEqual(drawing.payload().strokes, [
    [
      [10, 10, 0],
      [20, 10, 8],
    ],
  ]);
});

test("coordinates are no finer than a tenth of a unit", () => {
  assert.deepEqual(drawn([[1 / 3, 2 / 3, 0.4]]).payload().strokes, [[[0.3, 0.7, 0]]]);
});

test("a tap is a stroke of one point", () => {
  assert.deepEqual(drawn([[10, 10, 7]]).payload().strokes, [[[10, 10, 0]]]);
});

test("a pen's pressure is kept for the eye, and is no part of the drawing", () => {
  const drawing = drawn([
    [10, 10, 0, 0.3],
    [50, 10, 9, 0.8],
  ]);
  assert.deepEqual(drawing.strokes, [
    [
      [10, 10, 0, 0.3],
      [50, 10, 9, 0.8],
    ],
  ]);
  assert.deepEqual(
    drawing.payload(),
    drawn([
      [10, 10, 0],
      [50, 10, 9],
    ]).payload(),
  );
});

test("undo takes back stroke after stroke, redo brings them back", () => {
  const drawing = drawn([[1, 1, 0]], [[2, 2, 9]]);
  const both = drawing.payload();
  assert.ok(drawing.undo());
  assert.deepEqual(drawing.payload().strokes, [[[1, 1, 0]]]);
  assert.ok(drawing.undo());
  assert.ok(drawing.isEmpty);
  assert.ok(!drawing.undo());
  assert.ok(drawing.redo());
  assert.ok(drawing.redo());
  assert.ok(!drawing.redo());
  assert.deepEqual(drawing.payload(), both);
});

test("a new stroke ends what could be brought back", () => {
  const drawing = drawn([[1, 1, 0]], [[2, 2, 9]]);
  drawing.undo();
  drawing.begin([50, 50, 20], SHOWN);
  assert.ok(!drawing.canRedo);
});

test("a stroke that was none leaves nothing to undo or redo", () => {
  const drawing = drawn([[1, 1, 0]]);
  drawing.drop();
  assert.ok(drawing.isEmpty && !drawing.canUndo && !drawing.canRedo);
});

test("undo brings a cleared drawing back", () => {
  const drawing = drawn([
    [1, 1, 0],
    [50, 50, 8],
  ]);
  const before = drawing.payload();
  drawing.clear();
  assert.ok(drawing.isEmpty);
  drawing.undo();
  assert.deepEqual(drawing.payload(), before);
  drawing.redo();
  assert.ok(drawing.isEmpty);
});

test("clearing an empty drawing is nothing to undo", () => {
  const drawing = new Drawing();
  drawing.clear();
  assert.ok(!drawing.canUndo);
});

test("after a clearing, time counts from the new first point", () => {
  const drawing = drawn([[1, 1, 100]]);
  drawing.clear();
  drawing.begin([5, 5, 700], SHOWN);
  drawing.extend([[50, 50, 716]], SHOWN);
  assert.deepEqual(drawing.payload().strokes, [
    [
      [5, 5, 0],
      [50, 50, 16],
    ],
  ]);
});

test("a restarted drawing forgets the old ink", () => {
  const drawing = drawn([[100, 100, 0]]);
  drawing.restart();
  assert.ok(drawing.isEmpty && !drawing.canUndo && !drawing.canRedo);
  drawing.begin([100, 100, 50], SHOWN);
  assert.deepEqual(drawing.payload().strokes, [[[100, 100, 0]]]);
});

test("every change of the ink has a revision of its own", () => {
  const drawing = new Drawing();
  const seen = new Set([drawing.revision]);
  const changes = [
    () => drawing.begin([1, 1, 0], SHOWN),
    () => drawing.extend([[9, 9, 1]], SHOWN),
    () => drawing.clear(),
    () => drawing.undo(),
    () => drawing.redo(),
    () => drawing.undo(),
    () => drawing.restart(),
  ];
  for (const change of changes) {
    change();
    seen.add(drawing.revision);
  }
  assert.equal(seen.size, changes.length + 1);
});
