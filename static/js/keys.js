/**
 * Keys -> what they ask for.
 *
 * Single keys act only where nothing else can be meant by them: on the sheet and
 * its buttons, in the feedback, or where nothing has the focus. Enter acts where no
 * button would take it, arrows and space on the sheet.
 */

const PLAIN = {
  z: { ask: "undo" },
  y: { ask: "redo" },
  c: { ask: "clear" },
  "?": { ask: "help" },
};

/** What somebody says of the answer. */
const SAID = {
  r: { ask: "confirm" },
  n: { ask: "label", label: "not_a_digit" },
};

/** [columns, rows] to go. The four corners of a keypad go aslant. */
const STEPS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  Home: [-1, -1],
  PageUp: [1, -1],
  End: [-1, 1],
  PageDown: [1, 1],
};

/**
 * `place` is "sheet", "drawing", "feedback", "nowhere" or "elsewhere", `isOn` says
 * whether single keys ask for anything outside of the feedback; returns {ask} or null.
 * Of these, "label" has a label and "step" its columns and rows.
 */
export function meaning(event, place, isOn = true) {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (altKey || place === "elsewhere") return null;
  const letter = letterOf(event);
  if (ctrlKey || metaKey) return chord(letter, shiftKey);
  if (place === "feedback") return said(letter);
  if (place === "sheet") {
    if (key === " ") return { ask: "toggle" };
    if (key === "Escape") return { ask: "lift" };
    if (Object.hasOwn(STEPS, key)) return { ask: "step", step: STEPS[key] };
  }
  if (key === "Enter") return place === "drawing" ? null : { ask: "predict" };
  if (!isOn) return null;
  if (letter === "z" && shiftKey) return PLAIN.y;
  return Object.hasOwn(PLAIN, letter) ? PLAIN[letter] : said(letter);
}

/** The Latin letter on the key, also where the keyboard writes others. */
function letterOf({ key, code = "" }) {
  const isForeign = key.length === 1 && key > "\x7f" && code.startsWith("Key");
  return (isForeign ? code.slice("Key".length) : key).toLowerCase();
}

function said(key) {
  if (/^[0-9]$/.test(key)) return { ask: "label", label: key };
  return Object.hasOwn(SAID, key) ? SAID[key] : null;
}

function chord(letter, shiftKey) {
  if (letter === "z") return shiftKey ? PLAIN.y : PLAIN.z;
  return letter === "y" && !shiftKey ? PLAIN.y : null;
}
