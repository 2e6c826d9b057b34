/**
 * The buttons around the sheet: what can be done now, and what cannot.
 *
 * @import { Controls } from "../recognition/reader.js"
 * @import { PageElements } from "./elements.js"
 */

/** @type {(elements: PageElements, controls: Controls) => void} */
export function showControls(
  { reader, undo, redo, clear, predict, feedback, runners },
  { isInked, isAnswered, canUndo, canRedo, canPredict, canLabel },
) {
  reader.toggleAttribute("data-inked", isInked);
  reader.toggleAttribute("data-said", isAnswered);
  // Not `disabled`, which would take the focus from whoever has just pressed it.
  undo.setAttribute("aria-disabled", String(!canUndo));
  redo.setAttribute("aria-disabled", String(!canRedo));
  clear.setAttribute("aria-disabled", String(!isInked));
  predict.setAttribute("aria-disabled", String(!canPredict));
  feedback.disabled = runners.disabled = !canLabel;
}
