/**
 * The drawings that the site has refused for good: each is shown with the reason, until it is
 * discarded.
 *
 * @import { Texts } from "../text.js"
 * @import { Refused } from "./outbox.js"
 */

import { fill, write } from "../text.js";
import { drawingPicture } from "../ui/ink-picture.js";

export class RefusedView {
  #element;
  #texts;
  #onDiscard;

  /**
   * @param {HTMLDetailsElement} element with a summary and a list
   * @param {Texts} texts
   * @param {(number: IDBValidKey) => void} onDiscard
   */
  constructor(element, texts, onDiscard) {
    this.#element = element;
    this.#texts = texts;
    this.#onDiscard = onDiscard;
  }

  show(/** @type {Refused[]} */ entries) {
    const [summary, list] = this.#element.children;
    this.#element.hidden = entries.length === 0;
    write(summary, fill(this.#texts.refused, { count: entries.length }));
    list.replaceChildren(...entries.map((entry) => this.#item(entry)));
  }

  #item(/** @type {Refused} */ [number, { drawing, label, refused }]) {
    const texts = this.#texts;
    const reason = document.createElement("p");
    const digit = label === "not_a_digit" ? "–" : label;
    reason.textContent = fill(texts.refusedDigit, { digit, reason: refused || texts.server });
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = texts.discard;
    button.addEventListener("click", () => this.#onDiscard(number));
    const item = document.createElement("li");
    item.append(drawingPicture(drawing), reason, button);
    return item;
  }
}
