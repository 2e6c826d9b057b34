/**
 * The network's cells over the ink on the sheet, as large as they are for this ink; over a picture
 * what of it is left out.
 *
 * @import { LeftOut, Photo } from "../../photo/photo.js"
 * @import { Size } from "../../drawing/drawing.js"
 * @import { Mask } from "../../preprocessing/picture.js"
 * @import { Stroke } from "../../preprocessing/ink.js"
 * @import { steps } from "../../preprocessing/ink.js"
 */

import { fit, SQUARE } from "../../drawing/drawing.js";
import { BODY, CENTRE, PEN, SIZE } from "../../preprocessing/glyph.js";

const GAP = 0.06; // between cells, as a share of one
const LINE = 0.12; // of the ink, likewise

export class Xray {
  #context;
  /** Of the sheet that the strokes are on. */
  size = SQUARE;

  constructor(/** @type {HTMLCanvasElement} */ canvas) {
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  }

  clear() {
    const { canvas } = this.#context;
    canvas.width = canvas.height = 0;
  }

  /**
   * `values` are 784, 0 paper to 255 ink.
   *
   * @param {ArrayLike<number>} values
   * @param {Stroke[]} strokes they were made from
   * @param {ReturnType<typeof steps>} made
   */
  show(values, strokes, { box, mass }) {
    const context = this.#context;
    const { unit, left, top } = this.#place(this.size);
    const style = getComputedStyle(context.canvas);
    // One cell in the strokes' unit, and the corner of the first.
    const cell = Math.max(box.width, box.height) / (BODY - PEN);
    const [x, y] = [
      box.x + box.width / 2 - (2 * CENTRE - mass[0] + 0.5) * cell,
      box.y + box.height / 2 - (2 * CENTRE - mass[1] + 0.5) * cell,
    ];
    context.setTransform(unit, 0, 0, unit, left, top);
    context.fillStyle = style.borderTopColor;
    context.fillRect(x, y, SIZE * cell, SIZE * cell);
    context.fillStyle = style.color;
    for (let at = 0; at < values.length; at++) {
      if (values[at] === 0) continue;
      context.globalAlpha = values[at] / 255;
      const [column, row] = [at % SIZE, Math.floor(at / SIZE)];
      const side = cell * (1 - GAP);
      context.fillRect(x + column * cell, y + row * cell, side, side);
    }
    context.globalAlpha = 1;
    context.strokeStyle = style.outlineColor;
    context.lineWidth = LINE * cell;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of strokes) {
      context.beginPath();
      for (const [px, py] of stroke) context.lineTo(px, py);
      context.stroke();
    }
  }
  /**
   * Over a picture on the sheet: where its ink is that is not the writing's.
   *
   * @param {Photo} photo
   * @param {LeftOut} leftOut
   */
  mark({ place }, { mask, scale }) {
    const context = this.#context;
    const { unit, left, top } = this.#place(SQUARE);
    const marks = marksOf(mask, getComputedStyle(context.canvas).outlineColor);
    const pixel = (place.unit / scale) * unit;
    context.drawImage(
      marks,
      left + place.left * unit,
      top + place.top * unit,
      mask.width * pixel,
      mask.height * pixel,
    );
  }

  /** A clear canvas, and where a sheet of this size is on it. */
  #place(/** @type {Size} */ size) {
    const { canvas } = this.#context;
    const { clientWidth, clientHeight } = canvas;
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(clientWidth * ratio);
    canvas.height = Math.round(clientHeight * ratio);
    return fit(size, [canvas.width, canvas.height]);
  }
}

/** The ink of a mask in a colour. @type {(mask: Mask, colour: string) => HTMLCanvasElement} */
function marksOf({ width, height, data }, colour) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = new ImageData(width, height);
  for (let at = 0; at < data.length; at++) if (data[at] > 0) image.data[4 * at + 3] = 255;
  context.putImageData(image, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  return canvas;
}
