/**
 * Where digits of a picture touch: cuts through the thinnest places of a piece of ink;
 * recognizer/segmentation/cuts.py in JavaScript, where the reasons stand.
 *
 * @import { Mask, Picture } from "../preprocessing/picture.js"
 *
 * @typedef {{ path: number[], place: number, thickness: number }} Path its column in each row, the
 * mean of them, and the ink that it goes through
 * @typedef {{ ink: Picture<Float64Array>, scale: number, height: number, lean: number[],
 *   pen: number }} Piece its ink in ROWS rows, the mask's height, how far each row leans
 */

import { distances } from "../preprocessing/distance.js";
import { dilated } from "../preprocessing/morphology.js";
import { cut, mapped, rint } from "../preprocessing/picture.js";
import { averaged } from "../preprocessing/resampling.js";

const ROWS = 48;
const BAND = 8;
const PLACES = 2 * BAND + 1;
const MIN_DISTANCE = 8;
const MAX_THICKNESS = 4;
const PAPER = 0.02;
const KEPT = 0.25;

/**
 * The cuts of one piece, left to right: of each its column in every row of the mask.
 * `slant`, in x for each y, is that of the number.
 *
 * @param {Mask} mask
 * @param {number} slant
 * @returns {Float64Array[]}
 */
export function cuts(mask, slant) {
  const piece = pieceOf(mask, slant);
  const { width } = piece.ink;
  const paths = range(MIN_DISTANCE, width - MIN_DISTANCE)
    .map((middle) => thinnestPath(piece, middle))
    .filter(({ place }) => place >= MIN_DISTANCE && place <= width - 1 - MIN_DISTANCE);
  return distinct(paths, MAX_THICKNESS * piece.pen).map(({ path }) => inMask(piece, path));
}

/**
 * The thinnest cut between every two neighbours of `places`, in x halfway down the piece.
 *
 * @param {Mask} mask
 * @param {number} slant
 * @param {number[]} places
 * @returns {Float64Array[]}
 */
export function cutsBetween(mask, slant, places) {
  const piece = pieceOf(mask, slant);
  return places.slice(1).map((after, at) => {
    const before = places[at];
    const keep = KEPT * (after - before);
    const first = rint((before + keep) * piece.scale);
    const last = rint((after - keep) * piece.scale);
    const paths = range(first, Math.max(first, last) + 1).map((middle) =>
      thinnestPath(piece, middle),
    );
    const thinnest = paths.reduce((best, path) => (path.thickness < best.thickness ? path : best));
    return inMask(piece, thinnest.path);
  });
}

/** @type {(start: number, end: number) => number[]} */
function range(start, end) {
  return Array.from({ length: Math.max(end - start, 0) }, (_, at) => start + at);
}

/** A piece at the scale at which it is cut. @type {(mask: Mask, slant: number) => Piece} */
function pieceOf(mask, slant) {
  const scale = ROWS / mask.height;
  const ink = averaged(mask, Math.max(1, rint(mask.width * scale)), ROWS);
  const lean = Array.from({ length: ROWS }, (_, row) => rint(slant * (row - ROWS / 2)));
  return { ink, scale, height: mask.height, lean, pen: penOf(ink) };
}

/** A path as it runs in the mask. @type {(piece: Piece, path: number[]) => Float64Array} */
function inMask({ height, scale }, path) {
  /** @type {(row: number) => number} */
  const rowOf = (row) => Math.min(Math.floor(row * scale), ROWS - 1);
  return Float64Array.from({ length: height }, (_, row) => path[rowOf(row)] / scale);
}

/**
 * The width of the pen in a small picture of ink: twice the median along its ridge, less 1.
 * @type {(ink: Picture<Float64Array>) => number}
 */
function penOf(ink) {
  const { width, height, ...half } = mapped(ink, Uint8Array, (at) => (ink.data[at] > 0.5 ? 1 : 0));
  const mask = cut({ width, height, ...half }, -1, -1, width + 2, height + 2);
  const middle = distances(mask);
  const near = dilated(middle, 1).data;
  /** @type {(distance: number, at: number) => boolean} */
  const isRidge = (distance, at) => mask.data[at] > 0 && distance >= near[at];
  const ridge = middle.data.filter(isRidge).sort();
  if (ridge.length === 0) return 1;
  return ridge[(ridge.length - 1) >> 1] + ridge[ridge.length >> 1] - 1;
}

/**
 * The path of least ink beside a middle; to enter ink costs a pen's width more.
 * @type {(piece: Piece, middle: number) => Path}
 */
function thinnestPath({ ink: { width, data }, lean, pen: entry }, middle) {
  // The best paths so far and the ink where they are; no path comes from beside the band.
  let best = new Float64Array(PLACES + 2).fill(Infinity).fill(0, 1, -1);
  let above = new Float64Array(PLACES + 2);
  const steps = new Int8Array(ROWS * PLACES);
  for (let row = 0; row < ROWS; row++) {
    const [longer, ink] = [best.slice(), new Float64Array(PLACES + 2)];
    for (let place = 0; place < PLACES; place++) {
      const column = middle - BAND + place + lean[row];
      const inkHere = column >= 0 && column < width ? data[row * width + column] : 0;
      let lowest = Infinity;
      for (let step = -1; step <= 1; step++) {
        const from = place + 1 + step;
        const entering = entry * Math.max(inkHere - above[from], 0);
        const score = best[from] + entering + PAPER * Math.abs(step);
        if (score >= lowest) continue;
        lowest = score;
        steps[row * PLACES + place] = step;
      }
      longer[place + 1] = lowest + inkHere;
      ink[place + 1] = inkHere;
    }
    [best, above] = [longer, ink];
  }
  const end = best.indexOf(Math.min(...best)) - 1;
  const path = traced(steps, end).map((place, row) => middle - BAND + place + lean[row]);
  const place = path.reduce((sum, column) => sum + column, 0) / ROWS;
  return { path, place, thickness: best[end + 1] };
}

/**
 * The place in the band, row by row, of the path that ends at one.
 * @type {(steps: Int8Array, end: number) => number[]}
 */
function traced(steps, end) {
  /** @type {number[]} */
  const places = new Array(ROWS);
  for (let row = ROWS - 1, place = end; row >= 0; row--) {
    places[row] = place;
    place += steps[row * PLACES + place];
  }
  return places;
}

/**
 * The thinnest paths, none next to a thinner one, left to right.
 * @type {(paths: Path[], maxThickness: number) => Path[]}
 */
function distinct(paths, maxThickness) {
  /** @type {Path[]} */
  const chosen = [];
  for (const path of paths.toSorted((one, other) => one.thickness - other.thickness)) {
    if (path.thickness > maxThickness) break;
    /** @type {(other: Path) => boolean} */
    const isApart = ({ place }) => Math.abs(path.place - place) >= MIN_DISTANCE;
    if (chosen.every(isApart)) chosen.push(path);
  }
  return chosen.sort((one, other) => one.place - other.place);
}
