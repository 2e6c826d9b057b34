import assert from "node:assert/strict";
import { test } from "node:test";
import { Batch } from "../../../static/js/studio/batch.js";

test("it works", () => {
  const batch = new Batch(["a", "b", "c"]);
  assert.deepEqual([batch.key, batch.place, batch.size], ["a", 1, 3]);
  assert.deepEqual(batch.ahead(3), ["b", "c"]);
  batch.decide();
  batch.decide();
  assert.deepEqual([batch.key, batch.done], ["c", 2]);
  batch.takeBack("a");
  assert.deepEqual([batch.key, batch.done, batch.undone], ["a", 1, 1]);
  batch.decide();
  assert.equal(batch.key, "c"); // `b` is decided
  batch.decide();
  assert.deepEqual([batch.key, batch.place, batch.done], [null, 3, 3]);
});

test("what is skipped stays and is found by going back", () => {
  const batch = new Batch(["a", "b"]);
  batch.step(1);
  batch.decide();
  assert.deepEqual([batch.key, batch.done], [null, 1]);
  batch.step(-2);
  assert.equal(batch.key, "a");
  batch.step(-5);
  assert.equal(batch.key, "a");
});

test("what was decided in an earlier sitting comes back where one is", () => {
  const batch = new Batch(["a", "b"]);
  batch.decide();
  batch.takeBack("z");
  assert.deepEqual([batch.key, batch.ahead(1), batch.size], ["z", ["b"], 3]);
});

test("what is gone is left out, what did not count is open again", () => {
  const batch = new Batch(["a", "b", "c"]);
  batch.decide();
  batch.reopen("a");
  assert.equal(batch.done, 0);
  batch.remove("a");
  batch.remove("nothing");
  assert.deepEqual([batch.key, batch.size], ["b", 2]);
  batch.remove("b");
  assert.equal(batch.key, "c");
});
