import assert from "node:assert/strict";
import { test } from "node:test";
import { Drawing } from "../../../static/js/drawing/drawing.js";
import { Photo, withMargin } from "../../../static/js/photo/photo.js";

/** 800 by 400, with a 4 and a 2 read on it. */
function photo() {
  return new Photo({
    image: "data:image/png;base64,AA==",
    size: [800, 400],
    glyph: { pixels: new Uint8ClampedArray(784), motion: null },
    source: "upload",
    cut: (box) => `cut ${box.join(" ")}`,
  });
}

const DIGITS = [
  { digit: 4, box: [100, 100, 80, 200] },
  { digit: 2, box: [200, 100, 100, 200] },
];
const ANSWER = {
  text: "42",
  number: "42",
  signs: [],
  digits: DIGITS,
  lines: [{ text: "42", number: "42", signs: [], digits: DIGITS, box: [100, 100, 200, 200] }],
};

test("it works", () => {
  assert.deepEqual(photo().payload(), { image: "data:image/png;base64,AA==", source: "upload" });
});

test("boxes are where the sheet shows the picture: whole, in the middle", () => {
  const { digits, number, lines } = photo().placed(ANSWER);
  assert.equal(number, "42");
  assert.deepEqual(lines[0].digits, digits);
  assert.deepEqual(lines[0].box, [125, 375, 250, 250]);
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
  assert.deepEqual(picture.digitOfNumber(digits, 0), {
    image: "cut 50 50 150 300",
    source: "upload",
  });
  assert.deepEqual(picture.digitOfNumber(digits, 1), {
    image: "cut 180 50 170 300",
    source: "upload",
  });
});

test("a margin ends at the picture's edge", () => {
  assert.deepEqual(withMargin([5, 5, 90, 90], [], [100, 100]), [0, 0, 100, 100]);
});

test("a photo takes the ink's place, and history knows both", () => {
  const drawing = new Drawing();
  drawing.begin([1, 2, 0], [1000, 1000]);
  const placed = photo();
  drawing.place(placed);
  assert.deepEqual([drawing.photo, drawing.strokes, drawing.isEmpty], [placed, [], false]);
  drawing.begin([5, 6, 0], [1000, 1000]);
  assert.deepEqual([drawing.photo, drawing.strokes.length], [null, 1]);
  drawing.undo();
  assert.equal(drawing.photo, placed);
  drawing.undo();
  assert.deepEqual([drawing.photo, drawing.strokes.length], [null, 1]);
});
