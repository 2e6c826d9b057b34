/**
 * The strokes of whole numbers, as recognizer/segmentation/ink.py takes them apart.
 *
 * @import { Glyph } from "../preprocessing/glyph.js"
 * @import { Canvas, Stroke } from "../preprocessing/ink.js"
 * @import { Group } from "./grouping.js"
 * @import { Lattice } from "./lattice.js"
 */

import { boundingBox, isDot, normalise } from "../preprocessing/ink.js";
import { around, candidates, upright } from "./grouping.js";
import { linesOf } from "./lines.js";
import { momentsOf, traitsOf } from "./signs.js";

const SLANT_STEP = 2 ** -32; // far more than sums in another order differ by

/**
 * What may be the digits of numbers, one a line, from the highest down; null where there is no
 * digit on one of them.
 *
 * @param {Stroke[]} strokes
 * @param {Canvas | null} [canvas]
 * @returns {Lattice[] | null}
 */
export function lines(strokes, canvas = null) {
  const found = strokesOfLines(strokes).map((line) => digits(line, canvas));
  return found.every((lattice) => lattice !== null) && found.length > 0 ? found : null;
}

/**
 * The strokes of each line, from the highest down.
 *
 * @template {Stroke} Line
 * @param {Line[]} strokes
 * @returns {Line[][]}
 */
export function strokesOfLines(strokes) {
  const drawn = strokes.filter((stroke) => stroke.length > 0);
  if (drawn.length === 0) return [];
  return linesOf(upright(drawn, 0)).map((line) => line.map((piece) => drawn[piece]));
}

/**
 * What may be the digits of a number, for a network to choose from.
 *
 * Dots and signs are among the groups. Null where there is no digit.
 *
 * @param {Stroke[]} strokes
 * @param {Canvas | null} [canvas]
 * @returns {Lattice | null}
 */
export function digits(strokes, canvas = null) {
  const drawn = strokes.filter((stroke) => stroke.length > 0);
  if (drawn.length === 0) return null;
  const moved = atOrigin(drawn);
  const slant = slantOf(moved);
  const boxes = upright(moved, slant);
  const found = candidates(boxes, true);
  /** @type {(group: Group) => Stroke[]} */
  const parts = ({ pieces }) => pieces.map((piece) => drawn[piece]);
  /** @type {(group: Group) => boolean} */
  const isDigit = (group) => !isDot(boundingBox(parts(group)), canvas);
  const groups = found.digits.filter(isDigit);
  if (!groups.some(({ pieces }) => pieces.length === 1)) return null;
  const dots = found.digits.filter((group) => !isDigit(group));
  const glyphs = groups.map((group) => /** @type {Glyph} */ (normalise(parts(group)))); // no dots
  const every = [...groups, ...dots, ...found.signs];
  return {
    glyphs,
    groups: every,
    boxes: every.map((group) => boundingBox(parts(group))),
    upright: around(boxes, every),
    traits: traitsOf(
      boxes,
      moved.map((stroke) => momentsOf(stroke, slant)),
      every.map(({ pieces }) => pieces),
    ),
    byPen: true,
  };
}

/**
 * The strokes with the corner of their box at 0, 0: far off, the last bits of a product
 * would decide which of them are joined.
 * @type {(strokes: Stroke[]) => Stroke[]}
 */
function atOrigin(strokes) {
  const { x: left, y: top } = boundingBox(strokes);
  return strokes.map((stroke) => stroke.map(([x, y]) => [x - left, y - top]));
}

/**
 * How far the strokes go in x for each y: the regression of x on y within each stroke, in
 * steps of SLANT_STEP.
 * @param {Stroke[]} strokes
 * @returns {number}
 */
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
  return down > 0 ? Math.round(across / down / SLANT_STEP) * SLANT_STEP : 0;
}
