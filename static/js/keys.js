/**
 * Keys -> what they ask for.
 *
 * Single letters act only where nothing else can be meant by them: on the sheet
 * and its buttons, or where nothing has the focus. Digits act in the feedback,
 * Enter where no button would take it, arrows and space on the sheet.
 */

const PLAIN = {
  z: { ask: "undo" },
  y: { ask: "redo" },
  c: { ask: "clear" },
  "?": { ask: "help" },
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
 * `place` is "sheet", "drawing", "feedback", "nowhere" or "elsewhere", `letters` says
 * whether single letters ask for anything; returns {ask} or null. Of these, "label"
 * has a label and "step" its columns and rows.
 */
export function meaning({ key, ctrlKey, metaKey, altKey, shiftKey }, place, letters = true) {
  if (altKey || place === "elsewhere") return null;
  const letter = key.toLowerCase();
  if (ctrlKey || metaKey) return chord(letter, shiftKey);
  if (place === "feedback") return /^[0-9]$/.test(key) ? { ask: "label", label: key } : null;
  if (place === "sheet") {
    if (key === " ") return { ask: "toggle" };
    if (key === "Escape") return { ask: "lift" };
    if (Object.hasOwn(STEPS, key)) return { ask: "step", step: STEPS[key] };
  }
  if (key === "Enter") return place === "drawing" ? null : { ask: "predict" };
  if (!letters) return null;
  if (letter === "z" && shiftKey) return PLAIN.y;
  return Object.hasOwn(PLAIN, letter) ? PLAIN[letter] : null;
}

function chord(letter, shiftKey) {
  if (letter === "z") return shiftKey ? PLAIN.y : PLAIN.z;
  return letter === "y" && !shiftKey ? PLAIN.y : null;
}
