/** The digits of a number: a box around each on the sheet, and a button for each beside it. */

import { SIDE } from "./sheet.js";
import { fill, percent } from "./words.js";

export class NumberView {
  #boxes;
  #buttons;
  #texts;
  #language;
  #onSelect;

  /** `boxes` and `buttons` are filled; `onSelect(part)` hears of taps and focus. */
  constructor({ boxes, buttons }, texts, language, onSelect) {
    this.#boxes = boxes;
    this.#buttons = buttons;
    this.#texts = texts;
    this.#language = language;
    this.#onSelect = onSelect;
  }

  show(digits) {
    this.#boxes.replaceChildren(...digits.map((digit) => this.#box(digit)));
    this.#buttons.replaceChildren(...digits.map((digit, part) => this.#button(digit, part, digits)));
    this.#buttons.hidden = digits.length === 0;
  }

  select(part) {
    [...this.#boxes.children].forEach((box, index) => box.classList.toggle("chosen", index === part));
    [...this.#buttons.children].forEach((button, index) =>
      button.setAttribute("aria-pressed", index === part),
    );
  }

  /** What somebody said of each digit, or null. */
  labelled(labels) {
    labels.forEach((label, part) => {
      const button = this.#buttons.children[part];
      if (button) button.querySelector(".said").textContent = label === null ? "" : "✓";
    });
  }

  #box({ digit, verdict, box }) {
    const element = document.createElement("div");
    element.className = "box";
    element.dataset.verdict = verdict;
    element.textContent = digit ?? "?";
    ["--x", "--y", "--w", "--h"].forEach((name, index) =>
      element.style.setProperty(name, box[index] / SIDE),
    );
    return element;
  }

  #button({ digit, verdict, confidence }, part, { length }) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.verdict = verdict;
    const said = document.createElement("span");
    said.className = "said";
    said.ariaHidden = "true";
    button.append(String(digit ?? "?"), said);
    const place = { place: part + 1, length, digit: digit ?? "?" };
    const words = { ...place, percent: percent(confidence, this.#language) };
    button.setAttribute("aria-label", fill(this.#texts.digitOfNumber, words));
    button.addEventListener("click", () => this.#onSelect(part));
    button.addEventListener("focus", () => this.#onSelect(part));
    return button;
  }
}
