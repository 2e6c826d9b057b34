/**
 * Light or dark, as chosen on this device, before anything is painted.
 *
 * Not a module: those run after the first paint, and the page would flash.
 */
try {
  const { theme, hand } = JSON.parse(localStorage.getItem("settings")) ?? {};
  Object.assign(document.documentElement.dataset, { ...(theme && { theme }), ...(hand && { hand }) });
} catch {
  // Storage is blocked, or holds what is not ours: the system's choice it is.
}
