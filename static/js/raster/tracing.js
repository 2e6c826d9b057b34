/**
 * One digit's ink -> its 28x28: the way of the pen is found and drawn anew;
 * recognizer/tracing.py in JavaScript, where the reasons stand.
 */
import { BODY, PEN } from "../ink.js";
import { distances } from "./distance.js";
import { dilated, eroded } from "./morphology.js";
import { boundingBox, cut, mapped, repeated, stretched } from "./picture.js";
import { drawn, moved } from "./redrawing.js";

const FINE = 100;
const COARSE = 40;
const PENS = [1.2, 4.5];
const FLAT = 0.6;
const THINNEST = 0.1;
const WIDEST = 0.18;

/** The digit under `mask` as the ink path would have drawn it: 784 values in [0, 1]. */
export function render(depth, mask, level) {
  const box = boundingBox(mask);
  const longer = Math.max(box.width, box.height);
  const [left, top] = [Math.max(0, box.x - 1), Math.max(0, box.y - 1)];
  const right = Math.min(mask.width, box.x + box.width + 1);
  const bottom = Math.min(mask.height, box.y + box.height + 1);
  const part = (picture) => cut(picture, left, top, right - left, bottom - top);
  const own = part(mask);
  const near = dilated(own, 1);
  const around = part(depth);
  const ink = mapped(around, Uint8Array, (at) => around.data[at] * near.data[at]);
  const [fine, scale] = atWork(ink, own, longer, level);
  const { way, inside, half } = followed(fine);
  const pen = (((2 * half) / scale) * BODY) / longer;
  if (longer <= COARSE && PENS[0] <= pen && pen <= PENS[1]) return moved(ink, BODY / longer);
  return drawn(way, inside);
}

/** The digit's mask at the size where its pen is followed, and its scale. */
function atWork(ink, mask, longer, level) {
  if (longer >= FINE) return reduced(mask);
  const times = Math.ceil(FINE / longer);
  const large = stretched(ink, times * ink.width, times * ink.height);
  const fine = mapped(large, Uint8Array, (at) => (large.data[at] > level ? 1 : 0));
  return [fine.data.includes(1) ? fine : repeated(mask, times), times];
}

/** A pixel is ink where any of its four was. */
function reduced(mask) {
  let scale = 1;
  while (mask.data.length > (2 * FINE) ** 2) {
    const { width, data } = cut(mask, 0, 0, mask.width + (mask.width % 2), mask.height + (mask.height % 2));
    const half = { width: width >> 1, height: (mask.height + 1) >> 1 };
    mask = mapped(half, Uint8Array, (at) => {
      const first = 2 * (at % half.width) + 2 * Math.floor(at / half.width) * width;
      return data[first] | data[first + 1] | data[first + width] | data[first + width + 1];
    });
    scale /= 2;
  }
  return [mask, scale];
}

/** The way of the pen's middle through the ink, what it encloses, and half the pen's width. */
function followed({ width, height, ...rest }) {
  const mask = cut({ width, height, ...rest }, -2, -2, width + 4, height + 4);
  const fromEdge = distances(mask);
  const middle = middleOf(fromEdge);
  const half = Math.min(halfAPen(fromEdge.data, middle), WIDEST * Math.max(width, height));
  const deep = mapped(mask, Uint8Array, (at) => (fromEdge.data[at] >= half ? 1 : 0));
  const inside = eroded(deep, 1);
  const way = mapped(mask, Uint8Array, (at) =>
    deep.data[at] ? 1 - inside.data[at] : middle[at],
  );
  return { way, inside, half };
}

/** 1 where the way to the edge grows to no side: by Sobel's operator, less than FLAT a pixel. */
function middleOf({ width, height, data }) {
  const middle = new Uint8Array(data.length);
  for (let row = 1; row < height - 1; row++) {
    for (let at = row * width + 1; at < (row + 1) * width - 1; at++) {
      if (data[at] === 0) continue;
      const [upper, lower] = [at - width, at + width];
      const rising = data[lower + 1] - data[upper - 1];
      const falling = data[upper + 1] - data[lower - 1];
      const across = (rising + falling + 2 * (data[at + 1] - data[at - 1])) / 8;
      const down = (rising - falling + 2 * (data[lower] - data[upper])) / 8;
      if (across * across + down * down < FLAT * FLAT) middle[at] = 1;
    }
  }
  return middle;
}

function halfAPen(fromEdge, middle) {
  const line = fromEdge.filter((_, at) => middle[at]).sort();
  if (line.length > 0) return line[Math.floor(THINNEST * line.length)];
  return fromEdge.reduce((most, value) => Math.max(most, value), 0);
}
