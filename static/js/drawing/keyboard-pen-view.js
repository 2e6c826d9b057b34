/**
 * Where the keyboard's pen stands: a ring on the sheet, and words for those who hear them.
 *
 * @import { Texts } from "../text.js"
 * @import { PenPlace } from "./keyboard-pen.js"
 */

import { fill } from "../text.js";
import { CELLS } from "./keyboard-pen.js";

export class KeyboardPenView {
  #ring;
  #voice;
  #texts;

  /**
   * @param {HTMLElement} ring
   * @param {HTMLElement} voice
   * @param {Pick<Texts, "penAt" | "penDown" | "penUp">} texts
   */
  constructor(ring, voice, texts) {
    this.#ring = ring;
    this.#voice = voice;
    this.#texts = texts;
  }

  show(/** @type {PenPlace} */ { column, row, isDown, change }) {
    this.#ring.hidden = false;
    this.#ring.classList.toggle("down", isDown);
    this.#ring.style.setProperty("--x", `${(column + 0.5) / CELLS}`);
    this.#ring.style.setProperty("--y", `${(row + 0.5) / CELLS}`);
    const words = { moved: this.#texts.penAt, down: this.#texts.penDown, up: this.#texts.penUp };
    // A polite region: who moves on is not held up by the places passed.
    this.#voice.textContent = fill(words[change], { column: column + 1, row: row + 1 });
  }

  hide() {
    this.#ring.hidden = true;
    this.#voice.textContent = "";
  }
}
