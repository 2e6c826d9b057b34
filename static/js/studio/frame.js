// What every page of the studio does: keys, the two dialogs, the choice of colours.
//
// A control with `data-key="t"` is pressed by that key, one with `data-open="keys"` opens the
// dialog of that id. A page's own script may take a key first by `preventDefault`.

import { Settings } from "../settings.js";
import { KeyReader } from "./keys.js";
import { setUpPalette } from "./palette.js";

const TYPING = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";

const keys = /** @type {HTMLDialogElement} */ (document.querySelector("#keys"));
const palette = /** @type {HTMLDialogElement} */ (document.querySelector("#palette"));
const openPalette = setUpPalette(palette);
const reader = new KeyReader();
const settings = new Settings();

/** @type {(name: string) => void} */
function open(name) {
  if (document.querySelector("dialog[open]")) return;
  if (name === "palette") openPalette();
  else keys.showModal();
}

/** @type {(selector: string) => boolean} */
function press(selector) {
  const control = /** @type {HTMLElement | null} */ (document.querySelector(selector));
  control?.click();
  return control !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat) return;
  const target = event.target instanceof Element ? event.target : document.body;
  if (document.querySelector("dialog[open]")) return;
  const isWritten = target.closest(TYPING) !== null || settings.get("keys") === "off";
  const asked = reader.read(event, isWritten, event.timeStamp);
  if (asked === null) return;
  if ("open" in asked) open(asked.open);
  else if ("go" in asked && !press(`[data-go="${CSS.escape(asked.go)}"]`)) return;
  else if ("press" in asked && !pressed(asked.press, target)) return;
  event.preventDefault();
});

/** Enter and Space belong to what has the focus. @type {(key: string, target: Element) => boolean} */
function pressed(key, target) {
  if ((key === "Enter" || key === " ") && target.closest("a, button, summary, label")) return false;
  return press(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
}

document.addEventListener("click", (event) => {
  const control = event.target instanceof Element ? event.target.closest("[data-open]") : null;
  if (control instanceof HTMLElement && control.dataset.open) open(control.dataset.open);
  const choice =
    event.target instanceof Element ? event.target.closest("[data-theme-choice]") : null;
  if (choice instanceof HTMLElement) chooseTheme(choice.dataset.themeChoice ?? "");
});

/** The choice that the public pages know too. @type {(theme: string) => void} */
function chooseTheme(theme) {
  settings.set("theme", theme);
  document.documentElement.dataset.theme = settings.get("theme");
}
