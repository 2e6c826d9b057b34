import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { normalise } from "../../../static/js/preprocessing/raster.js";
import { TooLarge } from "../../../static/js/segmentation/components.js";
import { marksOf } from "../../../static/js/segmentation/lattice.js";
import { digits, lines, renders } from "../../../static/js/segmentation/raster.js";
import { loadTouching } from "../../../static/js/segmentation/touching.js";
import { sheet } from "../helpers/pictures.js";

await loadTouching();

const golden = JSON.parse(
  readFileSync(new URL("../../golden/raster_numbers.json", import.meta.url)),
);

const unpacked = (text) => new Uint8Array(inflateSync(Buffer.from(text, "base64")));

const pictureOf = ({ width, height, picture }) => ({ width, height, data: unpacked(picture) });

test("it works", () => {
  const bars = [
    [30, 20, 8, 60],
    [80, 20, 8, 60],
  ];
  const number = digits(sheet(120, ...bars));
  assert.deepEqual(
    number.groups.slice(0, 2).map(({ pieces }) => pieces),
    [[0], [1]],
  );
  assert.deepEqual(number.glyphs[1].pixels, normalise(sheet(120, bars[1])).pixels);
  assert.deepEqual(number.glyphs[1].box, { x: 80, y: 20, width: 8, height: 60 });
  const one = [0, 0.97, 0, 0, 0, 0, 0, 0, 0, 0];
  const marks = marksOf(
    number,
    number.glyphs.map(() => one),
  );
  assert.deepEqual(
    marks.map(({ glyph }) => glyph).filter((glyph) => glyph !== null),
    [0, 1],
  );
});

test("specks that only touch at their corners are no number", () => {
  const grey = [
    [78, 158, 20, 86, 106, 92, 199],
    [199, 239, 173, 172, 28, 122, 86],
    [252, 52, 197, 204, 103, 157, 193],
  ];
  assert.equal(digits({ width: 7, height: 3, data: new Uint8Array(grey.flat()) }), null);
});

/** The boxes of the empty cells of each line. */
function emptyCells(picture) {
  return lines(picture).map(({ unread }) =>
    unread
      .filter(({ isEmpty }) => isEmpty)
      .map(({ box: { x, y, width, height } }) => [x, y, width, height]),
  );
}

for (const { name, refusal, groups, images, cells, empty, ...packed } of golden) {
  test(`golden: ${name}`, () => {
    const { boxes, beside, certain } = packed;
    const picture = pictureOf(packed);
    if (empty) assert.deepEqual(emptyCells(picture), empty);
    if (refusal === "blank") return assert.equal(digits(picture), null);
    if (refusal) return assert.throws(() => digits(picture), { code: refusal });
    const number = digits(picture);
    assert.deepEqual(
      number.groups.map(({ pieces }) => pieces),
      groups.map(([pieces]) => pieces),
    );
    number.groups.forEach(({ affinity }, index) => near(affinity, groups[index][1], 1e-8));
    const found = number.glyphs.map(({ box: { x, y, width, height } }) => [x, y, width, height]);
    assert.deepEqual(found, boxes);
    assert.deepEqual(number.cells, cells);
    certain.forEach((share, index) => near(number.certain[index], share, 1e-4));
    number.glyphs.forEach((glyph, index) => {
      assert.equal(glyph.beside?.length, beside[index]?.length);
      glyph.beside?.forEach((share, label) => near(share, beside[index][label], 1e-4));
    });
    const values = renders(picture).flatMap((image) => [...image]);
    const pixels = number.glyphs.flatMap((glyph) => [...glyph.pixels]);
    const expected = new Float32Array(unpacked(images).buffer);
    assert.equal(values.length, expected.length);
    expected.forEach((value, index) => {
      near(values[index], value, 1e-6);
      near(pixels[index], value * 255, 0.5 + 1e-4);
    });
  });
}

function near(value, expected, most) {
  assert.ok(Math.abs(value - expected) < most, `${value} is not ${expected}`);
}

test("whoever asks can tell too many digits from none", () => {
  const bars = Array.from({ length: 33 }, (_, place) => [10 + 14 * place, 20, 5, 60]);
  assert.throws(() => digits(sheet(500, ...bars)), TooLarge);
  assert.ok(digits(sheet(500, ...bars.slice(1))).glyphs.length >= 32);
  assert.equal(digits(sheet(500)), null);
});

test("the picture itself stays as it was", () => {
  const picture = pictureOf(golden.find(({ name }) => name === "4 and 0 touch"));
  const before = picture.data.slice();
  digits(picture);
  assert.deepEqual(picture.data, before);
});

test("a camera's picture of a number is soon done", () => {
  const picture = pictureOf(golden.find(({ name }) => name === "on a large sheet"));
  digits(picture);
  const start = performance.now();
  for (let time = 0; time < 5; time++) digits(picture);
  assert.ok(performance.now() - start < 20_000);
});
