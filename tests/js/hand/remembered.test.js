import assert from "node:assert/strict";
import { test } from "node:test";

import {
  classOf,
  labelOf,
  pixelsOf,
  rememberedOf,
  seenOf,
  waitingOf,
} from "../../../static/js/hand/remembered.js";
import { normalise } from "../../../static/js/preprocessing/ink.js";
import { remembered } from "../helpers/bodies.js";

const AT = "2026-03-03T10:00:00Z";
const { strokes, canvas } = remembered();

test("it works: ink is seen as it is when it is read", () => {
  const { pixels, motion } = normalise(strokes, canvas);
  assert.deepEqual(seenOf(remembered()), { pixels, motion });
});

test("a picture is seen by its pixels, and has no motion", () => {
  const bytes = Uint8ClampedArray.from({ length: 784 }, (_, at) => at % 256);
  const pixels = Buffer.from(bytes).toString("base64");
  const { strokes: _, ...rest } = remembered({ pixels });
  assert.deepEqual(seenOf(rest), { pixels: bytes, motion: null });
  assert.deepEqual(pixelsOf([...bytes]), bytes);
});

test("of nothing there is nothing to see", () => {
  assert.equal(seenOf(remembered({ strokes: [] })), null);
});

test("labels are the network's classes", () => {
  const labels = ["0", "9", "not_a_digit"];
  assert.deepEqual(labels.map(classOf), [0, 9, 10]);
  assert.deepEqual([0, 9, 10].map(labelOf), labels);
  assert.equal(classOf("10"), -1);
});

test("what somebody named is remembered by its ink, a photo by what was seen of it", () => {
  const about = { at: AT, telling: true, seen: [1, 2, 3] };
  assert.deepEqual(rememberedOf("d1", { drawing: { strokes, canvas }, label: "4", about }), {
    id: "d1",
    label: "4",
    drawn_at: AT,
    telling: true,
    strokes,
    canvas,
  });
  const photo = rememberedOf("d2", { drawing: { image: "data:," }, label: "4", about });
  assert.deepEqual(photo.pixels, [1, 2, 3]);
});

test("what waits is remembered, the newest first", () => {
  const about = { at: AT, telling: false };
  const entry = (key, change = {}) => ({
    key,
    drawing: { strokes, canvas },
    label: "4",
    about,
    ...change,
  });
  const entries = [
    entry("old"),
    entry("refused", { refused: "No room." }),
    { key: "withdrawn", withdrawn: true },
    entry("of an older page", { about: undefined }),
    entry("new"),
  ];
  const waiting = waitingOf(entries);
  assert.deepEqual(
    waiting.map(({ id }) => id),
    ["new", "old"],
  );
  assert.ok(waiting.every(({ isWaiting }) => isWaiting));
});
