/**
 * A picture of whole numbers, taken apart: recognizer/segmentation/raster.py in JavaScript.
 * tests/golden/raster_numbers.json holds the two languages together.
 *
 * @import { Ink } from "../preprocessing/binarisation.js"
 * @import { Grey, Mask } from "../preprocessing/picture.js"
 * @import { Pieces } from "./components.js"
 * @import { Group } from "./grouping.js"
 * @import { Lattice } from "./lattice.js"
 */
import { boxOf } from "../preprocessing/binarisation.js";
import { glyphOf, inkOf } from "../preprocessing/raster.js";
import { render as traced } from "../preprocessing/stroke-width.js";
import { linesOfMask, maskOf, momentsOfPieces, TooLarge, takenApart } from "./components.js";
import { around, candidates } from "./grouping.js";
import { traitsOf } from "./signs.js";

const MAX_DIGITS = 32;

/**
 * What may be the digits of whole numbers, one a line, from the highest down; null and throws as
 * `digits`.
 *
 * @param {Grey} grey
 * @returns {Lattice[] | null}
 */
export function lines(grey) {
  const ink = inkOf(grey, false);
  if (ink === null) return null;
  const found = linesOfMask(ink.mask).map((mask) => latticeOf(ink, mask));
  return found.every((lattice) => lattice !== null) ? found : null;
}

/**
 * What may be the digits of a whole number on one line, for a network to choose from; see
 * `marksOf` of lattice.js.
 *
 * Boxes are in the picture's own pixels. Signs and specks are among the groups. Null where there
 * is no digit; throws `TooLarge` for more than any number has.
 *
 * @param {Grey} grey
 * @returns {Lattice | null}
 */
export function digits(grey) {
  const ink = inkOf(grey, false);
  return ink && latticeOf(ink, ink.mask);
}

/** @type {(ink: Ink, mask: Mask) => Lattice | null} */
function latticeOf(ink, mask) {
  const found = partsOf(mask);
  if (found === null) return null;
  const { pieces, groups, signs } = found;
  const glyphs = groups.map((group) => glyphOf(ink, maskOf(pieces, group.pieces)));
  const every = [...groups, ...signs];
  const low = signs.map((group) => boxOf(ink, maskOf(pieces, group.pieces)));
  return {
    glyphs,
    groups: every,
    boxes: [...glyphs.map(({ box }) => box), ...low],
    upright: around(pieces.boxes, every),
    traits: traitsOf(
      pieces.boxes,
      momentsOfPieces(pieces),
      every.map((group) => group.pieces),
    ),
    byPen: false,
  };
}

/**
 * Those glyphs' pixels before rounding, or null.
 * @param {Grey} grey
 * @returns {Float64Array[] | null}
 */
export function renders(grey) {
  const ink = inkOf(grey, false);
  const found = ink && partsOf(ink.mask);
  if (ink === null || found === null) return null;
  const { pieces, groups } = found;
  return groups.map((one) => traced(ink.depth, maskOf(pieces, one.pieces), ink.level));
}

/**
 * The pieces of the ink of one line, and which of them may be digits.
 * @param {Mask} mask
 * @returns {{ pieces: Pieces, groups: Group[], signs: Group[] } | null}
 */
function partsOf(mask) {
  const pieces = takenApart(mask);
  const { digits: groups, signs } = candidates(pieces.boxes, false, pieces.chains);
  // Without a piece that can be one by itself, nothing might be left once all are shared out.
  if (!groups.some((group) => group.pieces.length === 1)) return null;
  if (groups.filter((group) => group.pieces.length === 1).length > MAX_DIGITS) {
    throw new TooLarge(`There are more than ${MAX_DIGITS} digits.`);
  }
  return { pieces, groups, signs };
}
