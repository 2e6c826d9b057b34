/**
 * What of a pad is to be seen and heard, in its shadow.
 *
 * @import { PadTexts } from "./texts.js"
 *
 * @typedef {object} Shown
 * @property {string} value
 * @property {string} said in a sentence
 * @property {boolean} [isUnsure]
 * @property {string[]} [others] values that it may be instead
 */

import { fill, write } from "../text.js";
import { styleSheet } from "./styles.js";

export class PadView {
  #prompt = element("p", { class: "prompt", "aria-hidden": "true" });
  #keys = element("p", { class: "unseen", id: "keys" });
  #value = element("span", { class: "value", part: "value", "aria-hidden": "true" });
  #others = element("span", { class: "others", role: "group" });
  #said = element("p", { class: "said", part: "said", role: "status" });
  #onOther;

  // What pens and keys are bound to.
  sheet = element("canvas", {
    class: "dry",
    tabindex: "0",
    role: "application",
    "aria-describedby": "keys",
  });
  wet = element("canvas", { class: "wet", "aria-hidden": "true" });
  ring = element("div", { class: "ring", "aria-hidden": "true", hidden: "" });
  voice = element("p", { class: "unseen", role: "status" });
  undo = element("button", { type: "button", part: "button" });
  clear = element("button", { type: "button", part: "button" });

  /**
   * `onOther` hears of a value that somebody chooses in place of the one that was read.
   *
   * @param {ShadowRoot} root
   * @param {PadTexts} texts
   * @param {(value: string) => void} onOther
   */
  constructor(root, texts, onOther) {
    this.#onOther = onOther;
    this.texts = texts;
    const sheet = element("div", { class: "sheet", part: "sheet" });
    sheet.append(this.sheet, this.wet, this.ring, this.#prompt);
    const [tools, words] = [element("div", { class: "row" }), element("div", { class: "row" })];
    tools.append(this.#value, this.undo, this.clear);
    words.append(this.#said, this.#others);
    root.adoptedStyleSheets = [styleSheet()];
    root.append(sheet, tools, words, this.voice, this.#keys);
  }

  /**
   * The words that stand there whatever is drawn; `label` is what the page calls the field.
   * @type {(label: string, is: Record<"number" | "required", boolean>) => void}
   */
  name(label, is) {
    const { texts } = this;
    const prompt = is.number ? texts.number : texts.digit;
    write(this.#prompt, prompt);
    write(this.#keys, is.required ? `${texts.required} ${texts.keys}` : texts.keys);
    write(this.undo, texts.undo);
    write(this.clear, texts.clear);
    this.#others.setAttribute("aria-label", texts.others);
    this.sheet.setAttribute("aria-label", `${label || prompt}: ${texts.sheet}`);
  }

  show(/** @type {Shown} */ { value, said, isUnsure = false, others = [] }) {
    write(this.#value, value);
    this.#value.classList.toggle("unsure", isUnsure);
    // The row has room for two.
    this.#others.replaceChildren(...others.slice(0, 2).map((other) => this.#button(other)));
    write(this.#said, said);
  }

  /** Whether there is ink, and anything to take back or away. */
  offer(/** @type {Record<"isInked" | "canUndo" | "canClear", boolean>} */ can) {
    this.#prompt.hidden = can.isInked;
    this.undo.disabled = !can.canUndo;
    this.clear.disabled = !can.canClear;
  }

  /** Marks the sheet as a field that is not in order. */
  mark(/** @type {boolean} */ isWrong) {
    this.sheet.setAttribute("aria-invalid", String(isWrong));
  }

  #button(/** @type {string} */ value) {
    const button = element("button", {
      type: "button",
      part: "button",
      "aria-label": fill(this.texts.other, { value }),
    });
    button.textContent = value;
    button.addEventListener("click", () => this.#onOther(value));
    return button;
  }
}

/**
 * Not from text: a page may forbid that by its policy.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} attributes
 */
function element(tag, attributes) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
