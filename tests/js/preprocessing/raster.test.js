import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inflateSync } from "node:zlib";

import { NORMALISATION } from "../../../static/js/preprocessing/glyph.js";
import { normalise, render } from "../../../static/js/preprocessing/raster.js";

const golden = JSON.parse(readFileSync(new URL("../../golden/raster.json", import.meta.url)));

function pictureOf({ width, height, picture }) {
  return { width, height, data: new Uint8Array(inflateSync(Buffer.from(picture, "base64"))) };
}

/** White paper with black ink where inked(x, y). */
function sheet(width, height, inked) {
  const data = Uint8Array.from({ length: width * height }, (_, at) =>
    inked(at % width, Math.floor(at / width)) ? 0 : 255,
  );
  return { width, height, data };
}

const seven = (x, y) =>
  (y > 100 && y < 130 && x > 120 && x < 360) ||
  (y >= 130 && y < 400 && Math.abs(x - 360 + 0.6 * (y - 100)) < 18);

test("it works", () => {
  const { pixels, motion } = normalise(sheet(480, 480, seven));
  assert.equal(pixels.length, 784);
  assert.equal(Math.max(...pixels), 255);
  assert.ok(pixels.filter((value) => value > 0).length < 250);
  assert.equal(motion, null, "nobody knows how it was written");
});

test("the golden vectors are of this normalisation", () => {
  assert.equal(golden.normalisation, NORMALISATION);
  assert.ok(golden.cases.length > 50);
});

for (const record of golden.cases) {
  test(`golden: ${record.name}`, () => {
    const picture = pictureOf(record);
    const seen = normalise(picture);
    if (record.image === null) return assert.equal(seen, null);
    render(picture).forEach((value, index) => {
      const expected = record.image[index];
      assert.ok(Math.abs(value - expected) < 1e-5, `pixel ${index}: ${value}, not ${expected}`);
      assert.ok(Math.abs(seen.pixels[index] - expected * 255) <= 0.5 + 1e-4, `pixel ${index}`);
    });
  });
}

test("the picture itself stays as it was", () => {
  const picture = sheet(300, 200, seven);
  const before = picture.data.slice();
  normalise(picture);
  assert.deepEqual(picture.data, before);
});

test("light on dark is the same digit", () => {
  const dark = sheet(480, 480, seven);
  const light = { ...dark, data: dark.data.map((value) => 255 - value) };
  assert.deepEqual(normalise(light), normalise(dark));
});

test("a clamped array, as a canvas has it, will do", () => {
  const picture = sheet(480, 480, seven);
  const clamped = { ...picture, data: Uint8ClampedArray.from(picture.data) };
  assert.deepEqual(normalise(clamped), normalise(picture));
});

test("whatever it is given it answers or says that there is nothing", () => {
  let state = 7;
  const chance = (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  for (let time = 0; time < 120; time++) {
    const [width, height] = [1 + chance(60), 1 + chance(60)];
    const tones = 2 + chance(255);
    const data = Uint8Array.from({ length: width * height }, () => (chance(tones) * 255) / tones);
    const pixels = normalise({ width, height, data })?.pixels;
    assert.ok(pixels === undefined || (pixels.length === 784 && Math.max(...pixels) > 0));
  }
});

test("a camera's picture is soon done", () => {
  const picture = sheet(480, 480, seven);
  normalise(picture);
  const start = performance.now();
  for (let time = 0; time < 5; time++) normalise(picture);
  assert.ok(performance.now() - start < 10_000);
});
