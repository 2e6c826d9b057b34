/**
 * Drawings as small pictures: ink as lines, whatever their size on the screen.
 *
 * @import { Payload, Remembered } from "../api.js"
 */

import { pixelsOf } from "../hand/remembered.js";
import { SIZE } from "../preprocessing/glyph.js";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 0.12; // around the ink alone, as a share of its longer side

/** A drawing as it was given, on the whole of its canvas. @type {(drawing: Payload) => Element} */
export function drawingPicture({ image, strokes = [], canvas = [1, 1] }) {
  return image === undefined ? lines(strokes, [0, 0, ...canvas]) : photograph(image);
}

/** A remembered drawing: its ink alone, or its pixels. @type {(drawing: Remembered) => Element} */
export function rememberedPicture({ strokes = [], pixels }) {
  return pixels === undefined ? lines(strokes, around(strokes)) : dots(pixelsOf(pixels));
}

function photograph(/** @type {string} */ address) {
  const picture = document.createElement("img");
  picture.src = address;
  picture.alt = "";
  return picture;
}

/** @type {(strokes: number[][][], viewBox: number[]) => Element} */
function lines(strokes, viewBox) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", viewBox.join(" "));
  picture.setAttribute("aria-hidden", "true");
  for (const stroke of strokes) {
    const line = document.createElementNS(SVG, "polyline");
    // A dot is a line to itself.
    const points = stroke.length > 1 ? stroke : [...stroke, ...stroke];
    line.setAttribute("points", points.map(([x, y]) => `${x},${y}`).join(" "));
    picture.append(line);
  }
  return picture;
}

/** A square around the ink. @type {(strokes: number[][][]) => number[]} */
function around(strokes) {
  const points = strokes.flat();
  const [left, top] = [0, 1].map((at) => Math.min(...points.map((point) => point[at])));
  const [right, bottom] = [0, 1].map((at) => Math.max(...points.map((point) => point[at])));
  const side = Math.max(right - left, bottom - top, 1) * (1 + 2 * MARGIN);
  return [(left + right - side) / 2, (top + bottom - side) / 2, side, side];
}

function dots(/** @type {ArrayLike<number>} */ values) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  canvas.className = "coarse";
  const image = new ImageData(SIZE, SIZE);
  for (let at = 0; at < values.length; at++) {
    image.data.fill(255 - values[at], 4 * at, 4 * at + 3);
    image.data[4 * at + 3] = 255;
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}
