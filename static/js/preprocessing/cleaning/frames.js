/**
 * Frames, boxes and circles around what is written, and lines below it, as pieces of their own;
 * recognizer/preprocessing/cleaning/frames.py in JavaScript, where the reasons stand.
 *
 * @import { Mask } from "../picture.js"
 * @import { Edges, Pieces } from "./pieces.js"
 */
import { around, heightOf, widthOf, within } from "./pieces.js";

const MAX_LOOKED_AT = 24;
const MIN_CONTENT = 0.15;
const SEEN = 0.85;
const SEEN_OPEN = 0.9;
const MIN_CONTENT_OPEN = 0.25;
const MIN_HEIGHT_OPEN = 0.3;
const LOOSE = 0.7;
const SLASH = 0.5;
const STRAIGHT = 0.04;
const LINE = 2.6;
const DASH = 2.5;
const MIN_GAP = 0.02;
const NARROW = 0.3;
const MIN_GAP_NARROW = 0.14;
const MIN_LENGTH = 0.6;
const MIN_ABOVE = 0.4;
const QUADRILATERAL = 0.88;
const MIDDLE = 0.5;
const MIN_SIDE = 8;

/**
 * Pieces that go around others, and around one digit the sides of a broken frame.
 * @param {Pieces} pieces
 * @param {boolean} one
 * @returns {boolean[]}
 */
export function frames(pieces, one) {
  const found = new Array(pieces.count).fill(false);
  const order = longestOf(pieces);
  for (const number of order) {
    if (found[number]) continue;
    const near = order.filter(
      (other) => other !== number && !found[other] && canBeIn(pieces, other, number, one),
    );
    const inside = near.filter((other) => surrounds(pieces, number, [other]));
    if (inside.length === 0 || !surrounds(pieces, number, inside)) continue;
    found[number] = true;
    const content = Math.max(...inside.map((other) => pieces.longer[other]));
    for (const other of near) {
      const isLoose = !inside.includes(other) && pieces.longer[other] <= LOOSE * content;
      if (isLoose) found[other] = true;
    }
  }
  if (!one) return found;
  const broken = brokenFrame(
    pieces,
    order.filter((number) => !found[number]),
  );
  return found.map((frame, number) => frame || broken[number]);
}

/** The longest pieces first. @type {(pieces: Pieces) => number[]} */
export function longestOf({ count, longer, areas, boxes }) {
  const order = Array.from({ length: count - 1 }, (_, number) => number + 1);
  order.sort(
    (one, other) =>
      longer[other] - longer[one] ||
      areas[other] - areas[one] ||
      boxes[one][1] - boxes[other][1] ||
      boxes[one][0] - boxes[other][0],
  );
  return order.slice(0, MAX_LOOKED_AT);
}

/** @type {(pieces: Pieces, number: number, frame: number, one: boolean) => boolean} */
function canBeIn({ boxes, longer }, number, frame, one) {
  const [left, top, right, bottom] = boxes[frame];
  const x = (boxes[number][0] + boxes[number][2]) / 2;
  const y = (boxes[number][1] + boxes[number][3]) / 2;
  const size = one ? longer[frame] : Math.min(widthOf(boxes[frame]), heightOf(boxes[frame]));
  const isContent = longer[number] >= MIN_CONTENT * size;
  return isContent && left < x && x < right && top < y && y < bottom;
}

/** @type {(pieces: Pieces, frame: number, inside: number[]) => boolean} */
function surrounds(pieces, frame, inside) {
  const box = around(inside.map((number) => pieces.boxes[number]));
  const [x, y] = pieces.boxes[frame];
  const shares = seen(within(pieces, frame), [box[0] - x, box[1] - y, box[2] - x, box[3] - y]);
  if (shares.every((share) => share >= SEEN)) {
    return !(inside.length === 1 && isSlash(pieces, inside[0]));
  }
  const sides = shares.filter((share, side) => {
    const beyond = (pieces.boxes[frame][side] - box[side]) * (side < 2 ? -1 : 1);
    return share >= SEEN_OPEN && beyond > 0;
  });
  return (
    sides.length === 3 &&
    Math.max(widthOf(box), heightOf(box)) >= MIN_CONTENT_OPEN * pieces.longer[frame] &&
    heightOf(box) >= MIN_HEIGHT_OPEN * heightOf(pieces.boxes[frame])
  );
}

/**
 * From what shares of a box's rows and columns a frame is seen: to the left, up, right, down.
 * @type {(frame: Mask, box: Edges) => number[]}
 */
function seen({ width, height, data }, [left, top, right, bottom]) {
  const middleX = Math.min(Math.max((left + right) >> 1, 0), width);
  const middleY = Math.min(Math.max((top + bottom) >> 1, 0), height);
  const counts = [0, 0, 0, 0];
  for (let row = Math.max(top, 0); row < Math.min(bottom, height); row++) {
    const line = data.subarray(row * width, (row + 1) * width);
    const first = line.indexOf(1);
    if (first >= 0 && first < middleX) counts[0]++;
    if (line.lastIndexOf(1) >= middleX) counts[2]++;
  }
  for (let column = Math.max(left, 0); column < Math.min(right, width); column++) {
    let [first, last] = [height, -1];
    for (let row = 0, at = column; row < height; row++, at += width) {
      if (data[at] === 0) continue;
      if (first === height) first = row;
      last = row;
    }
    if (first < middleY) counts[1]++;
    if (last >= middleY) counts[3]++;
  }
  const [across, down] = [right - left, bottom - top];
  return [counts[0] / down, counts[1] / across, counts[2] / down, counts[3] / across];
}

/** @type {(pieces: Pieces, number: number) => boolean} */
function isSlash(pieces, number) {
  const box = pieces.boxes[number];
  if (widthOf(box) <= SLASH * heightOf(box)) return false;
  const { width, data } = within(pieces, number);
  let [count, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  data.forEach((ink, at) => {
    if (ink === 0) return;
    const [column, row] = [at % width, Math.floor(at / width)];
    count++;
    x += column;
    y += row;
    xx += column * column;
    yy += row * row;
    xy += column * row;
  });
  const [across, down, both] = [count * xx - x * x, count * yy - y * y, count * xy - x * y];
  return across * down - both * both <= STRAIGHT * ((across + down) * (across + down));
}

/**
 * Lines on at least three sides of the largest piece that is none, side by side or in dashes.
 * @type {(pieces: Pieces, order: number[]) => boolean[]}
 */
function brokenFrame(pieces, order) {
  const found = new Array(pieces.count).fill(false);
  const { boxes } = pieces;
  const flat = order.filter((n) => widthOf(boxes[n]) >= DASH * heightOf(boxes[n]));
  const upright = order.filter((n) => heightOf(boxes[n]) >= DASH * widthOf(boxes[n]));
  for (const content of order) {
    const box = boxes[content];
    const beside = upright.filter((n) => n !== content && isClear(boxes[n], box, 0));
    const over = flat.filter((n) => n !== content && isClear(boxes[n], box, 1));
    if (beside.length === 0 || over.length === 0) continue;
    /** @type {(lines: number[], side: number, sign: number) => Edges[]} */
    const on = (lines, side, sign) =>
      lines.map((n) => boxes[n]).filter((line) => sign * (line[side] - box[side]) > 0);
    const shares = [
      covered(on(beside, 0, -1), box, 1),
      covered(on(over, 1, -1), box, 0),
      covered(on(beside, 0, 1), box, 1),
      covered(on(over, 1, 1), box, 0),
    ];
    if (shares.filter((share) => share >= SEEN).length < 3) continue;
    for (const number of [...beside, ...over]) found[number] = true;
    return found;
  }
  return found;
}

/** @type {(line: Edges, box: Edges, axis: number) => boolean} */
function isClear(line, box, axis) {
  return line[axis + 2] <= box[axis] || line[axis] >= box[axis + 2];
}

/**
 * The share of a box's side that some lines cover together.
 * @type {(lines: Edges[], box: Edges, axis: number) => number}
 */
function covered(lines, box, axis) {
  const length = box[axis + 2] - box[axis];
  const places = new Uint8Array(length);
  for (const line of lines) {
    const [low, high] = [line[axis] - box[axis], line[axis + 2] - box[axis]];
    places.fill(1, Math.max(low, 0), Math.max(high, 0));
  }
  return places.reduce((sum, place) => sum + place, 0) / length;
}

/**
 * Lines that lie clear below what stands over them.
 * @param {Pieces} pieces
 * @returns {boolean[]}
 */
export function underlines(pieces) {
  const found = new Array(pieces.count).fill(false);
  const { boxes } = pieces;
  const order = longestOf(pieces);
  const flat = order.filter((n) => widthOf(boxes[n]) >= LINE * heightOf(boxes[n]));
  const others = order.filter((n) => !flat.includes(n)).map((n) => boxes[n]);
  const highest = Math.max(0, ...others.map(heightOf));
  for (const number of flat) found[number] = isUnderline(boxes[number], others, highest);
  return found;
}

/** @type {(line: Edges, others: Edges[], highest: number) => boolean} */
function isUnderline([left, top, right, bottom], others, highest) {
  const beside = others.filter((box) => box[0] < right && box[2] > left);
  const below = beside.filter((box) => box[1] >= top).map((box) => box[1] - bottom);
  const above = beside.filter((box) => box[3] <= top);
  if (above.length === 0 || above.length + below.length < beside.length) return false;
  const box = around(above);
  const [width, height, gap] = [widthOf(box), heightOf(box), top - box[3]];
  if (height < MIN_ABOVE * highest) return false;
  const least = width < NARROW * height ? MIN_GAP_NARROW : MIN_GAP;
  const isBelow = gap >= least * height && below.every((other) => gap < other);
  return isBelow && right - left >= MIN_LENGTH * Math.min(width, height);
}

/**
 * Whether there is nothing but a box of four straight sides with an empty middle.
 * @param {Pieces} pieces
 */
export function isEmptyFrame(pieces) {
  const [longest, ...others] = longestOf(pieces);
  const { longer } = pieces;
  if (longest === undefined) return false;
  if (others.some((other) => longer[other] >= MIN_CONTENT * longer[longest])) return false;
  return isEmptyBox(within(pieces, longest));
}

/**
 * Whether a piece, cut to its box, is four straight sides with an empty middle.
 * @param {Mask} mask
 */
export function isEmptyBox(mask) {
  const { width, height } = mask;
  if (Math.min(height, width) < MIN_SIDE) return false;
  const across = Math.trunc((width * (1 - MIDDLE)) / 2);
  const down = Math.trunc((height * (1 - MIDDLE)) / 2);
  /** @type {Edges} */
  const middle = [across, down, width - across, height - down];
  if (hasInk(mask, middle) || seen(mask, middle).some((share) => share < SEEN)) return false;
  return quadrilateral(mask) >= 2 * QUADRILATERAL * areaWithin(mask);
}

/** @type {(mask: Mask, box: Edges) => boolean} */
function hasInk({ width, data }, [left, top, right, bottom]) {
  for (let row = top; row < bottom; row++) {
    if (data.subarray(row * width + left, row * width + right).includes(1)) return true;
  }
  return false;
}

/**
 * Twice the area between the four pixels of a mask that lie farthest into the corners.
 * @type {(mask: Mask) => number}
 */
function quadrilateral({ width, data }) {
  const farthest = [Infinity, Infinity, Infinity, Infinity];
  /** @type {[number, number][]} */
  const corners = [];
  data.forEach((ink, at) => {
    if (ink === 0) return;
    const [column, row] = [at % width, Math.floor(at / width)];
    [row + column, row - column, -row - column, column - row].forEach((place, corner) => {
      if (place < farthest[corner]) {
        farthest[corner] = place;
        corners[corner] = [column, row];
      }
    });
  });
  const twice = corners.reduce((sum, [x, y], corner) => {
    const [nextX, nextY] = corners[(corner + 1) % 4];
    return sum + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice);
}

/**
 * The pixels from the first to the last of each row.
 * @type {(mask: Mask) => number}
 */
function areaWithin({ width, height, data }) {
  let area = 0;
  for (let row = 0; row < height; row++) {
    const line = data.subarray(row * width, (row + 1) * width);
    if (line.includes(1)) area += line.lastIndexOf(1) + 1 - line.indexOf(1);
  }
  return area;
}
