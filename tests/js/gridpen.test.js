import assert from "node:assert/strict";
import { test } from "node:test";

import { CELLS, GridPen } from "../../static/js/gridpen.js";
import { SIDE } from "../../static/js/sheet.js";

function setUp() {
  const [drawn, shown] = [[], []];
  let clock = 0;
  const grid = new GridPen({
    pen: {
      begin: (point) => drawn.push(["begin", point]),
      extend: ([point]) => drawn.push(["extend", point]),
      end: () => drawn.push(["end"]),
    },
    show: (place) => shown.push(place),
    now: () => (clock += 100),
  });
  return { grid, drawn, shown };
}

test("it works", () => {
  const { grid, drawn } = setUp();
  const cell = SIDE / CELLS;
  grid.toggle();
  grid.step([0, 1]);
  grid.step([-1, 1]);
  grid.toggle();
  const [[, [x, y, t]]] = drawn;
  assert.deepEqual(drawn, [
    ["begin", [x, y, t]],
    ["extend", [x, y + cell, t + 100]],
    ["extend", [x - cell, y + 2 * cell, t + 200]],
    ["end"],
  ]);
});

test("with the pen up, nothing is drawn", () => {
  const { grid, drawn, shown } = setUp();
  grid.step([1, 0]);
  grid.lift();
  assert.deepEqual(drawn, []);
  assert.deepEqual(shown.map(({ change }) => change), ["moved"]);
});

test("the pen stays on the sheet", () => {
  const { grid, drawn, shown } = setUp();
  for (let i = 0; i < 50; i++) grid.step([1, -1]);
  const { column, row } = shown.at(-1);
  assert.deepEqual([column, row], [CELLS - 1, 0]);
  grid.toggle();
  const [, [x, y]] = drawn[0];
  assert.ok(x < SIDE && y > 0);
});

test("lifting ends a stroke, once", () => {
  const { grid, drawn, shown } = setUp();
  grid.toggle();
  grid.lift();
  grid.lift();
  assert.deepEqual(drawn.map(([what]) => what), ["begin", "end"]);
  assert.deepEqual(shown.map(({ change, isDown }) => [change, isDown]), [["down", true], ["up", false]]);
});
