/**
 * Keys -> actions.
 *
 * Single keys act only where nothing else can be meant by them: on the sheet and
 * its buttons, in the feedback, or where nothing has the focus. Enter acts where no
 * button would take it, arrows and space on the sheet.
 *
 * @typedef {[columns: number, rows: number]} Step to go, in cells of keyboard-pen.js
 * @typedef {"undo" | "redo" | "eraser" | "clear" | "help" | "predict" | "confirm" | "toggle"
 *   | "lift"} PlainAction
 * @typedef {{ action: PlainAction } | { action: "label", label: string }
 *   | { action: "step", step: Step }} Shortcut
 * @typedef {"sheet" | "drawing" | "feedback" | "nowhere" | "elsewhere"} FocusPlace
 * @typedef {Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>} Modifiers
 * @typedef {Pick<KeyboardEvent, "key" | "code"> & Modifiers} Key
 */

/** @type {Record<string, Shortcut>} */
const DRAWING = {
  z: { action: "undo" },
  y: { action: "redo" },
  e: { action: "eraser" },
  c: { action: "clear" },
  "?": { action: "help" },
};

/** What somebody says of the answer. @type {Record<string, Shortcut>} */
const LABELLING = {
  r: { action: "confirm" },
  n: { action: "label", label: "not_a_digit" },
};

/** The four corners of a keypad go aslant. @type {Record<string, Step>} */
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
 * What a key stands for where the focus is, or null. `isOn` says whether single keys do
 * anything outside of the feedback.
 *
 * @param {Key} event
 * @param {FocusPlace} place
 * @param {boolean} [isOn]
 * @returns {Shortcut | null}
 */
export function shortcutOf(event, place, isOn = true) {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (!key) return null; // a browser that fills in a form reports keys without one
  if (altKey || place === "elsewhere") return null;
  const letter = letterOf(event);
  if (ctrlKey || metaKey) return chord(letter, shiftKey);
  if (place === "feedback") return labelling(letter);
  if (place === "sheet") {
    if (key === " ") return { action: "toggle" };
    if (key === "Escape") return { action: "lift" };
    if (Object.hasOwn(STEPS, key)) return { action: "step", step: STEPS[key] };
  }
  if (key === "Enter") return place === "drawing" ? null : { action: "predict" };
  if (!isOn) return null;
  if (letter === "z" && shiftKey) return DRAWING.y;
  return Object.hasOwn(DRAWING, letter) ? DRAWING[letter] : labelling(letter);
}

/** The Latin letter on the key, also where the keyboard writes others. */
function letterOf(/** @type {Pick<Key, "key" | "code">} */ { key, code = "" }) {
  const isForeign = key.length === 1 && key > "\x7f" && code.startsWith("Key");
  return (isForeign ? code.slice("Key".length) : key).toLowerCase();
}

/** @type {(key: string) => Shortcut | null} */
function labelling(key) {
  if (/^[0-9]$/.test(key)) return { action: "label", label: key };
  return Object.hasOwn(LABELLING, key) ? LABELLING[key] : null;
}

/** @type {(letter: string, shiftKey: boolean) => Shortcut | null} */
function chord(letter, shiftKey) {
  if (letter === "z") return shiftKey ? DRAWING.y : DRAWING.z;
  return letter === "y" && !shiftKey ? DRAWING.y : null;
}
