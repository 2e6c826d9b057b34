/** Answers and errors in words. The words themselves come from the page, translated. */

// Within a verdict, how far a probability carries the stronger word.
const CERTAIN = 0.99;
const PROBABLE = 0.6;

/** The page's texts by name, from the elements with `data-text`. */
export function textsOf(template) {
  const spans = template.content.querySelectorAll("[data-text]");
  return Object.fromEntries([...spans].map((span) => [span.dataset.text, span.textContent]));
}

/** "{name}" in the text becomes values.name. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** A probability as a percentage. Never 100 %: no network knows that. */
export function percent(probability, language) {
  const places = probability >= 0.985 ? 1 : 0;
  return percentFormat(language, places).format(Math.min(probability, 0.999));
}

const formats = new Map(); // making one takes far longer than using it

function percentFormat(language, maximumFractionDigits) {
  const key = `${language} ${maximumFractionDigits}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits }));
  }
  return formats.get(key);
}

/** An answer as a sentence. */
export function sentence(answer, texts, language) {
  const others = answer.alternatives.map(({ digit }) => String(digit));
  return fill(texts[kind(answer, others)], {
    digit: answer.digit,
    percent: percent(answer.confidence, language),
    others: new Intl.ListFormat(language, { type: "disjunction" }).format(others),
  });
}

/** A number as a sentence: sure, or which of its digits are not. */
export function numberSentence({ number, digits, verdict, confidence }, texts, language) {
  const doubtful = digits.filter((one) => one.verdict !== "sure");
  return fill(verdict === "sure" ? texts.numberSure : texts.numberUnsure, {
    number,
    percent: percent(confidence, language),
    doubtful: new Intl.ListFormat(language).format(doubtful.map(({ digit }) => String(digit ?? "?"))),
  });
}

function kind({ verdict, confidence }, others) {
  if (verdict === "not_a_digit") return "notADigit";
  if (verdict === "sure") return confidence >= CERTAIN ? "certain" : "sure";
  return (confidence >= PROBABLE ? "probably" : "guess") + (others.length > 0 ? "Or" : "");
}

/** An error as a sentence; `wait` is the seconds until it is tried again, or null. */
export function complaint(error, texts, wait = null) {
  if (error.status === 429) return fill(texts.throttled, { seconds: wait ?? error.retryAfter ?? 5 });
  if (error.code === "network") return texts.network;
  if (error.code === "notAPicture") return texts.notAPicture;
  if (error.code === "too_large" && !error.status) return texts.tooManyDigits; // raster.js says so
  return error.message || texts.server;
}
