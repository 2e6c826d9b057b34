// The palette: everything that the page's own links and buttons do, found by its name.

import { fitting } from "./commands.js";

/**
 * @typedef {{ name: string, element: HTMLElement }} Command
 * @param {HTMLDialogElement} dialog
 */
export function setUpPalette(dialog) {
  const input = /** @type {HTMLInputElement} */ (dialog.querySelector("input[role=combobox]"));
  const list = /** @type {HTMLElement} */ (dialog.querySelector("[role=listbox]"));
  const none = /** @type {HTMLElement} */ (dialog.querySelector("[role=status]"));
  const commands = [...dialog.querySelectorAll("[data-command]")].map((element) => ({
    name: element.textContent?.trim() ?? "",
    element: /** @type {HTMLElement} */ (element),
  }));
  /** @type {Command[]} */
  let shown = [];
  let at = 0;

  function show() {
    shown = fitting(commands, input.value);
    none.hidden = shown.length > 0;
    list.replaceChildren(...shown.map(optionOf));
    select(0);
  }

  /** @type {(number: number) => void} */
  function select(number) {
    at = shown.length ? (number + shown.length) % shown.length : 0;
    for (const [place, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(place === at));
      if (place === at) option.scrollIntoView({ block: "nearest" });
    }
    if (shown.length) input.setAttribute("aria-activedescendant", `command-${at}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function run() {
    const chosen = shown[at];
    if (!chosen) return;
    dialog.close();
    chosen.element.click();
  }

  input.addEventListener("input", show);
  dialog.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) select(at + step);
    else if (event.key === "Enter") run();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const option = event.target instanceof Element && event.target.closest("[role=option]");
    if (!option) return;
    select([...list.children].indexOf(option));
    run();
  });
  return () => {
    input.value = "";
    dialog.showModal();
    input.focus();
    show();
  };
}

/** @type {(command: Command, number: number) => HTMLElement} */
function optionOf({ name }, number) {
  const option = document.createElement("li");
  option.id = `command-${number}`;
  option.setAttribute("role", "option");
  option.textContent = name;
  return option;
}
