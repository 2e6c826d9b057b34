/** The buttons around the sheet: what can be done now, and what cannot. */

export function showControls(
  { reader, undo, redo, clear, predict, feedback, right, runners },
  { isInked, canUndo, canRedo, canPredict, canLabel, canConfirm },
) {
  reader.toggleAttribute("data-inked", isInked);
  // Not `disabled`, which would take the focus from whoever has just pressed it.
  undo.setAttribute("aria-disabled", !canUndo);
  redo.setAttribute("aria-disabled", !canRedo);
  clear.setAttribute("aria-disabled", !isInked);
  predict.setAttribute("aria-disabled", !canPredict);
  feedback.disabled = runners.disabled = !canLabel;
  right.disabled = !canConfirm;
}
