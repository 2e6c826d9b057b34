/**
 * The page's buttons and keys, and the actions that both stand for.
 *
 * @import { FocusPlace, PlainAction, Shortcut, Step } from "../drawing/shortcuts.js"
 * @import { PageElements } from "./elements.js"
 *
 * @typedef {Record<PlainAction, () => void> & { label(shortcut: { label: string }): void,
 *   step(shortcut: { step: Step }): void }} Actions
 */

import { shortcutOf } from "../drawing/shortcuts.js";

/** Buttons that are called as what they do. */
const BUTTONS = /** @type {const} */ (["undo", "redo", "eraser", "clear", "predict"]);

/**
 * `isOn()` says whether single keys act.
 *
 * @param {{ elements: PageElements, actions: Actions, isOn: () => boolean }} page
 */
export function bindActions({ elements, actions, isOn }) {
  for (const name of BUTTONS) elements[name].addEventListener("click", actions[name]);
  /** @type {NodeListOf<HTMLButtonElement>} */
  const others = document.querySelectorAll("button[data-action]");
  for (const button of others) {
    const name = /** @type {PlainAction} */ (button.dataset.action);
    button.addEventListener("click", actions[name]);
  }
  /** @type {NodeListOf<HTMLButtonElement>} */
  const labels = document.querySelectorAll("button[data-label]");
  for (const button of labels) {
    const { label = "" } = button.dataset;
    button.addEventListener("click", () => actions.label({ label }));
  }
  document.addEventListener("keydown", (event) => {
    const shortcut = shortcutOf(
      event,
      placeOf(/** @type {Node} */ (event.target), elements),
      isOn(),
    );
    if (shortcut === null) return;
    event.preventDefault();
    const act = /** @type {(shortcut: Shortcut) => void} */ (actions[shortcut.action]);
    act(shortcut);
  });
}

/**
 * Where the focus is, as `shortcutOf` distinguishes it.
 *
 * @type {(element: Node, elements: PageElements) => FocusPlace}
 */
function placeOf(element, { sheet, drawing, feedback, runners, help }) {
  if (element === sheet) return "sheet";
  if (drawing.contains(element)) return "drawing";
  if (feedback.contains(element) || runners.contains(element)) return "feedback";
  return element === document.body || element === help ? "nowhere" : "elsewhere";
}
