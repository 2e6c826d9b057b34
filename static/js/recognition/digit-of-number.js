/**
 * One digit of a number, as a drawing of its own: what can be stored and corrected alone.
 *
 * @import { DigitOfNumber, Payload } from "../api.js"
 * @import { Glyph } from "../preprocessing/glyph.js"
 */

import { digits, strokesOfLines } from "../segmentation/ink.js";

/**
 * Of the strokes in `drawing` only those of the digit that the server read as `{ box, seen }`:
 * none where this browser finds no digit at all.
 *
 * The server says where a digit stands and what the network saw of it. The browser
 * shares the strokes out by the same rules, so one of its groups is that digit:
 * the one whose picture is the same.
 *
 * @param {Pick<DigitOfNumber, "box" | "seen">} digit
 * @param {Payload} drawing
 * @returns {Payload}
 */
export function digitOfNumber({ box, seen }, drawing) {
  const { strokes: all = [], canvas } = drawing;
  const candidates = strokesOfLines(all).flatMap((line) => {
    const found = digits(line, canvas);
    return (found?.glyphs ?? []).map((glyph, at) => ({
      strokes: (found?.groups[at].pieces ?? []).map((piece) => line[piece]),
      off: difference(glyph, box, seen),
    }));
  });
  const least = Math.min(...candidates.map(({ off }) => off));
  const { strokes = [] } = candidates.find(({ off }) => off === least) ?? {};
  return { ...drawing, strokes };
}

/** @type {(glyph: Glyph, box: DigitOfNumber["box"], seen: number[]) => number} */
function difference({ pixels, box }, [x, y, width, height], seen) {
  const far = Math.max(
    Math.abs(box.x - x),
    Math.abs(box.y - y),
    Math.abs(box.width - width),
    Math.abs(box.height - height),
  );
  return seen.reduce((sum, value, index) => sum + Math.abs(value - pixels[index]), 0) + far;
}
