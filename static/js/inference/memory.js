/**
 * A contributor's own hand: recognizer/serving/memory.py. What they have labelled speaks in what
 * is answered to them.
 *
 * @import { Outputs } from "./network.js"
 *
 * @typedef {object} Recall what one answer becomes by a hand
 * @property {Float32Array} probabilities eleven, after the bonus
 * @property {number} row the remembered drawing that speaks
 * @property {number} label its class, 0 to 10
 * @property {number} similarity its nearness, at most 1
 *
 * @typedef {{ picture: Float32Array, motion: Float32Array | null }} Features each of length 1
 */

// Features begin with the picture's: channels of cells, row by row. Those of the motion follow. The
// picture's are summed over windows of cells, that begin two cells apart: as telling as all of
// them, and a third of the memory.
const SIDE = 7;
const CHANNELS = 64;
const PICTURE = SIDE * SIDE * CHANNELS;
const WINDOW = 3;
const STEP = 2;
// How much the motion's similarity counts beside the picture's, where both are ink.
const MOTION_SHARE = 0.8;
// How much a label's second nearest drawing counts beside its nearest: one wrong label says less.
const SECOND_SHARE = 0.3;
// From this nearness on a label's drawings speak for it, with at most so much log-probability,
// where they are the same as what was drawn.
const NEAR = 0.58;
const BONUS = 17.0;
// Up to this nearness what is near to a remembered digit may as well be none: nobody labels all
// the signs that are no digit.
const STRANGE = 0.66;
// What a label has at least before the bonus: a network that is wrong may give it nothing.
const LEAST = 1e-6;
// From this similarity to a remembered drawing on an answer is sure although the readers differ.
export const SIMILAR = 0.85;
// Remembered drawings of a label, and how many of them stay for being the newest.
export const PER_LABEL = 20;
const NEWEST = 10;

export class Hand {
  /**
   * Remembered drawings: what both readers see in them, and what they are, classes 0 to 10.
   * @param {Features[]} features
   * @param {number[]} labels
   */
  constructor(features, labels) {
    this.features = features;
    this.labels = labels;
  }

  /**
   * The hand of drawings of these classes, by the network's outputs for them. Empty of a network
   * of a single reader, or of others, which has no memory.
   * @param {Outputs[]} outputs
   * @param {number[]} labels
   */
  static of(outputs, labels) {
    const features = outputs.map(featuresOf).filter((each) => each !== null);
    return features.length < outputs.length ? EMPTY : new Hand(features, labels);
  }
}

export const EMPTY = new Hand([], []);

/**
 * For each glyph what the hand makes of the network's answer.
 *
 * Null where nothing near enough is remembered, and of a network of a single reader. The drawing
 * that speaks is the nearest of the label that is then likeliest; where none of that label is
 * near, the nearest of all.
 * @param {Hand} hand
 * @param {Outputs[]} outputs
 * @returns {(Recall | null)[]}
 */
export function recall(hand, outputs) {
  return outputs.map((each) => {
    const own = featuresOf(each);
    if (own === null || hand.labels.length === 0) return null;
    const near = hand.features.map((other) => similarity(own, other));
    return recalled(hand.labels, near, each.probabilities);
  });
}

/** @type {(labels: number[], near: number[], own: Float32Array) => Recall | null} */
function recalled(labels, near, own) {
  const { rows, nearness } = nearestOf(labels, near, own.length);
  if (Math.max(...nearness) <= NEAR) return null;
  const bonus = bonusOf(nearness);
  const logits = bonus.map((more, label) => Math.log(Math.max(own[label], LEAST)) + more);
  const highest = Math.max(...logits);
  const weights = logits.map((logit) => Math.exp(logit - highest));
  const sum = weights.reduce((total, weight) => total + weight);
  const answered = logits.indexOf(highest);
  const label = nearness[answered] > NEAR ? answered : nearness.indexOf(Math.max(...nearness));
  return {
    probabilities: Float32Array.from(weights, (weight) => weight / sum),
    row: rows[label],
    label,
    similarity: Math.min(near[rows[label]], 1),
  };
}

/**
 * By label the row of its nearest drawing, and how near it is; -1 where there is none.
 * @param {number[]} labels
 * @param {number[]} near
 * @param {number} classes
 */
function nearestOf(labels, near, classes) {
  const [rows, nearest, second] = [0, 1, 2].map(() => new Array(classes).fill(-1));
  for (const [row, label] of labels.entries()) {
    if (rows[label] < 0 || near[row] > nearest[label]) {
      [rows[label], nearest[label], second[label]] = [row, near[row], nearest[label]];
    } else {
      second[label] = Math.max(second[label], near[row]);
    }
  }
  const nearness = nearest.map((one, label) =>
    second[label] > -1 ? one + SECOND_SHARE * (second[label] - one) : one,
  );
  return { rows, nearness };
}

/**
 * By label what is added to its log-probability.
 * @param {number[]} nearness
 */
function bonusOf(nearness) {
  const lifted = [...nearness];
  const [none] = lifted.slice(-1);
  lifted[lifted.length - 1] = Math.max(none, Math.min(Math.max(...nearness), STRANGE));
  return lifted.map((near) => BONUS * Math.max(0, (near - NEAR) / (1 - NEAR)));
}

/**
 * In [-1, 1]: of pictures and motions; where one is no ink of pictures alone.
 * @type {(one: Features, other: Features) => number}
 */
function similarity(one, other) {
  const picture = product(one.picture, other.picture);
  if (one.motion === null || other.motion === null) return picture;
  return picture + MOTION_SHARE * (product(one.motion, other.motion) - picture);
}

/** @type {(outputs: Outputs) => Features | null} */
function featuresOf({ features, motionLogits }) {
  if (features === null || features.length <= PICTURE) return null;
  const hasInk = motionLogits?.some((value) => value !== 0);
  return {
    picture: normalised(windows(features)),
    motion: hasInk ? normalised(features.subarray(PICTURE)) : null,
  };
}

/**
 * The picture's features, summed over windows of cells.
 * @type {(features: Float32Array) => Float32Array}
 */
function windows(features) {
  const across = Math.floor((SIDE - WINDOW) / STEP) + 1;
  const sums = new Float32Array(across * across * CHANNELS);
  for (let at = 0; at < sums.length; at++) {
    const window = Math.floor(at / CHANNELS);
    const [top, left] = [STEP * Math.floor(window / across), STEP * (window % across)];
    for (let row = top; row < top + WINDOW; row++) {
      for (let column = left; column < left + WINDOW; column++) {
        sums[at] += features[(row * SIDE + column) * CHANNELS + (at % CHANNELS)];
      }
    }
  }
  return sums;
}

/** @type {(values: Float32Array) => Float32Array} */
function normalised(values) {
  const length = Math.max(Math.sqrt(product(values, values)), 1e-12);
  return values.map((value) => value / length);
}

/** @type {(one: Float32Array, other: Float32Array) => number} */
function product(one, other) {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at] * other[at];
  return sum;
}

/**
 * Which of a contributor's labelled drawings, the newest first, are remembered: their indices.
 *
 * At most `limit` a label: the newest `NEWEST`, then those that were `telling`, the network
 * having been wrong, then others, each the newest first.
 * @param {number[]} labels
 * @param {boolean[]} telling
 * @param {number} [limit]
 * @returns {number[]}
 */
export function kept(labels, telling, limit = PER_LABEL) {
  const stays = [...new Set(labels)].flatMap((label) => {
    const own = [...labels.keys()].filter((at) => labels[at] === label);
    const [newest, older] = [own.slice(0, NEWEST), own.slice(NEWEST)];
    const ranked = [newest, older.filter((at) => telling[at]), older.filter((at) => !telling[at])];
    return ranked.flat().slice(0, limit);
  });
  return stays.sort((one, other) => one - other);
}
