/**
 * What one's own hand said to an answer: the remembered drawing beside it, and in the panel what
 * there is to know of that one.
 *
 * @import { HandDescription, Reading, Remembered } from "../../api.js"
 * @import { Texts } from "../../text.js"
 * @import { PageElements } from "../elements.js"
 */

import { fill, write } from "../../text.js";
import { rememberedPicture } from "../ink-picture.js";
import { likeness, opinion } from "./likeness.js";

export class MemoryView {
  #elements;
  #texts;
  #language;
  /** @type {Remembered[]} */
  #drawings = [];
  /** @type {Reading | null} */
  #reading = null;
  #shown = ""; // the id of the drawing whose picture is there

  /**
   * @param {PageElements} elements
   * @param {Texts} texts
   * @param {string} language
   */
  constructor(elements, texts, language) {
    this.#elements = elements;
    this.#texts = texts;
    this.#language = language;
  }

  /** The remembered drawing that speaks for the answer on the page, or null. */
  get speaking() {
    const { memory, digit } = this.#reading ?? {};
    // Where the nearest one is of another label it says nothing for this answer.
    return memory && memory.label === String(digit ?? "not_a_digit") ? memory : null;
  }

  /** The answer to one digit; null where there is none. */
  show(/** @type {Reading | null} */ reading) {
    this.#reading = reading;
    this.#update();
  }

  /** What is remembered now. */
  hand(/** @type {HandDescription} */ { drawings }) {
    this.#drawings = drawings;
    this.#update();
  }

  #update() {
    const { speaking } = this;
    const { memory, likened, reason } = this.#elements;
    memory.hidden = likened.hidden = speaking === null;
    const sentence = speaking ? likeness(speaking, this.#texts, this.#language) : "";
    write(reason, sentence); // for those who hear the page
    if (speaking === null) return;
    const found = this.#drawings.find(({ id }) => id === speaking.drawing);
    this.#picture(found);
    this.#elements.forget.hidden = found?.isWaiting ?? false;
    for (const element of [memory, likened])
      write(/** @type {Element} */ (element.querySelector(".like")), sentence);
    const alone = /** @type {HTMLElement} */ (likened.querySelector(".alone"));
    const { network, digit, verdict } = /** @type {Reading} */ (this.#reading);
    const isOther =
      network !== undefined && (network.digit !== digit || network.verdict !== verdict);
    alone.hidden = !isOther;
    if (isOther) {
      const words = opinion(network, this.#texts, this.#language);
      write(alone, fill(this.#texts.alone, { opinion: words }));
    }
  }

  /** It is drawn once: the ink of a drawing never changes. */
  #picture(/** @type {Remembered | undefined} */ found) {
    const shown = found?.id ?? "";
    if (shown === this.#shown) return;
    this.#shown = shown;
    for (const element of [this.#elements.memory, this.#elements.likened]) {
      const place = /** @type {Element} */ (element.querySelector(".own-ink"));
      place.replaceChildren(...(found ? [rememberedPicture(found)] : []));
    }
  }
}
