/** A message at the page's foot, with a button, that may go by itself. */

export class Toast {
  #element;
  #button;
  #timer = null;

  constructor(element, onButton) {
    this.#element = element;
    this.#button = element.querySelector("button");
    this.#button.addEventListener("click", onButton);
  }

  /** Without `seconds` it stays until it is hidden. */
  say(text, { button = false, seconds = null } = {}) {
    this.#element.querySelector("p").textContent = text;
    this.#button.hidden = !button;
    this.#element.hidden = false;
    clearTimeout(this.#timer);
    if (seconds !== null) this.#hideAfter(seconds * 1000);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#element.hidden = true;
  }

  /** While somebody is at the message it does not go. */
  #hideAfter(milliseconds) {
    this.#timer = setTimeout(() => {
      if (this.#element.matches(":hover, :focus-within")) this.#hideAfter(500);
      else this.hide();
    }, milliseconds);
  }
}
