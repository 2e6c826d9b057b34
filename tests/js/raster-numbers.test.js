import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inflateSync } from "node:zlib";

import { best } from "../../static/js/numbers.js";
import { averaged } from "../../static/js/raster/averaging.js";
import { maskOf, takenApart } from "../../static/js/raster/pieces.js";
import { TooLarge, digits, normalise, renders } from "../../static/js/raster/raster.js";

const golden = JSON.parse(readFileSync(new URL("../golden/raster_numbers.json", import.meta.url)));

const unpacked = (text) => new Uint8Array(inflateSync(Buffer.from(text, "base64")));

const pictureOf = ({ width, height, picture }) => ({ width, height, data: unpacked(picture) });

/** Of 100 rows and `width` columns: black in the given [left, top, width, height]. */
function sheet(width, ...rectangles) {
  const data = new Uint8Array(width * 100).fill(255);
  for (const [left, top, across, down] of rectangles) {
    for (let row = top; row < top + down; row++) {
      data.fill(0, row * width + left, row * width + left + across);
    }
  }
  return { width, height: 100, data };
}

const maskIn = ({ data, ...size }) => ({ ...size, data: data.map((grey) => (grey ? 0 : 1)) });

test("it works", () => {
  const bars = [[30, 20, 8, 60], [80, 20, 8, 60]];
  const number = digits(sheet(120, ...bars));
  assert.deepEqual(number.groups.slice(0, 2).map(({ pieces }) => pieces), [[0], [1]]);
  assert.deepEqual(number.glyphs[1].pixels, normalise(sheet(120, bars[1])));
  assert.deepEqual(number.glyphs[1].box, { x: 80, y: 20, width: 8, height: 60 });
  assert.deepEqual(best(number, number.glyphs.map(() => 0.9)), [0, 1]);
});

for (const { name, refusal, groups, boxes, images, ...packed } of golden) {
  test(`golden: ${name}`, () => {
    const picture = pictureOf(packed);
    if (refusal === "blank") return assert.equal(digits(picture), null);
    if (refusal) return assert.throws(() => digits(picture), { code: refusal });
    const number = digits(picture);
    assert.deepEqual(number.groups.map(({ pieces }) => pieces), groups.map(([pieces]) => pieces));
    number.groups.forEach(({ kinship }, index) => near(kinship, groups[index][1], 1e-8));
    const found = number.glyphs.map(({ box: { x, y, width, height } }) => [x, y, width, height]);
    assert.deepEqual(found, boxes);
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

test("a piece as wide as several digits is cut, a narrow one is not", () => {
  const neck = takenApart(maskIn(sheet(200, [20, 10, 60, 80], [80, 48, 20, 4], [100, 10, 60, 80])));
  assert.equal(neck.chains.length, 1);
  const [left, right] = [neck.chains[0].slice(0, 1), neck.chains[0].slice(1)];
  const areas = [left, right].map((pieces) => maskOf(neck, pieces).data.reduce((a, b) => a + b));
  assert.equal(areas[0] + areas[1], 2 * 60 * 80 + 20 * 4);
  assert.deepEqual(takenApart(maskIn(sheet(100, [20, 10, 30, 80]))).chains, []);
});

test("a line under a number is not cut", () => {
  const bars = [[30, 10, 8, 60], [80, 10, 8, 60]];
  for (const thick of [1, 3, 10]) {
    const { boxes, chains } = takenApart(maskIn(sheet(400, ...bars, [10, 80, 380, thick])));
    assert.equal(boxes.length, 3);
    assert.deepEqual(chains, []);
  }
});

test("an average by area is exact", () => {
  const picture = { width: 4, height: 2, data: Uint8Array.from([0, 8, 16, 24, 32, 40, 48, 56]) };
  assert.deepEqual([...averaged(picture, 2, 1).data], [20, 36]);
  assert.deepEqual([...averaged(picture, 3, 1).data], [18, 28, 38]);
  assert.deepEqual([...averaged(picture, 4, 2).data], [...picture.data]);
  assert.deepEqual([...averaged(picture, 1, 4).data], [12, 12, 44, 44]);
});

test("a camera's picture of a number is soon done", () => {
  const picture = pictureOf(golden.find(({ name }) => name === "on a large sheet"));
  digits(picture);
  const start = performance.now();
  for (let time = 0; time < 5; time++) digits(picture);
  assert.ok(performance.now() - start < 20_000);
});
