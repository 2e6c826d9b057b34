/** What a network gives for drawings whose features are sums of patterns: see make_memory.py. */

import { Hand } from "../../../static/js/inference/memory.js";

export const FEATURES = 7 * 7 * 64 + 512;

export function outputsOf({ blend, ink, probabilities = new Array(11).fill(0) }) {
  const pattern = (at, step, shift) =>
    Math.max(0, (((at % 64) * step + Math.floor(at / 64) + shift) % 101) - 50);
  const features = Float32Array.from({ length: FEATURES }, (_, at) =>
    blend.reduce((sum, [weight, step, shift]) => sum + weight * pattern(at, step, shift), 0),
  );
  return {
    probabilities: Float32Array.from(probabilities),
    pictureLogits: new Float32Array(11),
    motionLogits: new Float32Array(11).fill(ink ? 1 : 0),
    features,
  };
}

export function handOf(drawings) {
  const labels = drawings.map(({ label }) => label);
  return Hand.of(drawings.map(outputsOf), labels);
}
