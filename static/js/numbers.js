/** A whole number's strokes, as recognizer/ink.py takes them apart. */

import { candidates, upright } from "./grouping.js";
import { boundingBox, isDot, normalise } from "./ink.js";
import { likeliest } from "./lattice.js";

/**
 * What may be the digits of a number, for a network to choose from.
 *
 * `glyphs` are [{ pixels, box }], pixels as `normalise` gives them; `groups` are those
 * of the glyphs, and after them dots and signs, which are passed over. Null where
 * there is no digit.
 */
export function digits(strokes, canvas = null) {
  const drawn = strokes.filter((stroke) => stroke.length > 0);
  if (drawn.length === 0) return null;
  const found = candidates(upright(drawn, slantOf(drawn)), true);
  const parts = ({ pieces }) => pieces.map((piece) => drawn[piece]);
  const isDigit = (group) => !isDot(boundingBox(parts(group)), canvas);
  const groups = found.digits.filter(isDigit);
  if (!groups.some(({ pieces }) => pieces.length === 1)) return null;
  const dots = found.digits.filter((group) => !isDigit(group));
  const glyphs = groups.map((group) => ({
    pixels: normalise(parts(group)),
    box: boundingBox(parts(group)),
  }));
  return { glyphs, groups: [...groups, ...dots, ...found.signs] };
}

/**
 * The numbers of the glyphs that make up the number, left to right. `probabilities`
 * has one a glyph: that of the digit it most looks like.
 */
export function best({ glyphs, groups }, probabilities) {
  const middle = (number) => glyphs[number].box.x + glyphs[number].box.width / 2;
  return likeliest(groups, probabilities)
    .filter((number) => number < glyphs.length)
    .sort((one, other) => middle(one) - middle(other));
}

/** How far the strokes go in x for each y: the regression of x on y within each stroke. */
export function slantOf(strokes) {
  let [across, down] = [0, 0];
  for (const stroke of strokes) {
    const segments = stroke.slice(1).map(([x, y], index) => {
      const [x0, y0] = stroke[index];
      const [alongX, alongY] = [x - x0, y - y0];
      const length = Math.hypot(alongX, alongY);
      return { x: (x + x0) / 2, y: (y + y0) / 2, alongX, alongY, length };
    });
    const total = segments.reduce((sum, { length }) => sum + length, 0);
    if (total === 0) continue;
    const middleX = segments.reduce((sum, { x, length }) => sum + x * length, 0) / total;
    const middleY = segments.reduce((sum, { y, length }) => sum + y * length, 0) / total;
    for (const { x, y, alongX, alongY, length } of segments) {
      // What the ink of a segment has about its own middle is a twelfth.
      across += length * ((x - middleX) * (y - middleY) + (alongX * alongY) / 12);
      down += length * ((y - middleY) ** 2 + alongY ** 2 / 12);
    }
  }
  return down > 0 ? across / down : 0;
}
