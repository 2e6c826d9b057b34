/** One digit of a number, as a drawing of its own: what can be stored and corrected alone. */

import { digits } from "./numbers.js";

/**
 * The strokes of the digit that the server read as `{ box, seen }` in `drawing`.
 *
 * The server says where a digit stands and what the network saw of it. The browser
 * shares the strokes out by the same rules, so one of its groups is that digit:
 * the one whose picture is the same.
 */
export function partOf({ box, seen }, drawing) {
  const found = digits(drawing.strokes, drawing.canvas);
  if (found === null) return null;
  const differences = found.glyphs.map((glyph) => difference(glyph, box, seen));
  const best = differences.indexOf(Math.min(...differences));
  const strokes = found.groups[best].pieces.map((piece) => drawing.strokes[piece]);
  return { ...drawing, strokes };
}

/** The number of the digit whose box holds the place; -1 where there is none. */
export function digitAt(digits, [x, y]) {
  return digits.findIndex(
    ({ box: [left, top, width, height] }) =>
      x >= left && x <= left + width && y >= top && y <= top + height,
  );
}

function difference({ pixels, box }, [x, y, width, height], seen) {
  const far = Math.max(
    Math.abs(box.x - x),
    Math.abs(box.y - y),
    Math.abs(box.width - width),
    Math.abs(box.height - height),
  );
  return seen.reduce((sum, value, index) => sum + Math.abs(value - pixels[index]), 0) + far;
}
