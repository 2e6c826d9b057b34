/** The answer on the page: the digit or number, the sentence, ten bars, the runners-up. */

import { Bars } from "./bars.js";
import { fill, numberSentence, sentence } from "./words.js";
import { write } from "./writing.js";

const RUNNERS_UP = 3;

export class AnswerView {
  #page;
  #texts;
  #language;
  #bars;

  /** `page` has the elements reader, digit, words, version, by, bars and runners. */
  constructor(page, texts, language) {
    this.#page = page;
    this.#texts = texts;
    this.#language = language;
    this.#bars = new Bars(page.bars, language);
  }

  /** The sheet is empty, or holds no more than a dot. */
  blank(isNumber) {
    this.#show("blank", "", isNumber ? this.#texts.blankNumber : this.#texts.blank);
    this.bars(null);
  }

  /** There is a photo, and nothing on it that could be a digit. */
  noDigit() {
    this.#show("blank", "", this.#texts.noDigit);
    this.bars(null);
  }

  /** The ink has changed; the answer on the page is that to older ink. */
  reading() {
    this.#page.reader.dataset.state = "reading";
  }

  /** There is ink, and it is read when somebody says so. */
  waiting() {
    this.#show("waiting", "", this.#texts.waiting);
    this.bars(null);
  }

  failed() {
    this.#show("failed", "", this.#texts.unread);
    this.bars(null);
  }

  /** The digit and its bars, but no words: they would be read out with every move of the pen. */
  glimpse(answer) {
    this.#page.reader.dataset.state = "live";
    delete this.#page.reader.dataset.verdict;
    this.#large(answer.number ?? String(answer.digit ?? "–"));
    this.#bars.show(answer.probabilities.length > 0 ? answer : null);
    this.#page.runners.hidden = true;
  }

  answered(answer) {
    this.version(answer.model_version);
    if (answer.digits) {
      this.#show("answered", answer.number, numberSentence(answer, this.#texts, this.#language));
    } else {
      const words = sentence(answer, this.#texts, this.#language);
      this.#show("answered", String(answer.digit ?? "–"), words);
      this.bars(answer);
    }
    this.#page.reader.dataset.verdict = answer.verdict;
    this.#by(answer);
  }

  version(number) {
    this.#page.version.textContent = fill(this.#texts.version, { version: number });
  }

  /** Ten bars and the runners-up of one digit's reading, or none of them. */
  bars(reading) {
    this.#bars.show(reading);
    const others = reading?.alternatives.slice(0, RUNNERS_UP).map(({ digit }) => digit) ?? [];
    for (const button of this.#page.runners.querySelectorAll("[data-label]")) {
      const place = others.indexOf(Number(button.dataset.label));
      button.hidden = place === -1;
      button.style.order = place;
    }
    this.#page.runners.hidden = others.length === 0;
  }

  #by({ by, milliseconds }) {
    const text = by === "browser" ? this.#texts.byBrowser : this.#texts.byServer;
    this.#page.by.textContent = fill(text, { milliseconds: Math.round(milliseconds) });
  }

  #large(digit) {
    if (this.#page.digit.textContent === digit) return;
    this.#page.digit.textContent = digit;
    this.#page.digit.style.setProperty("--length", Math.max(digit.length, 1));
  }

  #show(state, digit, words) {
    const { reader, by, words: sentence } = this.#page;
    reader.dataset.state = state;
    delete reader.dataset.verdict;
    by.textContent = "";
    this.#large(digit);
    write(sentence, words);
  }
}
