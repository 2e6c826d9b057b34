/**
 * Signs between the digits of a number, told by their shape, their place and the network's
 * answers: recognizer/segmentation/signs.py in JavaScript, where the reasons stand.
 *
 * @import { Box, Glyph } from "../preprocessing/glyph.js"
 *
 * @typedef {number[]} Moments of the ink of a piece: how much, its middle x and y, and about it
 * xx, xy, yy, xxx, xxy, xyy, yyy
 * @typedef {{ hidden: Float64Array, output: Float64Array }} Classifier
 * @typedef {{ left: number, top: number, width: number, height: number }} Place
 */

import { SIZE } from "../preprocessing/glyph.js";
import { contextOf } from "./context.js";
import * as weights from "./sign-weights.js";
import { restored } from "./weights.js";

export const SURE = 0.9;
export const DIGIT = 0;
export const PART = 1;
export const SIGNS = "-/.,:+()$%=";
export const FIRST_SIGN = 2;
export const UNLIKE_DIGITS = ":+$%=";
export const TALL = 0.5;
const STRAIGHT = 0.2;
const LEAST_INK = 1e-6;
const BLOCKS = 7;
const AFFINITY = 10;
const LEANING = 11;
const SLASH = FIRST_SIGN + SIGNS.indexOf("/");
const SIDE = SIZE / BLOCKS;
const [alone, among] = [weights.alone, weights.among].map(({ hidden, output }) => ({
  hidden: restored(hidden),
  output: restored(output),
}));
const UNREAD = 13 + BLOCKS * BLOCKS; // what is not read lacks as many inputs

/**
 * A stroke's moments once a common slant, in x for each y, is taken away.
 * @param {number[][]} points
 * @param {number} slant
 * @returns {Moments}
 */
export function momentsOf(points, slant) {
  const upright = points.map(([x, y]) => [x - slant * y, y]);
  const segments = upright.slice(1).map(([x, y], at) => {
    const [x0, y0] = upright[at];
    const [along, down] = [x - x0, y - y0];
    return { x: (x + x0) / 2, y: (y + y0) / 2, along, down, length: Math.hypot(along, down) };
  });
  const ink = sumOf(segments, ({ length }) => length);
  if (ink === 0) return [0, upright[0][0], upright[0][1], 0, 0, 0, 0, 0, 0, 0];
  const middleX = sumOf(segments, (one) => (one.length / ink) * one.x);
  const middleY = sumOf(segments, (one) => (one.length / ink) * one.y);
  const moments = [ink, middleX, middleY, 0, 0, 0, 0, 0, 0, 0];
  for (const { x: rawX, y: rawY, along, down, length } of segments) {
    const [x, y] = [rawX - middleX, rawY - middleY];
    // What the ink of a segment has about its own middle is a twelfth.
    const [xx, xy, yy] = [(along * along) / 12, (along * down) / 12, (down * down) / 12];
    moments[3] += length * (x * x + xx);
    moments[4] += length * (x * y + xy);
    moments[5] += length * (y * y + yy);
    moments[6] += length * (x * x * x + 3 * xx * x);
    moments[7] += length * (x * x * y + xx * y + 2 * xy * x);
    moments[8] += length * (x * y * y + yy * x + 2 * xy * y);
    moments[9] += length * (y * y * y + 3 * yy * y);
  }
  return moments;
}

/** @template T @param {T[]} list @param {(one: T, at: number) => number} value */
function sumOf(list, value) {
  return list.reduce((sum, one, at) => sum + value(one, at), 0);
}

/**
 * Shape and place of each group of pieces, each value about as large as 1. `boxes` and `ink` are
 * those of the pieces set upright. The last one is 1 where there are pieces in it that were `cut`
 * from others, else 0.
 * @param {Box[]} boxes
 * @param {Moments[]} ink
 * @param {number[][]} groups
 * @param {number[]} [cut]
 * @returns {number[][]}
 */
export function traitsOf(boxes, ink, groups, cut = []) {
  const highest = Math.max(...boxes.map(({ height }) => height));
  const unit = highest || Math.max(...boxes.map(({ width }) => width)) || 1;
  const scaled = boxes.map(({ x, y, width, height }) => ({
    left: x / unit,
    top: y / unit,
    width: width / unit,
    height: height / unit,
  }));
  const own = ink.map((moments) =>
    moments.map((value, at) => value / unit ** (at < 3 ? 1 : at < 6 ? 3 : 4)),
  );
  const straight = own.map((piece) => shapeOf([piece]).shape[2] < STRAIGHT);
  return groups.map((group) => [
    ...traits(scaled, own, group),
    ...amongOf(scaled, own, group, straight),
    Number(group.some((piece) => cut.includes(piece))),
  ]);
}

/** @type {(boxes: Place[], ink: Moments[], group: number[]) => number[]} */
function traits(boxes, ink, group) {
  const own = group.map((piece) => boxes[piece]);
  const left = Math.min(...own.map((box) => box.left));
  const top = Math.min(...own.map((box) => box.top));
  const width = Math.max(...own.map((box) => box.left + box.width)) - left;
  const height = Math.max(...own.map((box) => box.top + box.height)) - top;
  const box = { left, top, width, height };
  const numbers = boxes.map((_, piece) => piece).filter((piece) => !group.includes(piece));
  const others = numbers.map((piece) => boxes[piece]);
  const line = others.filter((other) => other.height >= TALL);
  const isAlone = line.length === 0;
  const tall = isAlone ? Math.max(height, TALL) : median(line.map((other) => other.height));
  const lineTop = isAlone ? top : median(line.map((other) => other.top));
  const foot = isAlone ? top + height : median(line.map((other) => other.top + other.height));
  const upright = numbers.filter((piece) => boxes[piece].height >= TALL);
  const lean = upright.length > 0 ? median(upright.map((piece) => slopeOf(ink[piece]))) : 0;
  const { shape, slope } = shapeOf(group.map((piece) => ink[piece]));
  return [
    within(height / tall, 0, 3),
    within(width / tall, 0, 3),
    within((top - lineTop) / tall, -2, 2),
    within((top + height - foot) / tall, -2, 2),
    height,
    Number(isAlone),
    Number(group.length === 2),
    Number(group.length > 2),
    Math.log(Math.max(width, height) / tall + 0.02) / 2,
    within(slope - lean, -2, 2),
    ...shape,
    ...besides(others, box, tall),
    ...against(line, box, tall),
  ];
}

/** The middle one, of two the lower. @type {(values: number[]) => number} */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** @type {(value: number, low: number, high: number) => number} */
function within(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** In x for each y; 0 of a dot or a level line. @type {(ink: Moments) => number} */
function slopeOf(ink) {
  return ink[5] > LEAST_INK ** 3 ? within(ink[4] / ink[5], -2, 2) : 0;
}

/** @type {(ink: Moments[]) => { shape: number[], slope: number }} */
function shapeOf(ink) {
  const mass = ink.map(([own]) => Math.max(own, LEAST_INK));
  const total = sumOf(mass, (own) => own);
  const middleX = sumOf(ink, (own, at) => mass[at] * own[1]) / total;
  const middleY = sumOf(ink, (own, at) => mass[at] * own[2]) / total;
  const sums = [0, 0, 0, 0, 0, 0, 0];
  ink.forEach((own, at) => {
    const [x, y, m] = [own[1] - middleX, own[2] - middleY, mass[at]];
    const [, , , a, b, c] = own;
    sums[0] += a + m * x * x;
    sums[1] += b + m * x * y;
    sums[2] += c + m * y * y;
    sums[3] += own[6] + 3 * a * x + m * x ** 3;
    sums[4] += own[7] + a * y + 2 * b * x + m * x * x * y;
    sums[5] += own[8] + c * x + 2 * b * y + m * x * y * y;
    sums[6] += own[9] + 3 * c * y + m * y ** 3;
  });
  const [xx, xy, yy, ...third] = sums.map((sum) => sum / total);
  const size = xx + yy + LEAST_INK;
  const spread = Math.sqrt((xx - yy) ** 2 + 4 * xy * xy);
  const narrow = Math.sqrt(Math.max(xx + yy - spread, 0) / (xx + yy + spread + LEAST_INK));
  const bent = third.map((part) => within((2 * part) / size ** 1.5, -2, 2));
  const slope = yy > LEAST_INK ** 2 ? within(xy / yy, -2, 2) : 0;
  return { shape: [(xx - yy) / size, (2 * xy) / size, narrow, ...bent], slope };
}

/** @type {(others: Place[], box: Place, tall: number) => number[]} */
function besides(others, { left, top, width, height }, tall) {
  if (others.length === 0) return [2, 0, 0, 2, 0, 0, -1, 0];
  /** @type {(other: Place) => boolean} */
  const isBefore = (other) => other.left + other.width / 2 < left + width / 2;
  const before = others.filter(isBefore);
  const after = others.filter((other) => !isBefore(other));
  const overlaps = others.map(
    (other) => Math.min(other.left + other.width, left + width) - Math.max(other.left, left),
  );
  const overlap = Math.max(...overlaps);
  const most = others[overlaps.indexOf(overlap)];
  const middle = top + height / 2;
  return [
    ...neighbour(before, (other) => left - (other.left + other.width), middle, tall),
    ...neighbour(after, (other) => other.left - left - width, middle, tall),
    within(overlap / tall, -1, 1),
    overlap > 0 ? within((most.top + most.height / 2 - top - height / 2) / tall, -1, 1) : 0,
  ];
}

/** @type {(boxes: Place[], gapOf: (box: Place) => number, middle: number, tall: number) => number[]} */
function neighbour(boxes, gapOf, middle, tall) {
  if (boxes.length === 0) return [2, 0, 0];
  const gaps = boxes.map(gapOf);
  const gap = Math.min(...gaps);
  const box = boxes[gaps.indexOf(gap)];
  return [
    within(gap / tall, -1, 2),
    within(box.height / tall, 0, 2),
    within((box.top + box.height / 2 - middle) / tall, -1, 1),
  ];
}

/** @type {(line: Place[], box: Place, tall: number) => number[]} */
function against(line, { left, top, width, height }, tall) {
  /** @type {(other: Place) => number} */
  const middleOf = (other) => other.left + other.width / 2;
  const order = line.toSorted((one, other) => middleOf(one) - middleOf(other));
  const before = order.filter((other) => middleOf(other) < left + width / 2).at(-1);
  const after = order.find((other) => middleOf(other) >= left + width / 2);
  return [before, after].flatMap((other) =>
    other === undefined
      ? [0, 0, 0]
      : [
          within((top - other.top) / tall, -1, 1),
          within((top + height - other.top - other.height) / tall, -1, 1),
          within(height / other.height - 1, -1, 2),
        ],
  );
}

/**
 * How many other tall pieces are as straight as a 1 or a slash, how far its slope, top and foot are
 * from the least and the most of theirs, and how far top and foot are from the round ones'.
 * @type {(boxes: Place[], ink: Moments[], group: number[], isStraight: boolean[]) => number[]}
 */
function amongOf(boxes, ink, group, isStraight) {
  /** @type {(piece: number) => number} */
  const topOf = (piece) => boxes[piece].top;
  /** @type {(piece: number) => number} */
  const footOf = (piece) => boxes[piece].top + boxes[piece].height;
  const top = Math.min(...group.map(topOf));
  const foot = Math.max(...group.map(footOf));
  const tall = [...boxes.keys()].filter((it) => boxes[it].height >= TALL && !group.includes(it));
  const straight = tall.filter((piece) => isStraight[piece]);
  const rounded = tall.filter((piece) => !isStraight[piece]);
  /** @type {(value: number, others: number[]) => number[]} */
  const apart = (value, others) =>
    others.length > 0 ? [value - Math.min(...others), value - Math.max(...others)] : [0, 0];
  const { slope } = shapeOf(group.map((piece) => ink[piece]));
  const differences = [
    ...apart(
      slope,
      straight.map((piece) => slopeOf(ink[piece])),
    ),
    ...apart(top, straight.map(topOf)),
    ...apart(foot, straight.map(footOf)),
    rounded.length > 0 ? top - median(rounded.map(topOf)) : 0,
    rounded.length > 0 ? foot - median(rounded.map(footOf)) : 0,
  ];
  return [Math.min(straight.length, 4) / 2, ...differences.map((value) => within(value, -1, 1))];
}

// --- what a group is ---

/** A glyph's ink in squares, each in [0, 1]. @type {(glyph: Pick<Glyph, "pixels">) => number[]} */
function blocksOf({ pixels }) {
  const sums = new Array(BLOCKS * BLOCKS).fill(0);
  for (let at = 0; at < pixels.length; at++) {
    const [row, column] = [Math.floor(at / SIZE), at % SIZE];
    sums[Math.floor(row / SIDE) * BLOCKS + Math.floor(column / SIDE)] += pixels[at];
  }
  return sums.map((sum) => sum / (SIDE * SIDE) / 255);
}

/**
 * How likely each group is a digit, a part of something, or one of SIGNS, by itself and then beside
 * what the others were taken for. The first groups have a glyph, and ten answers of the network.
 * `pathOf` are the groups that are characters, left to right by their `middles`.
 * @param {{ traits: number[][], upright: Box[], groups: { pieces: number[], affinity: number }[],
 *   byPen: boolean, glyphs: Pick<Glyph, "pixels" | "beside">[] }} lattice
 * @param {number[][]} answers
 * @param {number[]} middles
 * @param {(ofKind: number[][]) => number[]} pathOf
 * @returns {number[][]}
 */
export function probabilitiesOf(lattice, answers, middles, pathOf) {
  const { traits, upright, groups, byPen, glyphs } = lattice;
  const inputs = traits.map((own, at) => {
    const affinity = within(groups[at].affinity / AFFINITY, -1, 2);
    const placed = [...own, affinity, Number(byPen)];
    if (at >= glyphs.length) return [...placed, ...new Array(UNREAD).fill(0)];
    const shares = answers[at];
    const none = Math.max(1 - sumOf(shares, (share) => share), 0);
    return [...placed, 1, ...shares, none, Math.max(...shares), ...blocksOf(glyphs[at])];
  });
  /** @type {(of: (at: number) => number[]) => number[][]} */
  const known = (of) =>
    inputs.map((_, at) => {
      const isCut = (traits[at].at(-1) ?? 0) > 0;
      return asRead(of(at), isCut ? glyphs[at]?.beside : undefined);
    });
  const first = known((at) => classified(inputs[at], alone));
  const pieces = groups.map((group) => group.pieces);
  const likes = first.map((kinds, at) => likesOf(kinds, answers[at]?.[1] ?? 0));
  const looks = looksOf(traits, upright);
  const beside = contextOf(first, likes, looks, pieces, pathOf(first), middles);
  return known((at) => classified([...inputs[at], ...beside[at]], among));
}

/**
 * A part that was cut out for being a character is a digit as surely as it was read as one beside
 * what it touches, and else a sign.
 * @type {(kinds: number[], beside: number[] | undefined) => number[]}
 */
function asRead(kinds, beside) {
  if (!beside) return kinds;
  const none = beside.at(-1) ?? 0;
  const total = sumOf(kinds.slice(FIRST_SIGN), (share) => share);
  return kinds.map((share, kind) => {
    if (kind === DIGIT) return 1 - none;
    return kind === PART ? 0 : (none * share) / total;
  });
}

/** How likely each is a 1, another digit or a slash. @type {(kinds: number[], one: number) => number[]} */
function likesOf(kinds, one) {
  return [kinds[DIGIT] * one, kinds[DIGIT] * (1 - one), kinds[SLASH]];
}

/**
 * How far each group leans, its top, foot and width beside the tallest one's height.
 * @type {(traits: number[][], upright: Box[]) => number[][]}
 */
function looksOf(traits, upright) {
  const unit = Math.max(...upright.map(({ height }) => height)) || 1;
  return upright.map(({ y, width, height }, at) => [
    traits[at][LEANING],
    y / unit,
    (y + height) / unit,
    width / unit,
  ]);
}

/** @type {(input: number[], classifier: Classifier) => number[]} */
function classified(input, { hidden, output }) {
  const between = layer(input, hidden).map((value) => Math.max(value, 0));
  const logits = layer(between, output);
  const highest = Math.max(...logits);
  const shares = logits.map((logit) => Math.exp(logit - highest));
  const total = sumOf(shares, (share) => share);
  return shares.map((share) => share / total);
}

/** The biases are the last row. @type {(input: number[], table: Float64Array) => number[]} */
function layer(input, table) {
  const columns = table.length / (input.length + 1);
  const sums = [...table.subarray(-columns)];
  input.forEach((value, row) => {
    if (value === 0) return;
    for (let column = 0; column < columns; column++) {
      sums[column] += value * table[row * columns + column];
    }
  });
  return sums;
}
