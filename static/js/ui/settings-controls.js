/**
 * The page's controls for settings, and what settings change of the page's looks.
 *
 * @import { Setting, Settings } from "../settings.js"
 */

/** @type {Setting[]} */
const LOOKS = ["theme", "hand", "brush", "mode", "predict", "hint"];

/**
 * Radio buttons named after settings show and change them; the looks go to `root`'s data.
 *
 * @param {Settings} settings
 * @param {{ root: HTMLElement, controls: Iterable<HTMLInputElement> }} page
 */
export function bindSettings(settings, { root, controls }) {
  for (const control of controls) {
    const name = /** @type {Setting} */ (control.name);
    control.addEventListener("change", () => settings.set(name, control.value));
  }
  settings.follow((name, value) => {
    if (LOOKS.includes(name)) root.dataset[name] = value;
    for (const control of controls) {
      if (control.name === name) control.checked = control.value === value;
    }
  });
}
