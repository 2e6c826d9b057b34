import assert from "node:assert/strict";
import { test } from "node:test";

import { greyOf, paperFor } from "../../static/js/photo/grey.js";
import { Photo, withMargin } from "../../static/js/photo/photo.js";
import { Sheet } from "../../static/js/sheet.js";

const pixels = (...colours) => ({
  width: colours.length,
  height: 1,
  data: Uint8ClampedArray.from(colours.flat()),
});

/** 800 by 400, with a 4 and a 2 read on it. */
function photo() {
  return new Photo({
    image: "data:image/png;base64,AA==",
    size: [800, 400],
    seen: new Uint8Array(784),
    source: "upload",
    cut: (box) => `cut ${box.join(" ")}`,
  });
}

const ANSWER = { number: "42", digits: [{ digit: 4, box: [100, 100, 80, 200] }, { digit: 2, box: [200, 100, 100, 200] }] };

test("it works", () => {
  assert.deepEqual(photo().drawing(), { image: "data:image/png;base64,AA==", source: "upload" });
});

test("boxes are where the sheet shows the picture: whole, in the middle", () => {
  const { digits, number } = photo().placed(ANSWER);
  assert.equal(number, "42");
  assert.deepEqual(digits[0].box, [125, 375, 100, 250]);
  assert.deepEqual(digits[1].box, [250, 375, 125, 250]);
});

test("an answer to one digit stays as it is", () => {
  const answer = { digit: 4 };
  assert.equal(photo().placed(answer), answer);
});

test("a digit is cut out with paper around it, but without its neighbour", () => {
  const picture = photo();
  const { digits } = picture.placed(ANSWER);
  assert.deepEqual(picture.part(digits, 0), { image: "cut 50 50 150 300", source: "upload" });
  assert.deepEqual(picture.part(digits, 1), { image: "cut 180 50 170 300", source: "upload" });
});

test("a margin ends at the picture's edge", () => {
  assert.deepEqual(withMargin([5, 5, 90, 90], [], [100, 100]), [0, 0, 100, 100]);
});

test("greys are Pillow's", () => {
  const { data } = greyOf(pixels([255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [9, 9, 9, 255]));
  assert.deepEqual([...data], [76, 150, 29, 9]);
});

test("only white ink on nothing needs black paper", () => {
  assert.equal(paperFor(pixels([255, 255, 255, 255], [255, 255, 255, 0])), "#000");
  assert.equal(paperFor(pixels([0, 0, 0, 255], [0, 0, 0, 0])), "#fff");
  assert.equal(paperFor(pixels([255, 255, 255, 255])), "#fff");
});

test("a photo takes the ink's place, and history knows both", () => {
  const sheet = new Sheet();
  sheet.begin([1, 2, 0], [1000, 1000]);
  const placed = photo();
  sheet.place(placed);
  assert.deepEqual([sheet.photo, sheet.strokes, sheet.isEmpty], [placed, [], false]);
  sheet.begin([5, 6, 0], [1000, 1000]);
  assert.deepEqual([sheet.photo, sheet.strokes.length], [null, 1]);
  sheet.undo();
  assert.equal(sheet.photo, placed);
  sheet.undo();
  assert.deepEqual([sheet.photo, sheet.strokes.length], [null, 1]);
});
