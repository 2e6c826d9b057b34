/**
 * A picture's file or a canvas -> a Photo, made small before anything is sent.
 *
 * @import { Picture } from "./keep.js"
 * @import { Source } from "./photo.js"
 */

import { isEmptyForm, leftOutOf } from "../preprocessing/binarisation.js";
import { glyphOf, inkOf } from "../preprocessing/raster.js";
import { lines } from "../segmentation/raster.js";
import { loadTouching } from "../segmentation/touching.js";
import { foreignKind } from "./foreign.js";
import { greyOf, paperFor } from "./grey.js";
import { Photo } from "./photo.js";

const MAX_SIDE = 1600; // pixels of a side; more say nothing more about ink
const MAX_LOSSLESS_SIDE = 640; // up to here a picture is sent without loss
const MAX_FILE_BYTES = 60_000_000; // that a browser can still unpack

/** Not a picture that can be shown here; `code` names the sentence that says so. */
export class NotAPicture extends Error {
  /** @param {"notAPicture" | "aDocument"} [code] */
  constructor(code = "notAPicture") {
    super();
    this.code = code;
  }
}

/**
 * Of a file only the pixels go on, upright and smaller: not where and when it was taken,
 * which cameras write into it. A file that only the site can open goes there as it is, through
 * `convert`, and comes back as one that browsers show. Rejects with NotAPicture, or as `convert`.
 *
 * @param {File} file
 * @param {(file: File) => Promise<Blob>} convert
 * @returns {Promise<Photo>}
 */
export async function loadPhoto(file, convert) {
  if (file.size > MAX_FILE_BYTES) throw new NotAPicture();
  try {
    return await shownPhoto(file);
  } catch (error) {
    if (!(error instanceof NotAPicture)) throw error;
    const kind = await foreignKind(file);
    if (kind === "document") throw new NotAPicture("aDocument");
    if (kind === null) throw error;
    return await shownPhoto(await convert(file));
  }
}

/** What was on the sheet when the page was left. Rejects where that cannot be shown. @type {(kept: Picture) => Promise<Photo>} */
export async function keptPhoto({ image, source }) {
  return photoAt(image, source);
}

/** @type {(file: Blob) => Promise<Photo>} */
async function shownPhoto(file) {
  const address = URL.createObjectURL(file);
  try {
    return await photoAt(address, "upload");
  } catch (error) {
    throw error instanceof DOMException ? new NotAPicture() : error;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** @type {(address: string, source: Source) => Promise<Photo>} */
async function photoAt(address, source) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return photoOf(image, [image.naturalWidth, image.naturalHeight], source);
}

/**
 * The picture as a Photo; `source` is "camera" where it is a frame of one.
 * @param {CanvasImageSource} picture
 * @param {number[]} size [width, height] in pixels
 * @param {Source} source
 * @returns {Photo}
 */
export function photoOf(picture, [width, height], source) {
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  const size = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = canvasOf(picture, [0, 0, width, height], size);
  const colours = flattened(canvas);
  const grey = greyOf(colours);
  const ink = inkOf(grey);
  const isEmpty = ink !== null && isEmptyForm(ink);
  /** @type {(box: number[]) => string} */
  const cut = (box) => encoded(canvasOf(canvas, box, box.slice(2)));
  return new Photo({
    image: encoded(canvas),
    size,
    glyph: ink && !isEmpty ? glyphOf(ink, ink.mask) : null,
    cell: isEmpty ? ink.cells[0].box : null,
    source,
    lines: async () => {
      // Without it digits that touch are read less well, and all others as well as ever.
      await loadTouching().catch(() => {});
      return lines(grey);
    },
    leftOut: (one) => leftOutOf(grey, one),
    cut,
  });
}

/**
 * @param {CanvasImageSource} picture
 * @param {number[]} box [x, y, width, height] of the part that is taken
 * @param {number[]} size [width, height] of the canvas
 */
function canvasOf(picture, [left, top, width, height], [newWidth, newHeight]) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [newWidth, newHeight];
  const context = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true })
  );
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, left, top, width, height, 0, 0, newWidth, newHeight);
  return canvas;
}

/**
 * Puts paper under what is transparent; returns the pixels.
 * @type {(canvas: HTMLCanvasElement) => ImageData}
 */
function flattened(canvas) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const { width, height } = canvas;
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = paperFor(context.getImageData(0, 0, width, height));
  context.fillRect(0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** @type {(canvas: HTMLCanvasElement) => string} */
function encoded(canvas) {
  const isSmall = Math.max(canvas.width, canvas.height) <= MAX_LOSSLESS_SIDE;
  return isSmall ? canvas.toDataURL("image/png") : canvas.toDataURL("image/jpeg", 0.9);
}
