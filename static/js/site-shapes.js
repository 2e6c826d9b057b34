/**
 * The shapes of what site-api.js is answered, as answer-shapes.js has those of a pad's.
 *
 * @import { Check } from "./answer-shapes.js"
 * @import { HandDescription, ModelDescription } from "./api.js"
 */

import {
  hasTexts,
  isAbsentOr,
  isBoolean,
  isFields,
  isList,
  isNumber,
  isText,
} from "./answer-shapes.js";

const THRESHOLDS = ["sure", "not_a_digit", "alternative"];

/** @type {(content: unknown) => content is Blob} */
export function isPicture(content) {
  return content instanceof Blob;
}

/** Where only the status counts. @type {(content: unknown) => content is unknown} */
export function isAnything(_content) {
  return true;
}

/** @type {(content: unknown) => content is HandDescription} */
export function isHandDescription(content) {
  return (
    hasTexts(content, ["tag"]) &&
    isBoolean(content.remembers) &&
    isBoolean(content.back) &&
    isList(content.drawings, isRemembered)
  );
}

/** @type {(content: unknown) => content is ModelDescription} */
export function isModelDescription(content) {
  if (!isFields(content) || !isNumber(content.version)) return false;
  const { thresholds, browser } = content;
  if (!isFields(thresholds) || !THRESHOLDS.every((name) => isNumber(thresholds[name])))
    return false;
  return (
    browser === null ||
    (isFields(browser) && ["topology", "weights"].every((part) => hasTexts(browser[part], ["url"])))
  );
}

/** Ink or pixels. @type {Check} */
function isRemembered(value) {
  if (!hasTexts(value, ["id", "label", "drawn_at"]) || !isBoolean(value.telling)) return false;
  if (value.strokes === undefined) return isText(value.pixels);
  const isCanvas =
    value.canvas === null || isAbsentOr(value.canvas, (size) => isList(size, isNumber));
  return isCanvas && isList(value.strokes, isStroke);
}

/** @type {Check} */
function isStroke(value) {
  return isList(value, (point) => isList(point, isNumber));
}
