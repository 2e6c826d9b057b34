/**
 * Keys -> what they ask for.
 *
 * Single letters act only where nothing else can be meant by them: on the sheet
 * and its buttons, or where nothing has the focus. Digits act in the feedback.
 */

/**
 * `place` is "drawing", "feedback", "nowhere" or "elsewhere"; returns
 * {ask: "undo"}, {ask: "clear"}, {ask: "label", label} or null.
 */
export function meaning({ key, ctrlKey, metaKey, altKey, shiftKey }, place) {
  if (altKey || place === "elsewhere") return null;
  const letter = key.toLowerCase();
  if (ctrlKey || metaKey) return letter === "z" && !shiftKey ? { ask: "undo" } : null;
  if (place === "feedback") return /^[0-9]$/.test(key) ? { ask: "label", label: key } : null;
  if (letter === "z") return { ask: "undo" };
  if (letter === "c") return { ask: "clear" };
  return null;
}
