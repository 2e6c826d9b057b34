/**
 * Canvases that show the network's picture, each of its pixels large enough to be seen.
 *
 * @import { Place } from "../../drawing/curve.js"
 *
 * @typedef {CanvasRenderingContext2D} Context
 */

import { SIZE } from "../../preprocessing/glyph.js";

export const ZOOM = 6; // canvas pixels for each of the network's

/** The network's picture: 784 values from 0 paper to 255 ink, shown black to white. */
export function picture(/** @type {ArrayLike<number>} */ values) {
  const image = new ImageData(SIZE, SIZE);
  const { data } = image;
  for (let index = 0; index < values.length; index++) {
    data.fill(values[index], 4 * index, 4 * index + 3);
    data[4 * index + 3] = 255;
  }
  return image;
}

/** The same as chalk on whatever is under it. */
export function transparency(/** @type {ArrayLike<number>} */ values) {
  const image = new ImageData(SIZE, SIZE);
  image.data.fill(255);
  for (let index = 0; index < SIZE * SIZE; index++) image.data[4 * index + 3] = values[index] ?? 0;
  return image;
}

export function blacken(/** @type {Context} */ context) {
  context.fillStyle = "#000";
  context.fillRect(0, 0, SIZE * ZOOM, SIZE * ZOOM);
}

/** A place of the network's picture, where a pixel's coordinates are those of its middle. */
export function onCanvas(/** @type {Place} */ [x, y]) {
  return /** @type {Place} */ ([(x + 0.5) * ZOOM, (y + 0.5) * ZOOM]);
}

/** Values from 0 to 1 as pixels. @type {(context: Context, values: Float64Array) => void} */
export function showPicture(context, values) {
  const image = picture(values.map((value) => value * 255));
  for (let index = 0; index < SIZE * SIZE; index++) {
    const value = image.data[index * 4];
    context.fillStyle = `rgb(${value} ${value} ${value})`;
    context.fillRect((index % SIZE) * ZOOM, Math.floor(index / SIZE) * ZOOM, ZOOM, ZOOM);
  }
}

/**
 * A line through places of the canvas; a single one is a dot.
 *
 * @type {(context: Context, places: Place[]) => void}
 */
export function line(context, places) {
  context.strokeStyle = "#fff";
  context.lineWidth = 2;
  context.lineCap = "round";
  context.beginPath();
  for (const place of places) context.lineTo(...place);
  if (places.length === 1) context.lineTo(...places[0]);
  context.stroke();
}

/**
 * A box, from its upper left corner on the canvas.
 *
 * @type {(context: Context, corner: Place, width: number, height: number) => void}
 */
export function frame(context, [left, top], width, height) {
  context.strokeStyle = "#7fb4ff";
  context.lineWidth = 1.5;
  context.strokeRect(left, top, width, height);
}

/** Marks a place of the canvas. @type {(context: Context, place: Place) => void} */
export function cross(context, [x, y]) {
  context.strokeStyle = "#ff9d5c";
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - ZOOM * 2, y);
  context.lineTo(x + ZOOM * 2, y);
  context.moveTo(x, y - ZOOM * 2);
  context.lineTo(x, y + ZOOM * 2);
  context.stroke();
}
