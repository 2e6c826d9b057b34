// Forms that change much open their button once the name of what they change was typed. They
// are found when they are used: htmx brings some after the page.

/** @type {(form: HTMLFormElement) => void} */
function follow(form) {
  const typed = /** @type {HTMLInputElement} */ (form.querySelector("[name=typed]"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  button.disabled = typed.value.trim() !== form.dataset.typed;
}

/** @type {(root: ParentNode) => void} */
function followAll(root) {
  for (const form of root.querySelectorAll("form[data-typed]")) {
    follow(/** @type {HTMLFormElement} */ (form));
  }
}

document.addEventListener("input", ({ target }) => {
  const form = target instanceof Element ? target.closest("form") : null;
  if (form?.dataset.typed) follow(form);
});
document.addEventListener("htmx:load", () => followAll(document));
followAll(document);
