/** The page's controls for settings, and what settings change of the page's looks. */

const LOOKS = ["theme", "hand", "brush", "mode", "predict", "hint"];

/** Radio buttons named after settings show and change them; the looks go to `root`'s data. */
export function bindSettings(settings, { root, controls }) {
  for (const control of controls) {
    control.addEventListener("change", () => settings.set(control.name, control.value));
  }
  settings.follow((name, value) => {
    if (LOOKS.includes(name)) root.dataset[name] = value;
    for (const control of controls) {
      if (control.name === name) control.checked = control.value === value;
    }
  });
}
