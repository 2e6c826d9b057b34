/**
 * What a new version makes of a drawing that an older one has read.
 *
 * @import { Texts } from "../text.js"
 * @import { Answer } from "./predictor.js"
 */

import { fill } from "../text.js";

/**
 * A sentence where the newer answer is another network's and another reading, else null. What
 * one's own hand makes of it does not count: that was learned before.
 *
 * @param {Answer} before
 * @param {Answer} now
 * @param {Texts} texts
 */
export function newsOf(before, now, texts) {
  const [old, young] = [before, now].map((answer) => readingOf(answer) ?? texts.noDigitShort);
  if (old === young || before.model_version === now.model_version) return null;
  return fill(texts.learned, { now: young, before: old });
}

/** As the network alone reads it; null is no digit. */
function readingOf(/** @type {Answer} */ answer) {
  const { digit } = answer.network ?? answer;
  return answer.text ?? digit?.toString() ?? null;
}
