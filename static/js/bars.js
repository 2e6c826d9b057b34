/** Ten bars. They change with every frame while a pen moves, so only what differs is touched. */

import { percent } from "./words.js";
import { write } from "./writing.js";

const WORTH_A_NUMBER = 0.005; // less would be written as 0 %

export class Bars {
  #bars;
  #language;

  /** `list` has an element for each digit, and in it `.fill` and `.share`. */
  constructor(list, language) {
    this.#bars = [...list.children].map((bar) => ({
      bar,
      fill: bar.querySelector(".fill"),
      share: bar.querySelector(".share"),
      height: null,
    }));
    this.#language = language;
  }

  /** One digit's reading, or none. */
  show(reading) {
    this.#bars.forEach((each, digit) => {
      const value = reading?.probabilities[digit] ?? 0;
      each.bar.classList.toggle("best", reading?.digit === digit);
      write(each.share, value >= WORTH_A_NUMBER ? percent(value, this.#language) : "");
      const height = value.toFixed(2); // no screen shows more of 44 px
      if (height !== each.height) each.fill.style.transform = `scaleY(${height})`;
      each.height = height;
    });
  }
}
