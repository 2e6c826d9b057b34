/** A message at the page's foot, with a button, that may go by itself. */

export class Toast {
  #element;
  #text;
  #button;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} element with a paragraph and a button
   * @param {() => void} onButton
   */
  constructor(element, onButton) {
    this.#element = element;
    this.#text = /** @type {HTMLElement} */ (element.querySelector("p"));
    this.#button = /** @type {HTMLButtonElement} */ (element.querySelector("button"));
    this.#button.addEventListener("click", onButton);
  }

  /**
   * Without `seconds` it stays until it is hidden.
   *
   * @type {(text: string, how?: { button?: boolean, seconds?: number | null }) => void}
   */
  say(text, { button = false, seconds = null } = {}) {
    this.#text.textContent = text;
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
  #hideAfter(/** @type {number} */ milliseconds) {
    this.#timer = setTimeout(() => {
      if (this.#element.matches(":hover, :focus-within")) this.#hideAfter(500);
      else this.hide();
    }, milliseconds);
  }
}
