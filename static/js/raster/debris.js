/**
 * What stands out from the paper and yet is not written: specks, frames, ruled
 * lines; recognizer/debris.py in JavaScript, where the reasons stand.
 */
import { components } from "./components.js";
import { withoutRuling } from "./ruling.js";

const MOST_PIECES = 24;
const PIXELS_A_PIECE = 200;
const SPECK = 0.12;
const DOT = 1.5;
const ALONG_EDGE = 0.45;
const SPANNING = 0.85;
const MIDDLE = 0.7;
const LEAST = 0.07;

/** Only the pieces of a mask that can be writing; null where it is all noise. */
export function cleared(ruled) {
  const mask = withoutRuling(ruled);
  const size = mask.data.length;
  const { count, labels, boxes, areas } = components(mask);
  if (count > MOST_PIECES + size / PIXELS_A_PIECE) return null;
  const longer = boxes.map(([, , width, height]) => Math.max(width, height));
  const outlines = outlinesOf(mask, labels, count);
  let kept = longer.map((_, piece) => piece > 0);
  for (const foreign of [fromOutside(mask, labels, outlines), frames(mask, labels, boxes)]) {
    const rest = kept.map((keep, piece) => keep && !foreign[piece]);
    const left = Math.max(0, ...longer.filter((_, piece) => rest[piece]));
    if (left > LEAST * Math.max(mask.width, mask.height)) kept = rest;
  }
  const rank = longer.map((length, piece) => (kept[piece] ? length * size + areas[piece] : 0));
  const longest = rank.indexOf(Math.max(...rank));
  const pen = (2 * areas[longest]) / Math.max(1, outlines[longest]);
  const least = Math.max(SPECK * longer[longest], DOT * pen);
  kept = kept.map((keep, piece) => keep && longer[piece] >= least);
  const stays = Uint8Array.from(kept);
  const written = new Uint8Array(size);
  for (let at = 0; at < size; at++) written[at] = stays[labels[at]];
  return { width: mask.width, height: mask.height, data: written };
}

/** How many pixels of each piece lie at its edge or at the picture's. */
function outlinesOf(mask, labels, count) {
  const { width, height, data } = mask;
  const outlines = new Int32Array(count);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      if (data[at] === 0) continue;
      const within = row > 0 && row < height - 1 && column > 0 && column < width - 1;
      if (!within || !isSurrounded(data, at, width)) outlines[labels[at]]++;
    }
  }
  return outlines;
}

function isSurrounded(data, at, width) {
  const [upper, lower] = [at - width, at + width];
  return (
    data[upper - 1] & data[upper] & data[upper + 1] & data[at - 1] & data[at + 1] &
    data[lower - 1] & data[lower] & data[lower + 1]
  );
}

/** Pieces that lie along the picture's edge: a table, a hand, a shadow in the corner. */
function fromOutside({ width, height }, labels, outlines) {
  const along = new Int32Array(outlines.length);
  for (let column = 0; column < width; column++) {
    along[labels[column]]++;
    along[labels[(height - 1) * width + column]]++;
  }
  for (let row = 1; row < height - 1; row++) {
    along[labels[row * width]]++;
    along[labels[row * width + width - 1]]++;
  }
  return Array.from(along, (length, piece) => length > ALONG_EDGE * outlines[piece]);
}

function frames({ width, height }, labels, boxes) {
  const found = boxes.map(([, , x, y]) => x > SPANNING * width && y > SPANNING * height);
  if (!found.some((frame, piece) => piece > 0 && frame)) return found;
  const top = Math.floor((height * (1 - MIDDLE)) / 2);
  const left = Math.floor((width * (1 - MIDDLE)) / 2);
  for (let row = top; row < height - top; row++) {
    for (let column = left; column < width - left; column++) {
      found[labels[row * width + column]] = false;
    }
  }
  return found;
}
