/** The answer on the page: the digit, the sentence, ten bars, and what the model sees. */

import { SIZE } from "./ink.js";
import { fill, percent, sentence } from "./words.js";

const WORTH_A_NUMBER = 0.005; // less would be written as 0 %

export class AnswerView {
  #page;
  #texts;
  #language;

  /** `page` has the elements reader, digit, words, version, bars and seen. */
  constructor(page, texts, language) {
    this.#page = page;
    this.#texts = texts;
    this.#language = language;
  }

  /** The sheet is empty, or holds no more than a dot. */
  blank() {
    this.#show("blank", "", this.#texts.blank, []);
    this.see(null);
  }

  /** The ink has changed; the answer on the page is that to older ink. */
  reading() {
    this.#page.reader.dataset.state = "reading";
  }

  answered(answer) {
    const words = sentence(answer, this.#texts, this.#language);
    this.#show("answered", answer.digit ?? "–", words, answer.probabilities);
    this.see(answer.seen);
    this.version(answer.model_version);
  }

  failed() {
    this.#show("failed", "", "", []);
  }

  version(number) {
    this.#page.version.textContent = fill(this.#texts.version, { version: number });
  }

  /** 784 values from 0 to 255, as the network sees them: light ink in the dark. */
  see(values) {
    const image = new ImageData(SIZE, SIZE);
    for (let index = 0; index < SIZE * SIZE; index++) {
      const value = values?.[index] ?? 0;
      image.data.set([value, value, value, 255], index * 4);
    }
    this.#page.seen.getContext("2d").putImageData(image, 0, 0);
  }

  #show(state, digit, words, probabilities) {
    this.#page.reader.dataset.state = state;
    this.#page.digit.textContent = digit;
    // Setting the same text again would have it read out again.
    if (this.#page.words.textContent !== words) this.#page.words.textContent = words;
    [...this.#page.bars.children].forEach((bar, index) => {
      const value = probabilities[index];
      bar.style.setProperty("--share", value ?? 0);
      bar.classList.toggle("best", index === digit);
      bar.querySelector(".share").textContent =
        value >= WORTH_A_NUMBER ? percent(value, this.#language) : "";
    });
  }
}
