/**
 * Answers and errors in words. The words themselves come from the page, translated.
 *
 * @import { Failure, Line, OneDigit, WholeNumber } from "./api.js"
 *
 * @typedef {"blank" | "blankNumber" | "cameraStarts" | "cameraNothing" | "cameraDark"
 *   | "cameraHold"
 *   | "cameraReads" | "cameraLive" | "cameraDenied" | "cameraAllow" | "cameraMissing"
 *   | "cameraInstead" | "noDigit" | "emptyCell" | "waiting" | "unread"
 *   | "sure" | "probably" | "guess" | "either" | "notADigit" | "leaning" | "perhaps"
 *   | "numberSure" | "numberUnsure" | "doubtful" | "tapRight" | "disagree"
 *   | "noneOfTen" | "dot" | "dotWhy"
 *   | "digitOfNumber" | "penAt" | "penDown" | "penUp" | "version" | "versionNew" | "onItsWay"
 *   | "learned" | "noDigitShort" | "byServer" | "byBrowser" | "network" | "proxyTooLarge"
 *   | "tooLargeReadHere" | "notAPicture" | "aDocument" | "sentAsItIs" | "pictureOf"
 *   | "pictureLost" | "tooManyDigits" | "server" | "broken" | "throttled" | "saidDigit" | "saidNone" | "thanks"
 *   | "thanksWaiting" | "thanksFull" | "helps" | "helpsNone" | "helpsWaiting"
 *   | "helpsNoneWaiting" | "cells" | "leftOut" | "offline" | "waitingToSend" | "refused" | "refusedDigit"
 *   | "discard" | "takenBack" | "likeNow" | "likeToday" | "likeYesterday" | "likeDay"
 *   | "likeNoDigit" | "alone" | "opinion" | "opinionNone" | "remembered" | "nothingRemembered"
 *   | "forgotten" | "freshHand" | "backHand" | "remembersNow" | "remembersNot"} TextName
 * @typedef {Record<TextName, string>} Texts with places for values, such as {digit}
 * @typedef {[say: string, more?: string]} Headline what is said of an answer, and how surely
 */

const SPACE = "␣"; // also a gap that only may be one
const PROBABLE = 0.6; // of an unsure answer, from which on it may still be named

/**
 * The page's texts by name, from the elements with `data-text`.
 *
 * @param {HTMLTemplateElement} template
 * @returns {Texts}
 */
export function textsOf(template) {
  /** @type {NodeListOf<HTMLElement>} */
  const spans = template.content.querySelectorAll("[data-text]");
  return Object.fromEntries([...spans].map((span) => [span.dataset.text, span.textContent]));
}

/**
 * "{name}" in the text becomes values.name.
 *
 * @param {string} text
 * @param {Record<string, string | number | null>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * A probability from 0 to 1 as a percentage. Never 100 %: no network knows that. `probability` in
 * recognizer/formatting.py writes the same.
 *
 * @param {number} probability
 * @param {string} language
 */
export function percent(probability, language) {
  const places = probability >= 0.985 ? 1 : 0;
  return percentFormat(language, places).format(Math.min(probability, 0.999));
}

/** The same beside a bar: "" where it would be written as 0 %. @type {(probability: number, language: string) => string} */
export function shareOf(probability, language) {
  return probability >= 0.005 ? percent(probability, language) : "";
}

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map(); // making one takes far longer than using it

/** @type {(language: string, places: number) => Intl.NumberFormat} */
function percentFormat(language, places) {
  const key = `${language} ${places}`;
  const known = formats.get(key);
  if (known) return known;
  const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  const format = new Intl.NumberFormat(language, { style: "percent", ...digits });
  formats.set(key, format);
  return format;
}

/**
 * An answer in a few words.
 *
 * @param {OneDigit} answer
 * @param {Texts} texts
 * @param {string} language
 * @returns {Headline}
 */
export function headline({ digit, verdict, confidence, alternatives }, texts, language) {
  const share = percent(confidence, language);
  if (verdict === "empty") return [texts.emptyCell];
  if (verdict === "not_a_digit") return [texts.notADigit, share];
  if (verdict === "sure") return [fill(texts.sure, { digit }), share];
  if (alternatives.length > 0) {
    const names = alternatives.map((other) => String(other.digit));
    const others = new Intl.ListFormat(language, { type: "disjunction" }).format(names);
    return [fill(texts.either, { digit, others }), fill(texts.leaning, { digit, percent: share })];
  }
  if (confidence >= PROBABLE) return [fill(texts.probably, { digit }), share];
  return [texts.guess, fill(texts.perhaps, { digit, percent: share })];
}

/**
 * What there is to say to an answer beside it; "" where it speaks for itself.
 *
 * @param {Pick<OneDigit, "verdict" | "readers">} answer
 * @param {Texts} texts
 */
export function because({ verdict, readers }, texts) {
  if (verdict === "not_a_digit") return texts.noneOfTen;
  if (verdict === "unsure" && readers) return fill(texts.disagree, readers);
  return verdict === "unsure" ? texts.tapRight : "";
}

/**
 * A number in a few words: sure, or which of its characters are not.
 *
 * @param {WholeNumber} answer
 * @param {Texts} texts
 * @param {string} language
 * @returns {Headline}
 */
export function numberHeadline({ text, lines, verdict, confidence }, texts, language) {
  const number = text.replaceAll("\n", ", ");
  if (verdict === "empty") return [texts.emptyCell];
  if (verdict === "sure")
    return [fill(texts.numberSure, { number }), percent(confidence, language)];
  const doubtful = lines.flatMap(doubtfulOf);
  return [
    fill(texts.numberUnsure, { number }),
    fill(texts.doubtful, { doubtful: new Intl.ListFormat(language).format(doubtful) }),
  ];
}

/** The names of a line's doubtful characters, from left to right. @type {(line: Line) => string[]} */
function doubtfulOf({ digits, signs }) {
  const characters = [
    ...digits.map((one) => ({ ...one, name: String(one.digit ?? "?") })),
    ...signs.map((one) => ({ ...one, name: one.text.trim() || SPACE })),
  ];
  return characters
    .filter((one) => one.verdict !== "sure" && one.verdict !== "empty")
    .sort((one, other) => one.box[0] - other.box[0])
    .map(({ name }) => name);
}

/**
 * An error as a sentence; `wait` is the seconds until it is tried again, or null.
 *
 * @param {Failure} error
 * @param {Texts} texts
 * @param {number | null} [wait]
 */
export function complaint(error, texts, wait = null) {
  if (error.status === 429 && error.code !== "address_full")
    return fill(texts.throttled, { seconds: wait ?? error.retryAfter ?? 5 });
  if (error.code === "network") return texts.network;
  if (error.code === "proxy_too_large") return texts.proxyTooLarge;
  if (error.code === "notAPicture") return texts.notAPicture;
  if (error.code === "aDocument") return texts.aDocument;
  if (error.code === "too_large" && !error.status) return texts.tooManyDigits; // raster.js says so
  if (!error.status) return texts.broken; // a script's own message is for its authors
  return error.message || texts.server;
}

/**
 * Puts a text into an element, unless it is there already: what is set is laid out anew, and
 * where somebody listens, read out again.
 *
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Sets what differs: what is set again is styled again, and all that hangs on it.
 *
 * @template {HTMLElement} T
 * @param {T} element
 * @param {Partial<T>} values
 */
export function put(element, values) {
  for (const name of /** @type {(keyof T)[]} */ (Object.keys(values)))
    if (element[name] !== values[name]) element[name] = /** @type {T[keyof T]} */ (values[name]);
}
