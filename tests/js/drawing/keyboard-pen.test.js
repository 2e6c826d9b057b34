import assert from "node:assert/strict";
import { test } from "node:test";
import { SIDE } from "../../../static/js/drawing/drawing.js";
import { CELLS, KeyboardPen } from "../../../static/js/drawing/keyboard-pen.js";

function setUp() {
  const [drawn, shown] = [[], []];
  let clock = 0;
  const pen = new KeyboardPen({
    pen: {
      begin: (point) => drawn.push(["begin", point]),
      extend: ([point]) => drawn.push(["extend", point]),
      end: () => drawn.push(["end"]),
    },
    show: (place) => shown.push(place),
    now: () => (clock += 100),
  });
  return { pen, drawn, shown };
}

test("it works", () => {
  const { pen, drawn } = setUp();
  const cell = SIDE / CELLS;
  pen.toggle();
  pen.step([0, 1]);
  pen.step([-1, 1]);
  pen.toggle();
  const [[, [x, y, t]]] = drawn;
  assert.deepEqual(drawn, [
    ["begin", [x, y, t]],
    ["extend", [x, y + cell, t + 100]],
    ["extend", [x - cell, y + 2 * cell, t + 200]],
    ["end"],
  ]);
});

test("with the pen up, nothing is drawn", () => {
  const { pen, drawn, shown } = setUp();
  pen.step([1, 0]);
  pen.lift();
  assert.deepEqual(drawn, []);
  assert.deepEqual(
    shown.map(({ change }) => change),
    ["moved"],
  );
});

test("the pen stays on the sheet", () => {
  const { pen, drawn, shown } = setUp();
  for (let i = 0; i < 50; i++) pen.step([1, -1]);
  const { column, row } = shown.at(-1);
  assert.deepEqual([column, row], [CELLS - 1, 0]);
  pen.toggle();
  const [, [x, y]] = drawn[0];
  assert.ok(x < SIDE && y > 0);
});

test("lifting ends a stroke, once", () => {
  const { pen, drawn, shown } = setUp();
  pen.toggle();
  pen.lift();
  pen.lift();
  assert.deepEqual(
    drawn.map(([what]) => what),
    ["begin", "end"],
  );
  assert.deepEqual(
    shown.map(({ change, isDown }) => [change, isDown]),
    [
      ["down", true],
      ["up", false],
    ],
  );
});
