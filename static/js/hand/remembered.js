/**
 * A remembered drawing: what the network sees of it, and what it is called.
 *
 * @import { Payload, Remembered } from "../api.js"
 * @import { Seen } from "../inference/network.js"
 * @import { About, Entry } from "../offline/outbox.js"
 */

import { normalise } from "../preprocessing/ink.js";

const CLASSES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "not_a_digit"];

/** "0" to "9" or "not_a_digit" as the network's class; -1 of anything else. */
export function classOf(/** @type {string} */ label) {
  return CLASSES.indexOf(label);
}

/** The label of a class, 0 to 10. */
export function labelOf(/** @type {number} */ number) {
  return CLASSES[number];
}

/**
 * What the network sees of it; null where that is nothing.
 * @type {(remembered: Remembered) => Seen | null}
 */
export function seenOf({ strokes, canvas, pixels }) {
  if (pixels !== undefined) return { pixels: pixelsOf(pixels), motion: null };
  const glyph = normalise(strokes ?? [], canvas);
  return glyph && { pixels: glyph.pixels, motion: glyph.motion };
}

/** 784 values from 0 paper to 255 ink. @type {(pixels: string | number[]) => Uint8ClampedArray} */
export function pixelsOf(pixels) {
  if (typeof pixels !== "string") return Uint8ClampedArray.from(pixels);
  return Uint8ClampedArray.from(atob(pixels), (character) => character.charCodeAt(0));
}

/**
 * A drawing that somebody has named, as it will be remembered.
 * @type {(id: string, said: { drawing: Payload, label: string, about: About }) => Remembered}
 */
export function rememberedOf(id, { drawing, label, about: { at, telling, seen } }) {
  const { image, strokes, canvas } = drawing;
  const shown = image === undefined ? { strokes, canvas } : { pixels: seen };
  return { id, label, drawn_at: at, telling, ...shown };
}

/**
 * What waits in the outbox, the newest first. What was withdrawn or refused is not remembered.
 * @type {(entries: Entry[]) => Remembered[]}
 */
export function waitingOf(entries) {
  /** @type {(entry: Entry) => Remembered[]} */
  const remembered = ({ key, drawing, label, about, refused }) => {
    if (!drawing || !about || refused !== undefined) return [];
    return [{ ...rememberedOf(key, { drawing, label, about }), isWaiting: true }];
  };
  return entries.flatMap(remembered).reverse();
}
