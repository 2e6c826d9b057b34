/** A picture's file or a canvas -> a Photo, made small before anything is sent. */

import { greyOf, paperFor } from "./grey.js";
import { Photo } from "./photo.js";

const LONGEST = 1600; // pixels of a side; more say nothing more about ink
const EXACT = 640; // up to here a picture is sent without loss
const LARGEST_FILE = 60_000_000; // bytes, that a browser can still unpack

/** Not a picture that this browser can show; `code` names the sentence that says so. */
export class NotAPicture extends Error {
  code = "notAPicture";
}

/**
 * Of a file only the pixels go on, upright and smaller: not where and when it was taken,
 * which cameras write into it.
 */
export async function open(file) {
  if (file.size > LARGEST_FILE) throw new NotAPicture();
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return await photoOf(image, [image.naturalWidth, image.naturalHeight], "upload");
  } catch (error) {
    throw error instanceof DOMException ? new NotAPicture() : error;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** `source` of the canvas's picture is "camera" where it is a frame of one. */
export async function photoOf(picture, [width, height], source) {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const size = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = canvasOf(picture, [0, 0, width, height], size);
  const colours = flattened(canvas);
  // Not before somebody has a picture: the page is drawn on without it.
  const { digits, normalise } = await import("../raster/raster.js");
  const grey = greyOf(colours);
  const cut = (box) => encoded(canvasOf(canvas, box, box.slice(2)));
  return new Photo({
    image: encoded(canvas),
    size,
    seen: normalise(grey),
    source,
    digits: () => digits(grey),
    cut,
  });
}

function canvasOf(picture, [left, top, width, height], [newWidth, newHeight]) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [newWidth, newHeight];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, left, top, width, height, 0, 0, newWidth, newHeight);
  return canvas;
}

/** Puts paper under what is transparent; returns the pixels. */
function flattened(canvas) {
  const context = canvas.getContext("2d");
  const { width, height } = canvas;
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = paperFor(context.getImageData(0, 0, width, height));
  context.fillRect(0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function encoded(canvas) {
  const isSmall = Math.max(canvas.width, canvas.height) <= EXACT;
  return isSmall ? canvas.toDataURL("image/png") : canvas.toDataURL("image/jpeg", 0.9);
}
