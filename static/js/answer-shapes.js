/**
 * Whether what came as JSON has a shape of the API's answers (recognizer/api/serializers.py): all
 * that the page reads of it, in its type. What else there is may change between versions.
 *
 * @import { Prediction, StoredDrawing } from "./api.js"
 *
 * @typedef {{ error: { code: string, message: string } }} ErrorBody
 * @typedef {Record<string, unknown>} Fields
 * @typedef {(value: unknown) => boolean} Check
 */

const VERDICTS = ["sure", "unsure", "not_a_digit", "empty"];

/** @type {(content: unknown) => content is null} */
export function isNothing(content) {
  return content === null;
}

/** @type {(content: unknown) => content is ErrorBody} */
export function isErrorBody(content) {
  return isFields(content) && hasTexts(content.error, ["code", "message"]);
}

/** @type {(content: unknown) => content is Prediction} */
export function isPrediction(content) {
  if (!isFields(content) || !isNumber(content.model_version) || !isReading(content)) return false;
  if (content.number === undefined && content.digits === undefined) return isOneDigit(content);
  return isText(content.text) && hasCharacters(content) && isList(content.lines, isLine);
}

/** @type {(content: unknown) => content is StoredDrawing} */
export function isStoredDrawing(content) {
  const texts = ["id", "receipt", "url", "page", "label", "review"];
  return hasTexts(content, texts) && isPrediction(content.prediction);
}

// --- their parts ---

/** What a digit and a whole number have in common. @type {(value: unknown) => value is Fields} */
function isReading(value) {
  return (
    isOpinion(value) &&
    isList(value.alternatives, isAlternative) &&
    isAbsentOr(value.seen, (seen) => isList(seen, isNumber)) &&
    isAbsentOr(value.network, isOpinion) &&
    isAbsentOr(value.memory, isMemory) &&
    isAbsentOr(value.readers, isReaders)
  );
}

/** @type {(value: unknown) => value is Fields} */
function isOpinion(value) {
  return (
    isFields(value) &&
    (value.digit === null || isNumber(value.digit)) &&
    isNumber(value.confidence) &&
    VERDICTS.includes(/** @type {string} */ (value.verdict)) &&
    isList(value.probabilities, isNumber)
  );
}

/** @type {Check} */
function isMemory(value) {
  return (
    hasTexts(value, ["label", "drawing", "drawn_at"]) &&
    isNumber(value.similarity) &&
    isBoolean(value.changed)
  );
}

/** @type {Check} */
function isReaders(value) {
  return isFields(value) && isNumber(value.picture) && isNumber(value.motion);
}

/** @type {Check} */
function isOneDigit(value) {
  return isReading(value) && /** @type {unknown[]} */ (value.probabilities).length === 10;
}

/** @type {Check} */
function isDigitOfNumber(value) {
  return isReading(value) && isOneDigit(value) && isList(value.box, isNumber);
}

/** What a line and a whole number have in common. @type {(value: Fields) => boolean} */
function hasCharacters({ number, digits, signs }) {
  const isWhole = number === null || isText(number);
  return isWhole && isList(digits, isDigitOfNumber) && isList(signs, isSign);
}

/** @type {Check} */
function isLine(value) {
  return hasTexts(value, ["text"]) && hasCharacters(value) && isList(value.box, isNumber);
}

/** @type {Check} */
function isSign(value) {
  return hasTexts(value, ["text", "verdict"]) && isList(value.box, isNumber);
}

/** @type {Check} */
function isAlternative(value) {
  return isFields(value) && isNumber(value.digit) && isNumber(value.probability);
}

/** @type {(value: unknown) => value is Fields} */
export function isFields(value) {
  return typeof value === "object" && value !== null;
}

/** @type {(value: unknown, names: string[]) => value is Fields} */
export function hasTexts(value, names) {
  return isFields(value) && names.every((name) => isText(value[name]));
}

/** @type {(value: unknown, isOne: Check) => boolean} */
export function isList(value, isOne) {
  return Array.isArray(value) && value.every(isOne);
}

/** Where it is there at all. @type {(value: unknown, isOne: Check) => boolean} */
export function isAbsentOr(value, isOne) {
  return value === undefined || isOne(value);
}

/** @type {Check} */
export function isText(value) {
  return typeof value === "string";
}

/** @type {Check} */
export function isNumber(value) {
  return typeof value === "number";
}

/** @type {Check} */
export function isBoolean(value) {
  return typeof value === "boolean";
}
