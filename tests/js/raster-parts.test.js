import assert from "node:assert/strict";
import { test } from "node:test";

import { components } from "../../static/js/raster/components.js";
import { distances } from "../../static/js/raster/distance.js";
import { dilated, eroded } from "../../static/js/raster/morphology.js";
import { boundingBox, cut, rint, stretched } from "../../static/js/raster/picture.js";

/** A picture from lines of text: "#" is 1, all else 0. */
function mask(...lines) {
  const data = Uint8Array.from(lines.join(""), (sign) => (sign === "#" ? 1 : 0));
  return { width: lines[0].length, height: lines.length, data };
}

function lines({ width, data }) {
  const text = Array.from(data, (value) => (value ? "#" : ".")).join("");
  return text.match(new RegExp(`.{${width}}`, "g"));
}

function scattered(width, height, share, seed) {
  let state = seed;
  const data = Uint8Array.from({ length: width * height }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648 < share ? 1 : 0;
  });
  return { width, height, data };
}

/** value(x, y, otherX, otherY, there) of every two pixels, brought together by choose. */
function overAllPairs({ width, height, data }, start, value, choose) {
  return Array.from(data, (_, at) => {
    let found = start;
    data.forEach((there, other) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      const seen = value(x - (other % width), y - Math.floor(other / width), there);
      if (seen !== null) found = choose(found, seen);
    });
    return found;
  });
}

test("distances are those to the nearest 0", () => {
  for (const [width, height, share] of [[13, 9, 0.5], [20, 17, 0.95], [1, 12, 0.8], [25, 1, 0.9]]) {
    const picture = scattered(width, height, share, width);
    picture.data[0] = 0;
    const squared = (x, y, there) => (there ? null : x * x + y * y);
    const expected = overAllPairs(picture, Infinity, squared, Math.min);
    assert.deepEqual([...distances(picture).data], expected.map((value) => Math.fround(Math.sqrt(value))));
  }
});

test("a rectangle's largest and smallest are found, whatever its reach", () => {
  const picture = scattered(14, 11, 0.3, 5);
  picture.data.forEach((value, at) => (picture.data[at] = value * (at % 200)));
  for (const [reachX, reachY] of [[1, 1], [0, 1], [2, 0], [3, 5], [6, 6], [20, 12]]) {
    const within = (x, y, there) => (Math.abs(x) <= reachX && Math.abs(y) <= reachY ? there : null);
    const largest = overAllPairs(picture, 0, within, Math.max);
    const smallest = overAllPairs(picture, 255, within, Math.min);
    assert.deepEqual([...dilated(picture, reachX, reachY).data], largest);
    assert.deepEqual([...eroded(picture, reachX, reachY).data], smallest);
  }
});

test("pieces hang together over corners, and have a box and an area", () => {
  const { count, labels, boxes, areas } = components(
    mask("#...#.#", "#.#..#.", "###...#", "......#", "#......"),
  );
  assert.equal(count, 4);
  assert.deepEqual(boxes.slice(1), [[0, 0, 3, 3], [4, 0, 3, 4], [0, 4, 1, 1]]);
  assert.deepEqual([...areas], [23, 6, 5, 1]);
  assert.equal(labels[6], labels[4]);
});

test("branches that meet late are one piece", () => {
  assert.equal(components(mask("#.#.#.#", "#.#.#.#", "#######")).count, 2);
  assert.equal(components(mask("..#..", ".#.#.", "#...#", ".#.#.", "..#..")).count, 2);
});

test("a part may lie outside of the picture", () => {
  const part = cut(mask("#.", "##"), -1, 1, 3, 2);
  assert.deepEqual(lines(part), [".##", "..."]);
  assert.deepEqual(boundingBox(part), { x: 1, y: 0, width: 2, height: 1 });
  assert.deepEqual(boundingBox(mask("..")), { x: 0, y: 0, width: 0, height: 0 });
});

test("stretching keeps the edges and runs evenly between them", () => {
  const { data } = stretched({ width: 2, height: 1, data: Uint8Array.of(0, 200) }, 8, 1);
  assert.deepEqual([...data], [0, 0, 25, 75, 125, 175, 200, 200]);
});

test("halves are rounded to even", () => {
  assert.deepEqual([0.5, 1.5, 2.5, 2.4, 2.6, -1.5].map(rint), [0, 2, 2, 2, 3, -2]);
});
