/**
 * Where digits of a picture touch: cuts through the thinnest places of a piece of ink;
 * recognizer/necks.py in JavaScript, where the reasons stand.
 */
import { averaged } from "./averaging.js";
import { distances } from "./distance.js";
import { dilated } from "./morphology.js";
import { cut, mapped, rint } from "./picture.js";

const ROWS = 48;
const BAND = 8;
const PLACES = 2 * BAND + 1;
const APART = 8;
const THICKEST = 4;
const PAPER = 0.02;

/**
 * The cuts of one piece, left to right: of each its column in every row of the mask.
 * `slant`, in x for each y, is that of the number.
 */
export function cuts(mask, slant) {
  const scale = ROWS / mask.height;
  const columns = Math.max(1, rint(mask.width * scale));
  if (columns <= 2 * APART) return [];
  const small = averaged(mask, columns, ROWS);
  const lean = Array.from({ length: ROWS }, (_, row) => rint(slant * (row - ROWS / 2)));
  const pen = penOf(small);
  const middles = Array.from({ length: columns - 2 * APART }, (_, index) => index + APART);
  const ways = middles
    .map((middle) => thinnest(small, middle, lean, pen))
    .filter(({ place }) => place >= APART && place <= columns - 1 - APART);
  const rowOf = (row) => Math.min(Math.floor(row * scale), ROWS - 1);
  return distinct(ways, THICKEST * pen).map(({ way }) =>
    Float64Array.from({ length: mask.height }, (_, row) => way[rowOf(row)] / scale),
  );
}

/** The width of the pen in a small picture of ink: twice the median along its ridge, less 1. */
function penOf(ink) {
  const { width, height, ...half } = mapped(ink, Uint8Array, (at) => (ink.data[at] > 0.5 ? 1 : 0));
  const mask = cut({ width, height, ...half }, -1, -1, width + 2, height + 2);
  const middle = distances(mask);
  const near = dilated(middle, 1).data;
  const isRidge = (away, at) => mask.data[at] > 0 && away >= near[at];
  const ridge = middle.data.filter(isRidge).sort();
  if (ridge.length === 0) return 1;
  return ridge[(ridge.length - 1) >> 1] + ridge[ridge.length >> 1] - 1;
}

/** The way of least ink beside a middle: its columns, the mean of them, and its cost. */
function thinnest({ width, data }, middle, lean, entry) {
  // The best ways so far and the ink where they are; no way comes from beside the band.
  let best = new Float64Array(PLACES + 2).fill(Infinity).fill(0, 1, -1);
  let above = new Float64Array(PLACES + 2);
  const steps = new Int8Array(ROWS * PLACES);
  for (let row = 0; row < ROWS; row++) {
    const [longer, ink] = [best.slice(), new Float64Array(PLACES + 2)];
    for (let place = 0; place < PLACES; place++) {
      const column = middle - BAND + place + lean[row];
      const here = column >= 0 && column < width ? data[row * width + column] : 0;
      let least = Infinity;
      for (let step = -1; step <= 1; step++) {
        const from = place + 1 + step;
        const entering = entry * Math.max(here - above[from], 0);
        const score = best[from] + entering + PAPER * Math.abs(step);
        if (score >= least) continue;
        least = score;
        steps[row * PLACES + place] = step;
      }
      longer[place + 1] = least + here;
      ink[place + 1] = here;
    }
    [best, above] = [longer, ink];
  }
  const end = best.indexOf(Math.min(...best)) - 1;
  const way = traced(steps, end).map((place, row) => middle - BAND + place + lean[row]);
  const place = way.reduce((sum, column) => sum + column, 0) / ROWS;
  return { way, place, thickness: best[end + 1] };
}

/** The place in the band, row by row, of the way that ends at one. */
function traced(steps, end) {
  const places = new Array(ROWS);
  for (let row = ROWS - 1, place = end; row >= 0; row--) {
    places[row] = place;
    place += steps[row * PLACES + place];
  }
  return places;
}

/** The thinnest ways, none next to a thinner one, left to right. */
function distinct(ways, most) {
  const chosen = [];
  for (const way of ways.toSorted((one, other) => one.thickness - other.thickness)) {
    if (way.thickness > most) break;
    const isApart = ({ place }) => Math.abs(way.place - place) >= APART;
    if (chosen.every(isApart)) chosen.push(way);
  }
  return chosen.sort((one, other) => one.place - other.place);
}
