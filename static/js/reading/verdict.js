/** Probabilities in words of the API: recognizer/answer.py, and what it says of whole numbers. */

const DIGITS = 10; // what follows them is the probability that it is none
const SEVERITY = ["sure", "unsure", "not_a_digit"];

/** One glyph's eleven probabilities -> its reading. `thresholds` come with the model. */
export function readingOf(values, thresholds) {
  const rounded = Array.from(values, (value) => Math.round(value * 1e6) / 1e6);
  const probabilities = rounded.slice(0, DIGITS);
  const ranked = probabilities
    .map((probability, digit) => ({ digit, probability }))
    .sort((one, other) => other.probability - one.probability);
  const [best, ...others] = ranked;
  const worthNaming = ({ probability }) => probability >= thresholds.alternative;
  const reading = { digit: best.digit, confidence: best.probability, probabilities };
  const nothing = rounded[DIGITS];
  if (nothing >= thresholds.not_a_digit) {
    const alternatives = ranked.filter(worthNaming);
    return { ...reading, digit: null, confidence: nothing, verdict: "not_a_digit", alternatives };
  }
  if (best.probability >= thresholds.sure) return { ...reading, verdict: "sure", alternatives: [] };
  return { ...reading, verdict: "unsure", alternatives: others.filter(worthNaming) };
}

/** A number of these digits, left to right: as certain as its least certain one. */
export function numberOf(digits) {
  const summary = digits.length === 1 ? digits[0] : summaryOf(digits);
  return { ...summary, number: digits.map(({ digit }) => digit ?? "?").join(""), digits };
}

function summaryOf(digits) {
  const severity = Math.max(...digits.map(({ verdict }) => SEVERITY.indexOf(verdict)));
  return {
    digit: null,
    confidence: Math.min(...digits.map(({ confidence }) => confidence)),
    probabilities: [],
    verdict: SEVERITY[severity],
    alternatives: [],
  };
}
