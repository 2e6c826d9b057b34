// Reviewing without the mouse: each decision has a key, written on its button.

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const key = CSS.escape(event.key.toLowerCase());
  document.querySelector(`[data-keys] [data-key="${key}"]`)?.click();
});
