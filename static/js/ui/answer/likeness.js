/**
 * What is remembered, in words: which drawing an answer is like, and what would be said without it.
 *
 * @import { Memory, Opinion } from "../../api.js"
 * @import { Texts } from "../../text.js"
 */

import { fill, percent } from "../../text.js";

const DAY = 86_400_000; // ms
const A_MOMENT = 300_000; // ms in which something was drawn just now

/**
 * The remembered drawing that speaks for an answer, in words: which one, and when it was drawn.
 *
 * @param {Pick<Memory, "label" | "drawn_at">} memory
 * @param {Texts} texts
 * @param {string} language
 * @param {Date} [now]
 */
export function likeness({ label, drawn_at }, texts, language, now = new Date()) {
  if (label === "not_a_digit") return texts.likeNoDigit;
  const drawn = new Date(drawn_at);
  const days = Math.round((midnight(now) - midnight(drawn)) / DAY);
  if (now.getTime() - drawn.getTime() < A_MOMENT) return fill(texts.likeNow, { digit: label });
  if (days <= 0) return fill(texts.likeToday, { digit: label });
  if (days === 1) return fill(texts.likeYesterday, { digit: label });
  return fill(texts.likeDay, { digit: label, day: dayOf(drawn, days, now, language) });
}

/** The day's name within a week, else its date. @type {(day: Date, ago: number, now: Date, language: string) => string} */
function dayOf(day, ago, now, language) {
  /** @type {Intl.DateTimeFormatOptions} */
  const date = { day: "numeric", month: "long" };
  if (day.getFullYear() !== now.getFullYear()) date.year = "numeric";
  return new Intl.DateTimeFormat(language, ago < 7 ? { weekday: "long" } : date).format(day);
}

function midnight(/** @type {Date} */ time) {
  return new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();
}

/**
 * What somebody took a drawing for, in a few words.
 *
 * @param {Opinion} opinion
 * @param {Texts} texts
 * @param {string} language
 */
export function opinion({ digit, confidence }, texts, language) {
  const text = digit === null ? texts.opinionNone : texts.opinion;
  return fill(text, { digit, percent: percent(confidence, language) });
}
