/**
 * Long straight lines, also where strokes touch or cross them;
 * recognizer/preprocessing/cleaning/lines.py in JavaScript, where the reasons stand.
 *
 * @import { Mask } from "../picture.js"
 * @import { Edges, Pieces } from "./pieces.js"
 * @import { Line } from "./ruling.js"
 *
 * @typedef {[along: Line[], upright: Line[]]} Lines
 */
import { dilated, eroded } from "../morphology.js";
import { rint } from "../picture.js";
import { around, blankOf, heightOf, piecesOf, widthOf, within, without } from "./pieces.js";
import { erase, transposed } from "./ruling.js";

const MAX_THICKNESS = 0.03;
const MAX_THICKNESS_OF_FORM = 0.06;
const MAX_SLOPE = 0.14;
const MIN_LENGTH = 0.08;
const MIN_PIXELS = 12;
const STRAIGHT = 0.85;
const TOLERANCE = 1.0;
const ROUNDS = 3;
const GAP = 0.02;
const MIN_INK = 0.25;
const MAX_LINES = 24;
const PAST = 0.25;
const LONG = 1.35;
const LONG_NARROW = 1.8;
const LONG_UPRIGHT = 1.35;
const NARROW = 0.5;
const EDGE = 3;
const CONTENT = 0.3;
const MIN_REST = 0.06;
const SEEN = 0.75;
const SIDES = 3;
const CLEAR = 0.03;
const CLEAR_SIDES = 2;
const STEM = 2.0;
const NEAR = 0.02;
const MOST_OF_LONGEST = 0.8;

/**
 * Two masks without the lines that are part of no digit; no ink where there is but a frame.
 * @param {Mask} mask
 * @param {Mask} ruled the mask with the lines that have been taken away already
 * @param {Mask} pale and with the palest ink as well
 * @returns {[mask: Mask, pale: Mask]}
 */
export function withoutLines(mask, ruled, pale) {
  /** @type {Lines} */
  const seen = [
    toldApart(linesOf(pale), ruled),
    toldApart(linesOf(transposed(pale)), transposed(ruled)),
  ];
  if (seen.every((lines) => lines.length === 0)) return [mask, pale];
  const all = ofFrames(seen, pale);
  const met = meeting(all, mask);
  const stems = stemsOf(met);
  const [found, frame] = [all, met].map((lines) => chosen(lines, (line) => !stems.has(line)));
  const content = contentOf(erased(mask, inked(found))) ?? contentOf(erased(mask, inked(frame)));
  if (content === null) {
    return [surround(frame, middleOf(frame)) === 4 ? blankOf(mask) : mask, pale];
  }
  const isSurrounding = surround(frame, content) >= SIDES;
  const foreign = /** @type {Lines} */ (
    found.map((lines, upright) =>
      lines.filter(
        (line) =>
          (isSurrounding && frame[upright].includes(line)) || goesOn(line, content, upright, mask),
      ),
    )
  );
  if (foreign.every((lines) => lines.length === 0)) return [mask, pale];
  const darker = /** @type {Lines} */ (
    foreign.map((lines, upright) => lines.flatMap((line) => whereDark(line, content, upright)))
  );
  return [erased(mask, darker), erased(pale, foreign)];
}

/**
 * Lines with whether they are pale: no ink, but in the mask with the palest ink alone.
 * @type {(lines: Line[], mask: Mask) => Line[]}
 */
function toldApart(lines, mask) {
  return lines.map((line) => ({ ...line, isPale: !isInk(line, mask) }));
}

/** @type {(found: Lines, which: (line: Line) => boolean) => Lines} */
function chosen(found, which) {
  return /** @type {Lines} */ (found.map((lines) => lines.filter(which)));
}

/** @type {(found: Lines) => Lines} */
function inked(found) {
  return chosen(found, ({ isPale }) => !isPale);
}

/**
 * A line's parts to be taken out of the ink: of a pale one those beside the content.
 * @type {(line: Line, content: Edges, upright: number) => Line[]}
 */
function whereDark(line, content, upright) {
  const { start, rows, isPale } = line;
  if (!isPale) return [line];
  const [low, high] = [content[upright], content[upright + 2]].map((edge) =>
    Math.min(Math.max(edge - start, 0), rows.length),
  );
  return [
    { ...line, rows: rows.slice(0, low) },
    { ...line, start: start + high, rows: rows.slice(high) },
  ];
}

/**
 * What is far thicker than a frame's lines and lies between two of them.
 * @type {(frame: Lines) => Set<Line>}
 */
function stemsOf(frame) {
  const thick = STEM * median(frame.flat().map((line) => line.thickness));
  const stems = frame.flatMap((lines) => {
    const middles = lines.map(meanRow);
    const [low, high] = [Math.min(...middles), Math.max(...middles)];
    return lines.filter(
      (line, at) => line.thickness >= thick && low < middles[at] && middles[at] < high,
    );
  });
  return new Set(stems);
}

/** @type {(values: number[]) => number} */
function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * A mask without the lines in it, at least so many pixels long, that meet such others.
 * @param {Mask} mask
 * @param {number} least
 * @returns {Mask}
 */
export function withoutFrame(mask, least) {
  const found = /** @type {Lines} */ (
    [mask, transposed(mask)].map((across) =>
      linesOf(across, MAX_THICKNESS_OF_FORM).filter(({ rows }) => rows.length >= least),
    )
  );
  return erased(mask, meeting(found, mask, true));
}

/** @type {(found: Lines, mask: Mask, metOnce?: boolean) => Lines} */
function meeting(found, { width, height }, metOnce = false) {
  const near = Math.max(3, rint(NEAR * Math.min(width, height)));
  const longest = Math.max(0, ...found.flat().map((line) => line.rows.length));
  return /** @type {Lines} */ (
    found.map((lines, upright) =>
      lines.filter((line) => {
        const met = found[1 - upright].filter((other) => meet(line, other, near)).length;
        const isLong = metOnce || line.rows.length >= MOST_OF_LONGEST * longest;
        return met > 1 || (met === 1 && isLong);
      }),
    )
  );
}

/**
 * Whether a line and one square to it come within so many pixels of each other.
 * @type {(line: Line, other: Line, near: number) => boolean}
 */
function meet(line, other, near) {
  const middle = other.rows[other.rows.length >> 1];
  const row = line.rows[Math.min(Math.max(middle - line.start, 0), line.rows.length - 1)];
  const column = other.rows[Math.min(Math.max(row - other.start, 0), other.rows.length - 1)];
  const [along, down] = [column - line.start, row - other.start];
  return (
    -near <= along &&
    along < line.rows.length + near &&
    -near <= down &&
    down < other.rows.length + near
  );
}

/**
 * The middle half, both ways, of the box that lines make.
 * @type {(frame: Lines) => Edges}
 */
function middleOf(frame) {
  const [rows, columns] = frame.map((lines) => (lines.length ? lines.map(meanRow) : [0]));
  const [left, right] = [Math.min(...columns), Math.max(...columns)];
  const [top, bottom] = [Math.min(...rows), Math.max(...rows)];
  const [across, down] = [(right - left) / 4, (bottom - top) / 4];
  const [x, y] = [Math.trunc(left + across), Math.trunc(top + down)];
  return [x, y, Math.trunc(right - across), Math.trunc(bottom - down)];
}

/** @type {(line: Line) => number} */
function meanRow({ rows }) {
  return rows.reduce((sum, row) => sum + row, 0) / rows.length;
}

/** @type {(line: Line, mask: Mask) => boolean} */
function isInk({ start, rows }, { width, height, data }) {
  const near = rows.filter((row, along) => {
    const middle = Math.min(Math.max(row, 0), height - 1);
    return [-1, 0, 1].some((shift) => {
      const at = Math.min(Math.max(middle + shift, 0), height - 1);
      return data[at * width + start + along] > 0;
    });
  });
  return near.length / rows.length >= MIN_INK;
}

/**
 * Without the straight strokes of a digit: of a piece that lies within the lines of another.
 * @type {(found: Lines, pale: Mask) => Lines}
 */
function ofFrames(found, pale) {
  const pieces = piecesOf(pale);
  const numbers = found.map((lines, upright) =>
    lines.map((line) => numberOf(pieces, line, upright)),
  );
  const boxes = numbers.flat().map((number) => pieces.boxes[number]);
  /** @type {(number: number) => boolean} */
  const isInside = (number) => {
    const [left, top, right, bottom] = pieces.boxes[number];
    return boxes.some((box) => box[0] < left && box[1] < top && right < box[2] && bottom < box[3]);
  };
  return /** @type {Lines} */ (
    found.map((lines, upright) => lines.filter((_, at) => !isInside(numbers[upright][at])))
  );
}

/**
 * The piece that most of a line belongs to.
 * @type {(pieces: Pieces, line: Line, upright: number) => number}
 */
function numberOf({ width, height, labels, count }, { start, rows }, upright) {
  const counts = new Array(count).fill(0);
  const last = (upright ? width : height) - 1;
  rows.forEach((row, along) => {
    const across = Math.min(Math.max(row, 0), last);
    counts[labels[upright ? (start + along) * width + across : across * width + start + along]]++;
  });
  counts[0] = 0;
  return counts.indexOf(Math.max(...counts));
}

/**
 * Lines from left to right, no thicker than so much of the picture's shorter side.
 * @type {(mask: Mask, most?: number) => Line[]}
 */
function linesOf(mask, most = MAX_THICKNESS) {
  const { width, height } = mask;
  const shorter = Math.min(width, height);
  const reach = Math.max(2, rint(most * shorter)) >> 1;
  const pieces = piecesOf(without(mask, dilated(eroded(mask, 0, reach), 0, reach)));
  const least = Math.max(MIN_PIXELS, MIN_LENGTH * shorter);
  const { boxes } = pieces;
  const long = boxes.flatMap((box, number) => (widthOf(box) >= least ? [number] : []));
  if (long.length > MAX_LINES) return [];
  long.sort(
    (one, other) =>
      widthOf(boxes[other]) - widthOf(boxes[one]) ||
      boxes[one][1] - boxes[other][1] ||
      boxes[one][0] - boxes[other][0],
  );
  if (long.length === 0) return [];
  const near = dilated(mask, 0, 1);
  /** @type {Line[]} */
  const found = [];
  for (const number of long) {
    const line = fitted(pieces, number, near);
    if (line !== null && !found.some((other) => isSame(line, other))) found.push(line);
  }
  return found;
}

/** @type {(pieces: Pieces, number: number, near: Mask) => Line | null} */
function fitted(pieces, number, near) {
  const [left, top, right] = pieces.boxes[number];
  const width = right - left;
  const points = pointsOf(within(pieces, number));
  const thickness = points.length / width;
  let on = points;
  let [slope, offset] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    [slope, offset] = leastSquares(on);
    on = points.filter(([x, y]) => Math.abs(y - (offset + slope * x)) <= thickness / 2 + TOLERANCE);
    if (on.length === 0) return null;
  }
  const straight = new Set(on.map(([x]) => x)).size;
  if (straight < STRAIGHT * width || Math.abs(slope) > MAX_SLOPE) return null;
  const way = Array.from({ length: near.width }, (_, column) =>
    Math.floor(top + offset + slope * (column - left) + 0.5),
  );
  const [start, end] = extentOf(way, near, left, right);
  return {
    start,
    rows: way.slice(start, end),
    thickness: Math.max(1, rint(on.length / straight)),
  };
}

/** @type {(mask: Mask) => [x: number, y: number][]} */
function pointsOf({ width, data }) {
  /** @type {[number, number][]} */
  const points = [];
  data.forEach((ink, at) => {
    if (ink > 0) points.push([at % width, Math.floor(at / width)]);
  });
  return points;
}

/**
 * Slope and offset of the line through points.
 * @type {(points: [number, number][]) => [slope: number, offset: number]}
 */
function leastSquares(points) {
  const count = points.length;
  let [sumX, sumY, squares, products] = [0, 0, 0, 0];
  for (const [x, y] of points) {
    sumX += x;
    sumY += y;
    squares += x * x;
    products += x * y;
  }
  const across = count * squares - sumX * sumX;
  const slope = across ? (count * products - sumX * sumY) / across : 0;
  return [slope, (sumY - slope * sumX) / count];
}

/**
 * How far ink goes on along a way to both sides of [left, right).
 * @type {(way: number[], near: Mask, left: number, right: number) => [number, number]}
 */
function extentOf(way, { width, height, data }, left, right) {
  const seen = way.map((row, column) => row >= 0 && row < height && data[row * width + column] > 0);
  const gap = Math.max(3, rint(GAP * width));
  return [
    left - reachOf(seen.slice(0, left).reverse(), gap),
    right + reachOf(seen.slice(right), gap),
  ];
}

/**
 * How many places there are up to the last one seen before a gap.
 * @type {(seen: boolean[], gap: number) => number}
 */
function reachOf(seen, gap) {
  let last = -1;
  for (let place = 0; place < seen.length && place - last <= gap; place++) {
    if (seen[place]) last = place;
  }
  return last + 1;
}

/**
 * Whether a line's middle lies on another.
 * @type {(line: Line, other: Line) => boolean}
 */
function isSame(line, other) {
  const middle = line.rows.length >> 1;
  const at = line.start + middle - other.start;
  if (at < 0 || at >= other.rows.length) return false;
  return Math.abs(line.rows[middle] - other.rows[at]) <= other.thickness + 2;
}

/**
 * A copy without lines, those along it and those upright.
 * @type {(mask: Mask, found: Lines) => Mask}
 */
function erased(mask, [along, upright]) {
  const rest = { ...mask, data: mask.data.slice() };
  for (const line of along) erase(rest, line);
  if (upright.length === 0) return rest;
  const turned = transposed(rest);
  for (const line of upright) erase(turned, line);
  return transposed(turned);
}

/**
 * The box around the ink that lines have left, null where that is nothing.
 * @type {(rest: Mask) => Edges | null}
 */
function contentOf(rest) {
  const { boxes, longer } = piecesOf(rest);
  const longest = Math.max(...longer);
  if (longest < MIN_REST * Math.min(rest.width, rest.height)) return null;
  return around(boxes.filter((_, number) => longer[number] >= CONTENT * longest));
}

/**
 * Whether a line goes past the content on both sides, farther than any digit's.
 * @type {(line: Line, content: Edges, upright: number, mask: Mask) => boolean}
 */
function goesOn({ start, rows }, content, upright, mask) {
  const end = start + rows.length;
  const [width, height] = [widthOf(content), heightOf(content)];
  const longest = Math.max(width, height);
  const past = PAST * longest;
  const atStart = start < EDGE;
  const atEnd = end > (upright ? mask.height : mask.width) - EDGE;
  if (!(atStart || start <= content[upright] - past)) return false;
  if (!(atEnd || end >= content[upright + 2] + past)) return false;
  if (upright) return (atStart || atEnd) && rows.length > LONG_UPRIGHT * longest;
  const isNarrow = width < NARROW * height && !(atStart && atEnd);
  return rows.length > (isNarrow ? LONG_NARROW : LONG) * longest;
}

/**
 * On how many sides lines go along the box of the content; 0 where they touch it all around.
 * @type {(frame: Lines, content: Edges) => number}
 */
function surround(frame, content) {
  const [left, top, right, bottom] = content;
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const ends = frame.flat().map((line) => line.start + line.rows.length);
  const sides = Array.from({ length: 4 }, () => new Uint8Array(Math.max(right, bottom, ...ends)));
  const away = [0, 0, 0, 0];
  frame.forEach((lines, upright) => {
    for (const line of lines) {
      const middle = meanRow(line);
      const before = middle < (upright ? x : y);
      const side = (upright ? 0 : 1) + (before ? 0 : 2);
      sides[side].fill(1, line.start, line.start + line.rows.length);
      away[side] = (middle - content[side]) * (side > 1 ? 1 : -1) - line.thickness / 2;
    }
  });
  const seen = sides.map((places, side) => {
    const along = side % 2 ? places.subarray(left, right) : places.subarray(top, bottom);
    const count = along.reduce((sum, place) => sum + place, 0);
    return along.length > 0 && count / along.length >= SEEN;
  });
  const least = Math.max(1, CLEAR * Math.max(right - left, bottom - top));
  const clear = seen.filter((is, side) => is && away[side] > least).length;
  return clear >= CLEAR_SIDES ? seen.filter(Boolean).length : 0;
}
