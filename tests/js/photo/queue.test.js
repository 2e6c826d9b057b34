import assert from "node:assert/strict";
import { test } from "node:test";
import { PictureQueue } from "../../../static/js/photo/queue.js";

function queueOf() {
  const shown = [];
  const told = [];
  const queue = new PictureQueue({
    show: (file) => shown.push(file.name),
    tell: ({ name, place, length }) => told.push(`${name} ${place}/${length}`),
  });
  return { queue, shown, told };
}

const files = (...names) => names.map((name) => new File([], name));

test("it works: in their order, and not beyond the last", () => {
  const { queue, shown, told } = queueOf();
  queue.take(files("a", "b", "c"));
  assert.deepEqual(shown, ["a"]);
  for (let turn = 0; turn < 4; turn++) queue.next();
  assert.deepEqual(shown, ["a", "b", "c"]);
  assert.deepEqual(told, ["a 1/3", "b 2/3", "c 3/3"]);
});

test("others take the place of those that were still to come", () => {
  const { queue, shown } = queueOf();
  queue.take(files("a", "b"));
  queue.take(files("c"));
  queue.next();
  queue.take([]);
  assert.deepEqual(shown, ["a", "c"]);
});
