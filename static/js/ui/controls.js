/**
 * The buttons around the sheet: what can be done now, and what cannot.
 *
 * @import { Controls } from "../recognition/reader.js"
 * @import { PageElements } from "./elements.js"
 */

import { put } from "../text.js";

/** @type {(elements: PageElements, controls: Controls) => void} */
export function showControls(
  { reader, undo, redo, clear, predict, feedback, runners },
  { isInked, isAnswered, canUndo, canRedo, canPredict, canLabel },
) {
  reader.toggleAttribute("data-inked", isInked);
  reader.toggleAttribute("data-said", isAnswered);
  // Not `disabled`, which would take the focus from whoever has just pressed it.
  put(undo, { ariaDisabled: String(!canUndo) });
  put(redo, { ariaDisabled: String(!canRedo) });
  put(clear, { ariaDisabled: String(!isInked) });
  put(predict, { ariaDisabled: String(!canPredict) });
  put(feedback, { disabled: !canLabel });
  put(runners, { disabled: !canLabel });
}
