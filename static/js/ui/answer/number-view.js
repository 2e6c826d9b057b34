/**
 * The characters of a number: a box around each on the sheet, and on the board each digit as a
 * button in the reader's hand.
 *
 * @import { DigitOfNumber, Line, Sign } from "../../api.js"
 * @import { Texts } from "../../text.js"
 */

import { fill, percent } from "../../text.js";
import { glyph } from "./hero.js";

const UNREAD = "?";
const EMPTY = "_"; // a cell in which nothing is written

/** How a digit is written. @type {(digit: Pick<DigitOfNumber, "digit" | "verdict">) => string} */
function nameOf({ digit, verdict }) {
  return verdict === "empty" ? EMPTY : String(digit ?? UNREAD);
}

export class NumberView {
  #reader;
  #boxes;
  #buttons;
  #texts;
  #language;
  #onSelect;

  /**
   * `boxes` and `buttons` are filled, and `reader` is told that they are; `onSelect(position)` hears
   * of taps and focus.
   *
   * @param {Record<"reader" | "boxes" | "buttons", HTMLElement>} places
   * @param {Texts} texts
   * @param {string} language
   * @param {(position: number) => void} onSelect
   */
  constructor({ reader, boxes, buttons }, texts, language, onSelect) {
    this.#reader = reader;
    this.#boxes = boxes;
    this.#buttons = buttons;
    this.#texts = texts;
    this.#language = language;
    this.#onSelect = onSelect;
  }

  /** What stands on each line, from the highest down. */
  show(/** @type {Line[]} */ lines) {
    const digits = lines.flatMap((line) => line.digits);
    const signs = lines.flatMap((line) => line.signs);
    const named = digits.map((digit) => ({ ...digit, text: nameOf(digit) }));
    const written = signs.filter(({ text }) => text.trim() !== "");
    this.#boxes.replaceChildren(...[...named, ...written].map((one) => this.#box(one)));
    const buttons = digits.map((digit, position) => this.#button(digit, position, digits));
    const left = buttons.values();
    this.#buttons.replaceChildren(...lines.map((line) => lineOf(line, left)));
    this.#buttons.hidden = digits.length === 0;
    this.#reader.toggleAttribute("data-digits", digits.length > 0);
  }

  select(/** @type {number} */ position) {
    [...this.#boxes.children].forEach((box, index) =>
      box.classList.toggle("chosen", index === position),
    );
    this.#chips.forEach((chip, index) => {
      chip.setAttribute("aria-pressed", String(index === position));
      if (index === position) chip.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }

  /** What somebody said of each digit, or null. */
  labelled(/** @type {(string | null)[]} */ labels) {
    labels.forEach((label, position) => {
      const said = this.#chips[position]?.querySelector(".said");
      if (said) said.textContent = label === null ? "" : "✓";
    });
  }

  get #chips() {
    return [...this.#buttons.querySelectorAll("button")];
  }

  #box(/** @type {Sign} */ { text, verdict, box }) {
    const element = document.createElement("div");
    element.className = "box";
    element.dataset.verdict = verdict;
    element.textContent = text;
    ["--x", "--y", "--w", "--h"].forEach((name, index) =>
      element.style.setProperty(name, String(box[index])),
    );
    return element;
  }

  /** @type {(digit: DigitOfNumber, position: number, digits: DigitOfNumber[]) => HTMLElement} */
  #button(digit, position, { length }) {
    const { verdict, confidence } = digit;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.verdict = verdict;
    const said = document.createElement("span");
    said.className = "said";
    said.ariaHidden = "true";
    button.append(glyph(nameOf(digit)), said);
    const place = { place: position + 1, length, digit: nameOf(digit) };
    const words = { ...place, percent: percent(confidence, this.#language) };
    button.setAttribute("aria-label", fill(this.#texts.digitOfNumber, words));
    button.addEventListener("click", () => this.#onSelect(position));
    button.addEventListener("focus", () => this.#onSelect(position));
    return button;
  }
}

/**
 * The characters of one line, from left to right; of the buttons it takes as many as it has digits.
 *
 * @type {(line: Line, buttons: Iterator<HTMLElement>) => HTMLElement}
 */
function lineOf({ digits, signs }, buttons) {
  const line = document.createElement("div");
  line.className = "line";
  const between = signs
    .filter(({ text }) => text.trim() !== "")
    .map(({ text, box }) => ({ left: box[0], element: signOf(text.trim()) }));
  const placed = digits.map(({ box }) => ({ left: box[0], element: buttons.next().value }));
  const all = [...placed, ...between].sort((one, other) => one.left - other.left);
  line.append(...all.map(({ element }) => element));
  return line;
}

function signOf(/** @type {string} */ text) {
  const element = document.createElement("span");
  element.className = "sign";
  element.textContent = text;
  return element;
}
