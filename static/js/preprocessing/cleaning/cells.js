/**
 * The cells of a form: what lines go around, and whether anything but the lines is there;
 * recognizer/preprocessing/cleaning/cells.py in JavaScript, where the reasons stand.
 *
 * @import { Mask } from "../picture.js"
 * @import { Edges, Pieces } from "./pieces.js"
 */
import { dilated } from "../morphology.js";
import { rint } from "../picture.js";
import { frames, isEmptyBox, longestOf } from "./frames.js";
import { withoutFrame } from "./lines.js";
import { blankOf, either, heightOf, maskOf, piecesOf, widthOf, within, without } from "./pieces.js";

const FULL = 0.75;
const COVERED = 0.6;
const MIN_SIDE = 8;
const INNER = 0.15;
const CONTENT = 0.15;
const ALIKE = 0.3;
const OVER_LINES = 0.25;
const FLAT = 2.5;
const ACROSS = 0.8;
const CROSSED = 0.05;
const SIDE = 0.9;

/**
 * What the lines of a form go around; they may be open over twice so many pixels.
 * @type {(form: Mask, reach: number) => Edges[]}
 */
export function cells(form, reach) {
  const paper = piecesOf(paperAround(dilated(form, reach)));
  const outside = paper.labels[0];
  return paper.boxes
    .filter((box, number) => {
      const [width, height] = [widthOf(box), heightOf(box)];
      const isFull = paper.areas[number] >= FULL * width * height;
      const isInside = number !== 0 && number !== outside;
      return isInside && isFull && Math.min(width, height) >= MIN_SIDE;
    })
    .map(
      ([left, top, right, bottom]) =>
        /** @type {Edges} */ ([
          left - 1 - reach,
          top - 1 - reach,
          right - 1 + reach,
          bottom - 1 + reach,
        ]),
    )
    .sort((one, other) => one[1] - other[1] || one[0] - other[0]);
}

/** What is no ink, with a pixel of it all around. @type {(mask: Mask) => Mask} */
function paperAround({ width, height, data }) {
  const size = { width: width + 2, height: height + 2 };
  const paper = new Uint8Array(size.width * size.height).fill(1);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (data[row * width + column] > 0) paper[(row + 1) * size.width + column + 1] = 0;
    }
  }
  return { ...size, data: paper };
}

/**
 * Whether there is no ink in the middle of each cell, be it foreign or not.
 * @type {(boxes: Edges[], ink: Mask) => boolean[]}
 */
export function areEmpty(boxes, ink) {
  return boxes.map((box) => {
    const across = rint(INNER * widthOf(box));
    const down = rint(INNER * heightOf(box));
    return !hasInk(ink, [box[0] + across, box[1] + down, box[2] - across, box[3] - down]);
  });
}

/** @type {(mask: Mask, box: Edges) => boolean} */
function hasInk({ width, height, data }, [left, top, right, bottom]) {
  for (let row = Math.max(top, 0); row < Math.min(bottom, height); row++) {
    const [start, end] = [Math.max(left, 0), Math.min(Math.max(right, 0), width)];
    if (data.subarray(row * width + start, row * width + end).includes(1)) return true;
  }
  return false;
}

/**
 * What is written in and beside the cells of a form, without its lines; the mask itself where
 * there is no form, and no ink at all where nothing is written.
 * @type {(mask: Mask, pieces: Pieces) => Mask}
 */
export function withoutCells(mask, pieces) {
  if (isEmpty(pieces)) return blankOf(mask);
  const form = frames(pieces, false);
  for (const number of longestOf(pieces)) if (isRow(pieces, number)) form[number] = true;
  if (!form.some(Boolean)) return mask;
  const overLines = form.flatMap((is, number) => (is ? [writtenOver(pieces, number)] : []));
  const alike = likeThose(pieces, form);
  const kept = form.map((is, number) => !is && !alike[number]);
  const rest = overLines.reduce(either, maskOf(pieces, kept));
  const sides = cells(without(mask, rest), 1).flatMap((box) => [widthOf(box), heightOf(box)]);
  return sides.length > 0 ? withoutFrame(rest, SIDE * Math.min(...sides)) : rest;
}

/**
 * What is written over the lines of a piece that goes around cells.
 * @type {(pieces: Pieces, number: number) => Mask}
 */
function writtenOver(pieces, number) {
  const alone = maskOf(
    pieces,
    pieces.longer.map((_, other) => other === number),
  );
  const [width, height] = sizeOf(pieces, number);
  const rest = withoutFrame(alone, ACROSS * Math.min(width, height));
  const reach = Math.max(1, rint(CROSSED * Math.min(width, height)));
  const found = cells(without(alone, rest), reach);
  if (areaOf(found) < COVERED * width * height) return blankOf(alone);
  const heights = found.map(heightOf).sort((one, other) => one - other);
  const least = OVER_LINES * heights[(heights.length - 1) >> 1];
  const parts = piecesOf(rest);
  return maskOf(
    parts,
    parts.longer.map((longer, part) => {
      const box = parts.boxes[part];
      return longer >= least && widthOf(box) < FLAT * heightOf(box);
    }),
  );
}

/** @type {(pieces: Pieces, number: number) => [width: number, height: number]} */
function sizeOf({ boxes }, number) {
  return [widthOf(boxes[number]), heightOf(boxes[number])];
}

/** @type {(boxes: Edges[]) => number} */
function areaOf(boxes) {
  return boxes.reduce((sum, box) => sum + widthOf(box) * heightOf(box), 0);
}

/**
 * Pieces that go around nothing, whose cells are of the same size as those of a form.
 * @type {(pieces: Pieces, form: boolean[]) => boolean[]}
 */
function likeThose(pieces, form) {
  const sizes = cells(maskOf(pieces, form), 1).map((box) => [widthOf(box), heightOf(box)]);
  if (sizes.length === 0) return form.map(() => false);
  const least = [0, 1].map((side) => (1 - ALIKE) * Math.min(...sizes.map((size) => size[side])));
  /** @type {(box: Edges) => boolean} */
  const isAlike = (box) =>
    sizes.some(([width, height]) => {
      const off = [
        Math.abs(widthOf(box) - width) / width,
        Math.abs(heightOf(box) - height) / height,
      ];
      return Math.max(...off) <= ALIKE;
    });
  return form.map((is, number) => {
    const [width, height] = sizeOf(pieces, number);
    if (is || number === 0 || width < least[0] || height < least[1]) return false;
    const own = cells(within(pieces, number), 1);
    return own.some(isAlike) && areaOf(own) >= COVERED * width * height;
  });
}

/**
 * Whether a piece is the lines of cells side by side.
 * @type {(pieces: Pieces, number: number) => boolean}
 */
function isRow(pieces, number) {
  const [width, height] = sizeOf(pieces, number);
  if (Math.min(width, height) < MIN_SIDE) return false;
  const own = cells(within(pieces, number), 1);
  if (own.length < 2 || areaOf(own) < COVERED * width * height) return false;
  return own.slice(1).some(([, top, , bottom], at) => {
    const middle = (own[at][1] + own[at][3]) / 2;
    return top < middle && middle < bottom;
  });
}

/**
 * Whether there are cells and nothing in them nor beside them.
 * @type {(pieces: Pieces) => boolean}
 */
function isEmpty(pieces) {
  const { longer } = pieces;
  const long = longer.flatMap((length, number) =>
    number > 0 && length >= MIN_SIDE ? [number] : [],
  );
  const largest = Math.max(0, ...long.map((number) => Math.min(...sizeOf(pieces, number))));
  const large = long.filter((number) => longer[number] >= CONTENT * largest);
  return large.length > 0 && large.every((number) => isForm(pieces, number));
}

/**
 * Whether a piece is nothing but the lines of one cell or of some side by side.
 * @type {(pieces: Pieces, number: number) => boolean}
 */
function isForm(pieces, number) {
  const alone = within(pieces, number);
  return isEmptyBox(alone) || (isRow(pieces, number) && !hasContent(alone));
}

/** Whether there is ink within the cells of a form. @type {(alone: Mask) => boolean} */
function hasContent(alone) {
  return cells(alone, 1).some(([left, top, right, bottom]) =>
    hasInk(alone, [left + 2, top + 2, right - 2, bottom - 2]),
  );
}
