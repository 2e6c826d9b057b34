/**
 * "The reader is on its way": told where it takes a while, until it is there.
 *
 * @import { Progress } from "../inference/downloads.js"
 * @import { Texts } from "../text.js"
 */

import { fill, write } from "../text.js";

const A_WHILE = 1000; // ms

export class Arrival {
  #element;
  #text;
  #percent;
  #size;
  /** @type {number | null} */
  #begun = null;

  /**
   * @param {HTMLElement} element
   * @param {Texts} texts
   * @param {string} language
   */
  constructor(element, texts, language) {
    this.#element = element;
    this.#text = texts.onItsWay;
    this.#percent = new Intl.NumberFormat(language, { style: "percent" });
    this.#size = new Intl.NumberFormat(language, {
      style: "unit",
      unit: "kilobyte",
      maximumFractionDigits: 0,
    });
  }

  show(/** @type {Progress} */ { share, bytes }) {
    this.#begun ??= performance.now();
    if (performance.now() - this.#begun < A_WHILE) return;
    const [percent, size] = [this.#percent.format(share), this.#size.format(bytes / 1000)];
    write(this.#element, fill(this.#text, { percent, size }));
    this.#element.hidden = false;
  }

  /** It is there, or will not come. */
  end() {
    this.#begun = null;
    this.#element.hidden = true;
  }
}
