/**
 * One digit's ink -> its 28x28 with strokes of one width: the pen's trajectory is found
 * and drawn anew; recognizer/preprocessing/stroke_width.py in JavaScript, where the reasons stand.
 *
 * @import { DistanceMap } from "./distance.js"
 * @import { Box } from "./glyph.js"
 * @import { Mask, Picture } from "./picture.js"
 */

import { distances } from "./distance.js";
import { BODY, CENTRE, PEN, SIZE } from "./glyph.js";
import { dilated, eroded } from "./morphology.js";
import { boundingBox, cut, mapped, repeated, stretched } from "./picture.js";
import { averaged } from "./resampling.js";

const FINE = 100;
const COARSE = 40;
const PENS = [1.2, 4.5];
const FLAT = 0.6;
const THIN_QUANTILE = 0.1;
const MAX_HALF_WIDTH = 0.18;
const SAME = 0.15;
const FILLED_LOOP = 0.85;
const ROUNDING = 1e-6;
export const STRIP_ROWS = 32;
const STRIP_BODY = 24;
const STRIP_MARGIN = 4;
const STRIP_FINE = 75;
const BORDER = 2;

/**
 * @typedef {{ pixels: Picture<Float64Array>, left: number, scale: number }} Strip values in
 * [0, 1]; a column's middle lies, halfway down, at `left` + column / `scale` in x of the mask
 */

/**
 * The digit under `mask` as the ink path would have drawn it: 784 values in [0, 1].
 * @param {Picture} depth 0 paper to 255 the darkest ink
 * @param {Mask} mask
 * @param {number} level of the depth, above which there is ink
 * @returns {Float64Array}
 */
export function render(depth, mask, level) {
  const { own, ink, box } = around(depth, mask);
  const longer = Math.max(box.width, box.height);
  const [fine, scale] = scaledForTracing(ink, own, longer, level);
  const { trajectory, inside, half } = trajectoryOf(fine, Math.max(fine.width, fine.height));
  const pen = (((2 * half) / scale) * BODY) / longer;
  if (longer <= COARSE && PENS[0] <= pen && pen <= PENS[1]) return moved(ink, BODY / longer);
  return drawn(trajectory, inside);
}

/**
 * The piece under `mask` drawn with the pen of `render`, at one scale for its height and set
 * upright: `slant` is how far it leans in x for each y.
 * @param {Picture} depth
 * @param {Mask} mask
 * @param {number} level
 * @param {number} slant
 * @returns {Strip}
 */
export function strip(depth, mask, level, slant) {
  const { own, ink, box, left } = around(depth, mask);
  const times = box.height < STRIP_FINE ? Math.ceil(STRIP_FINE / box.height) : 1;
  let [fine, scale] = [times > 1 ? enlarged(ink, own, times, level) : own, times];
  while (fine.height > 2 * STRIP_FINE) [fine, scale] = [halved(fine), scale / 2];
  const { trajectory, inside } = trajectoryOf(fine, fine.height);
  const upright = uprightOf(trajectory, inside, slant);
  // A pixel's middle has whole coordinates, there and in the mask.
  const first = (upright.left - BORDER + 0.5) / scale - 0.5;
  return { pixels: upright.pixels, left: left + first, scale: upright.scale * scale };
}

/** @type {(trajectory: Mask, inside: Mask, slant: number) => Strip} */
function uprightOf(trajectory, inside, slant) {
  const { x: left, width, height } = boundingBox(trajectory);
  const scale = (STRIP_BODY - PEN) / (Math.max(height, 2) - 1);
  const { map, room } = distanceMap(trajectory, inside, scale);
  const wide = Math.ceil(scale * (width - 1 + Math.abs(slant) * (height - 1)) + PEN);
  const size = { width: wide + 2 * STRIP_MARGIN, height: STRIP_ROWS };
  const [middleX, middleY] = [(width - 1) / 2 + room, (height - 1) / 2 + room];
  const first = -(size.width - 1) / 2 / scale;
  const pixels = mapped(size, Float64Array, (at) => {
    const down = (Math.floor(at / size.width) - (STRIP_ROWS - 1) / 2) / scale;
    const across = ((at % size.width) - (size.width - 1) / 2) / scale;
    return pen(scale * between(map, across + slant * down + middleX, down + middleY));
  });
  return { pixels, left: left + middleX - room + first, scale };
}

/**
 * What is under a mask, with a pixel of paper around it: its mask, its ink, which is its own where
 * it fades out beside the mask, too; the mask's box, and where the part begins.
 * @type {(depth: Picture, mask: Mask) => { own: Mask, ink: Picture, box: Box, left: number }}
 */
function around(depth, mask) {
  const box = boundingBox(mask);
  const [left, top] = [Math.max(0, box.x - 1), Math.max(0, box.y - 1)];
  const right = Math.min(mask.width, box.x + box.width + 1);
  const bottom = Math.min(mask.height, box.y + box.height + 1);
  /** @type {(picture: Picture) => Picture} */
  const part = (picture) => cut(picture, left, top, right - left, bottom - top);
  const own = part(mask);
  const near = dilated(own, 1);
  const deep = part(depth);
  const ink = mapped(deep, Uint8Array, (at) => deep.data[at] * near.data[at]);
  return { own, ink, box, left };
}

/**
 * The digit's mask at the size where its trajectory is found, and its scale.
 * @type {(ink: Picture, own: Mask, longer: number, level: number) => [Mask, number]}
 */
function scaledForTracing(ink, own, longer, level) {
  if (longer >= FINE) return reduced(own);
  const times = Math.ceil(FINE / longer);
  return [enlarged(ink, own, times, level), times];
}

/** @type {(ink: Picture, own: Mask, times: number, level: number) => Mask} */
function enlarged(ink, own, times, level) {
  const large = stretched(ink, times * ink.width, times * ink.height);
  const fine = mapped(large, Uint8Array, (at) => (large.data[at] > level ? 1 : 0));
  return fine.data.includes(1) ? fine : repeated(own, times);
}

/** @type {(mask: Mask) => [Mask, number]} */
function reduced(mask) {
  let scale = 1;
  while (mask.data.length > (2 * FINE) ** 2) [mask, scale] = [halved(mask), scale / 2];
  return [mask, scale];
}

/**
 * A pixel is ink where any of its four was.
 * @type {(mask: Mask) => Mask}
 */
function halved(mask) {
  const even = [mask.width + (mask.width % 2), mask.height + (mask.height % 2)];
  const { width, data } = cut(mask, 0, 0, even[0], even[1]);
  const half = { width: width >> 1, height: even[1] >> 1 };
  return mapped(half, Uint8Array, (at) => {
    const first = 2 * (at % half.width) + 2 * Math.floor(at / half.width) * width;
    return data[first] | data[first + 1] | data[first + width] | data[first + width + 1];
  });
}

/**
 * The trajectory of the pen's middle through the ink, the inside of filled loops, and half the width.
 * `size` is a digit's longer side.
 * @type {(fine: Mask, size: number) => { trajectory: Mask, inside: Mask, half: number }}
 */
function trajectoryOf(fine, size) {
  const [width, height] = [fine.width + 2 * BORDER, fine.height + 2 * BORDER];
  const mask = cut(fine, -BORDER, -BORDER, width, height);
  const fromEdge = distances(mask);
  const middle = middleOf(fromEdge);
  const half = Math.min(halfWidthOf(fromEdge.data, middle), MAX_HALF_WIDTH * size);
  const deep = mapped(mask, Uint8Array, (at) => (fromEdge.data[at] >= half ? 1 : 0));
  const inside = eroded(deep, 1);
  const trajectory = mapped(mask, Uint8Array, (at) =>
    deep.data[at] ? 1 - inside.data[at] : middle[at],
  );
  return { trajectory, inside, half };
}

/**
 * 1 where the distance to the edge grows to no side: by Sobel's operator, less than FLAT a pixel.
 * @type {(fromEdge: DistanceMap) => Uint8Array}
 */
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

/** @type {(fromEdge: Float32Array, middle: Uint8Array) => number} */
function halfWidthOf(fromEdge, middle) {
  const line = fromEdge.filter((_, at) => middle[at]).sort();
  if (line.length > 0) return line[Math.floor(THIN_QUANTILE * line.length)];
  return fromEdge.reduce((most, value) => Math.max(most, value), 0);
}

/**
 * The trajectory as ink.js draws a stroke: scaled, drawn with the pen, centred by mass, drawn again.
 * @param {Mask} trajectory
 * @param {Mask} inside of filled loops
 * @returns {Float64Array}
 */
function drawn(trajectory, inside) {
  const { width, height } = boundingBox(trajectory);
  const scale = (BODY - PEN) / (Math.max(width, height, 2) - 1);
  const { map, room } = distanceMap(trajectory, inside, scale);
  const [middleX, middleY] = [(width - 1) / 2 + room, (height - 1) / 2 + room];
  const [massX, massY] = centreOfMass({ width: SIZE, data: penned(map, scale, middleX, middleY) });
  const [right, down] = [(massX - CENTRE) / scale, (massY - CENTRE) / scale];
  return penned(map, scale, middleX + right, middleY + down);
}

/**
 * How far from the trajectory each pixel around it is, and the room for the pen beside it.
 * @type {(trajectory: Mask, inside: Mask, scale: number) => { map: DistanceMap, room: number }}
 */
function distanceMap(trajectory, inside, scale) {
  const { x, y, width, height } = boundingBox(trajectory);
  const room = Math.ceil((PEN / 2 + 0.5) / scale) + 1;
  /** @type {(mask: Mask) => Mask} */
  const part = (mask) => cut(mask, x - room, y - room, width + 2 * room, height + 2 * room);
  const [line, inner] = [part(trajectory), part(inside)];
  const map = distances(mapped(line, Uint8Array, (at) => 1 - line.data[at]));
  for (let at = 0; at < inner.data.length; at++) if (inner.data[at]) map.data[at] *= -1;
  return { map, room };
}

/**
 * The glyph whose centre lies at (x, y) of the DistanceMap.
 * @type {(map: DistanceMap, scale: number, x: number, y: number) => Float64Array}
 */
function penned(map, scale, x, y) {
  return Float64Array.from({ length: SIZE * SIZE }, (_, at) => {
    const column = ((at % SIZE) - CENTRE) / scale + x;
    const row = (Math.floor(at / SIZE) - CENTRE) / scale + y;
    return pen(scale * between(map, column, row));
  });
}

/**
 * A pixel's value by its distance from the trajectory; negative in a filled loop.
 * @type {(distance: number) => number}
 */
function pen(distance) {
  const ink = Math.min(Math.max(PEN / 2 + 0.5 - Math.abs(distance), 0), 1);
  return distance < 0 ? Math.max(ink, FILLED_LOOP) : ink;
}

/**
 * Linear interpolation; infinite outside of the picture.
 * @type {(map: DistanceMap, x: number, y: number) => number}
 */
function between({ width, height, data }, x, y) {
  if (!(x >= 0 && x <= width - 1 && y >= 0 && y <= height - 1)) return Infinity;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const across = x - left;
  const down = y - top;
  const upper = (1 - across) * data[top * width + left] + across * data[top * width + right];
  const lower = (1 - across) * data[bottom * width + left] + across * data[bottom * width + right];
  return (1 - down) * upper + down * lower;
}

/**
 * The ink as it is: scaled by area average, centred by mass.
 * @param {Picture} ink
 * @param {number} scale
 * @returns {Float64Array}
 */
function moved(ink, scale) {
  /** @type {(side: number) => number} */
  const scaled = (side) => Math.max(1, Math.floor(side * scale + 0.5));
  const isSame = Math.abs(scale - 1) <= SAME;
  const grey = isSame ? ink : averaged(ink, scaled(ink.width), scaled(ink.height));
  const image = mapped(grey, Float64Array, (at) => grey.data[at] / 255);
  const [middleX, middleY] = centreOfMass(image);
  const right = Math.ceil(CENTRE - middleX - ROUNDING);
  const down = Math.ceil(CENTRE - middleY - ROUNDING);
  return cut(image, -right, -down, SIZE, SIZE).data;
}

/** @type {(image: { width: number, data: Float64Array }) => [x: number, y: number]} */
function centreOfMass({ width, data }) {
  let [total, sumX, sumY] = [0, 0, 0];
  data.forEach((value, at) => {
    total += value;
    sumX += value * (at % width);
    sumY += value * Math.floor(at / width);
  });
  return [sumX / total, sumY / total];
}
