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
  #language;
  /** @type {ReturnType<typeof formatsOf> | null} */
  #formats = null; // made when they are needed: that takes half as long as the whole page's script
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
    this.#language = language;
  }

  show(/** @type {Progress} */ { share, bytes }) {
    this.#begun ??= performance.now();
    if (performance.now() - this.#begun < A_WHILE) return;
    this.#formats ??= formatsOf(this.#language);
    const { percent, size } = this.#formats;
    const told = { percent: percent.format(share), size: size.format(bytes / 1000) };
    write(this.#element, fill(this.#text, told));
    this.#element.hidden = false;
  }

  /** It is there, or will not come. */
  end() {
    this.#begun = null;
    this.#element.hidden = true;
  }
}

function formatsOf(/** @type {string} */ language) {
  const kilobytes = { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 };
  return {
    percent: new Intl.NumberFormat(language, { style: "percent" }),
    size: new Intl.NumberFormat(language, /** @type {Intl.NumberFormatOptions} */ (kilobytes)),
  };
}
