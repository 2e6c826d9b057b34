/**
 * Light or dark, and what else was chosen on this device and is seen at once, before anything is
 * painted.
 *
 * Not a module: those run after the first paint, and the page would flash.
 */
try {
  const { theme, hand, hint, mode } = JSON.parse(localStorage.getItem("settings") ?? "{}");
  Object.assign(document.documentElement.dataset, {
    ...(theme && { theme }),
    ...(hand && { hand }),
    ...(hint && { hint }),
    ...(mode && { mode }),
  });
} catch {
  // Storage is blocked, or holds what is not ours: the system's choice it is.
}
