/**
 * The ink of a picture in pieces of one digit each: what hangs together, cut at its
 * necks; recognizer/pieces.py in JavaScript, where the reasons stand.
 */
import { upright } from "../grouping.js";
import { SMALL } from "../kinship.js";
import { components } from "./components.js";
import { cuts } from "./necks.js";
import { mapped } from "./picture.js";

const WIDE = 0.5;
const MOST_PIECES = 32;

/**
 * A mask with some ink -> {width, height, labels, boxes, chains}. Labels are 0 for paper,
 * the pieces from 1; boxes are those of the pieces without their common slant; chains
 * are pieces that hung together, counted from 0, left to right.
 */
export function takenApart(mask) {
  const { width, height } = mask;
  const { count, labels, boxes: sides } = components(mask);
  const picture = { width, height, labels };
  const { slant, boxes } = withoutSlant(picture, count - 1);
  const tallest = Math.max(...boxes.map((box) => box.height));
  const chains = [];
  let most = count - 1;
  boxes.forEach((box, piece) => {
    if (box.width <= WIDE * tallest || box.height < SMALL * tallest) return;
    const parts = cutApart(picture, piece + 1, sides[piece + 1], slant, most);
    if (parts.length === 1) return;
    chains.push(parts);
    most = parts.at(-1) + 1;
  });
  return { ...picture, boxes: withoutSlant(picture, most).boxes, chains };
}

/** Where the ink of these pieces is, counted from 0. */
export function maskOf({ width, height, labels, boxes }, numbers) {
  const wanted = new Uint8Array(boxes.length + 1);
  for (const number of numbers) wanted[number + 1] = 1;
  return mapped({ width, height }, Uint8Array, (at) => wanted[labels[at]]);
}

/** Gives all parts but the first labels after `most`; the parts, counted from 0. */
function cutApart({ width, labels }, number, [left, top, across, down], slant, most) {
  if (across > MOST_PIECES * down) return [number - 1];
  const placeOf = (at) => (top + Math.floor(at / across)) * width + left + (at % across);
  const size = { width: across, height: down };
  const inside = mapped(size, Uint8Array, (at) => (labels[placeOf(at)] === number ? 1 : 0));
  const paths = cuts(inside, slant);
  if (most + paths.length > MOST_PIECES) return [number - 1];
  const part = mapped(size, Int32Array, (at) => {
    const [row, column] = [Math.floor(at / across), at % across];
    return inside.data[at] ? paths.filter((path) => column >= path[row]).length : -1;
  }).data;
  const kinds = [...new Set(part)].filter((kind) => kind >= 0).sort((a, b) => a - b);
  const names = new Map(kinds.map((kind, place) => [kind, place > 0 ? most + place : number]));
  part.forEach((kind, at) => {
    if (kind >= 0) labels[placeOf(at)] = names.get(kind);
  });
  return [...names.values()].map((name) => name - 1);
}

/** The common slant of the pieces, and their boxes without it. */
function withoutSlant({ width, labels }, count) {
  // The ends of each row of a piece are enough for its box.
  const ends = Array.from({ length: count }, () => []);
  const sums = Array.from({ length: count }, () => ({ n: 0, x: 0, y: 0, xy: 0, yy: 0 }));
  for (let at = 0, x = 0, y = 0; at < labels.length; at++) {
    if (labels[at] > 0) {
      const isEnd = (beside, column) => column < 0 || column === width || labels[beside] !== labels[at];
      if (isEnd(at - 1, x - 1) || isEnd(at + 1, x + 1)) ends[labels[at] - 1].push([x, y]);
      const sum = sums[labels[at] - 1];
      sum.n++;
      sum.x += x;
      sum.y += y;
      sum.xy += x * y;
      sum.yy += y * y;
    }
    if (++x === width) [x, y] = [0, y + 1];
  }
  const slant = slantOf(sums);
  return { slant, boxes: upright(ends, slant) };
}

/** In x for each y: the regression of x on y within each piece. */
function slantOf(sums) {
  let [across, down] = [0, 0];
  for (const { n, x, y, xy, yy } of sums) {
    across += xy - (x * y) / n;
    down += yy - (y * y) / n;
  }
  return down > 0 ? across / down : 0;
}
