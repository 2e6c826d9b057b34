/** The way of a pen, or ink as it is, as the 28x28 of the network; part of recognizer/tracing.py. */
import { BODY, CENTRE, PEN, SIZE } from "../ink.js";
import { averaged } from "./averaging.js";
import { distances } from "./distance.js";
import { boundingBox, cut, mapped } from "./picture.js";

const SAME = 0.15;
const BLOT = 0.85;
const STILL = 1e-6;

/** The way as ink.js draws a stroke: scaled, drawn with the pen, centred by mass, drawn again. */
export function drawn(way, inside) {
  const { x, y, width, height } = boundingBox(way);
  const scale = (BODY - PEN) / (Math.max(width, height, 2) - 1);
  const room = Math.ceil((PEN / 2 + 0.5) / scale) + 1;
  const part = (mask) => cut(mask, x - room, y - room, width + 2 * room, height + 2 * room);
  const [line, inner] = [part(way), part(inside)];
  const away = distances(mapped(line, Uint8Array, (at) => 1 - line.data[at]));
  for (let at = 0; at < inner.data.length; at++) if (inner.data[at]) away.data[at] *= -1;
  const [middleX, middleY] = [(width - 1) / 2 + room, (height - 1) / 2 + room];
  const [massX, massY] = centreOfMass({ width: SIZE, data: penned(away, scale, middleX, middleY) });
  const [right, down] = [(massX - CENTRE) / scale, (massY - CENTRE) / scale];
  return penned(away, scale, middleX + right, middleY + down);
}

/** The glyph whose centre lies at (x, y) of the picture of distances. */
function penned(away, scale, x, y) {
  return Float64Array.from({ length: SIZE * SIZE }, (_, at) => {
    const column = ((at % SIZE) - CENTRE) / scale + x;
    const row = (Math.floor(at / SIZE) - CENTRE) / scale + y;
    return pen(scale * between(away, column, row));
  });
}

/** A pixel's value by its distance from the way; negative ones are in a blot. */
function pen(away) {
  const ink = Math.min(Math.max(PEN / 2 + 0.5 - Math.abs(away), 0), 1);
  return away < 0 ? Math.max(ink, BLOT) : ink;
}

/** Linear interpolation; infinite outside of the picture. */
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

/** The ink as it is: scaled by area average, centred by mass. */
export function moved(ink, scale) {
  const scaled = (side) => Math.max(1, Math.floor(side * scale + 0.5));
  const isSame = Math.abs(scale - 1) <= SAME;
  const grey = isSame ? ink : averaged(ink, scaled(ink.width), scaled(ink.height));
  const image = mapped(grey, Float64Array, (at) => grey.data[at] / 255);
  const [middleX, middleY] = centreOfMass(image);
  const right = Math.ceil(CENTRE - middleX - STILL);
  const down = Math.ceil(CENTRE - middleY - STILL);
  return cut(image, -right, -down, SIZE, SIZE).data;
}

function centreOfMass({ width, data }) {
  let [total, sumX, sumY] = [0, 0, 0];
  data.forEach((value, at) => {
    total += value;
    sumX += value * (at % width);
    sumY += value * Math.floor(at / width);
  });
  return [sumX / total, sumY / total];
}
