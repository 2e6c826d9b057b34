/**
 * The answer on the board: the digit or number, the sentence, why, the keys, the runners-up.
 *
 * @import { Reading } from "../../api.js"
 * @import { Answer } from "../../recognition/predictor.js"
 * @import { Said as Label } from "../../recognition/feedback.js"
 * @import { Headline, Texts } from "../../text.js"
 * @import { PageElements } from "../elements.js"
 *
 * @typedef {{ why?: string, verdict?: string, text?: string, second?: string, strokes?: boolean,
 *   reading?: Reading | null }} Said the reason, and what is written in chalk (hero.js); a `reading`
 * has bars and runners-up
 */

import { because, fill, headline, numberHeadline, put, shareOf, write } from "../../text.js";
import { Hero } from "./hero.js";
import { Keys } from "./keys.js";

const RUNNERS_UP = 2;
const NONE = "–";

export class AnswerView {
  #page;
  #texts;
  #language;
  #hero;
  #keys;

  /**
   * @param {PageElements} page
   * @param {Texts} texts
   * @param {string} language
   */
  constructor(page, texts, language) {
    this.#page = page;
    this.#texts = texts;
    this.#language = language;
    this.#hero = new Hero(page.digit);
    this.#keys = new Keys(page.feedback, language);
  }

  get keys() {
    return this.#keys;
  }

  /** The sheet is empty. */
  blank(/** @type {boolean} */ isNumber) {
    this.show("blank", [isNumber ? this.#texts.blankNumber : this.#texts.blank]);
  }

  /** There is ink, and no more of it than a dot. */
  dot() {
    this.show("dot", [this.#texts.dot], { why: this.#texts.dotWhy });
  }

  /** There is a photo, and nothing on it that could be a digit. */
  noDigit() {
    this.show("empty", [this.#texts.noDigit]);
  }

  /** There is a photo of a cell in which nothing is written. */
  emptyCell() {
    this.show("empty", [this.#texts.emptyCell]);
  }

  /** The ink has changed; the answer on the page is that to older ink. */
  reading() {
    const { dataset } = this.#page.reader;
    if (dataset.state !== "live") dataset.state = "reading"; // the next one comes with the frame
  }

  /** There is ink, and it is read when somebody says so. */
  waiting() {
    this.show("waiting", [this.#texts.waiting]);
  }

  failed() {
    this.show("failed", [this.#texts.unread]);
  }

  /** The digit and its bars, but no words: they would be read out with every move of the pen. */
  preview(/** @type {Answer} */ answer) {
    this.#page.reader.dataset.state = "live";
    delete this.#page.reader.dataset.verdict;
    this.#hero.show(answer.text ?? nameOf(answer));
    this.#keys.show(answer.probabilities.length > 0 ? answer : null);
    put(this.#page.runners, { hidden: true });
  }

  answered(/** @type {Answer} */ answer) {
    this.version(answer.model_version);
    const { verdict } = answer;
    const [texts, language] = [this.#texts, this.#language];
    if (answer.digits) {
      const how = { verdict, text: answer.text, strokes: false }; // NumberView has them, as buttons
      this.show("answered", numberHeadline(answer, texts, language), how);
    } else {
      const why = because(answer, texts);
      const [text, second] = [nameOf(answer), secondOf(answer)];
      const how = { why, verdict, text, second, reading: answer };
      this.show("answered", headline(answer, texts, language), how);
    }
    this.#by(answer);
  }

  /** @type {(number: number, isNew?: boolean) => void} */
  version(number, isNew = false) {
    const text = isNew ? this.#texts.versionNew : this.#texts.version;
    this.#page.version.textContent = fill(text, { version: number });
  }

  /** The keys' bars and the runners-up of one digit's reading, or none of them. */
  guesses(/** @type {Reading | null} */ said) {
    const reading = said?.verdict === "empty" ? null : said; // in an empty cell there is none
    this.#keys.show(reading);
    const others = reading === null ? [] : runnersUp(reading);
    const { runners } = this.#page;
    /** @type {NodeListOf<HTMLButtonElement>} */
    const buttons = runners.querySelectorAll("[data-label]");
    for (const button of buttons) {
      const place = others.indexOf(Number(button.dataset.label));
      put(button, { hidden: place === -1 });
      if (place === -1 || reading === null) continue;
      button.style.order = String(place);
      const share = shareOf(reading.probabilities[others[place]], this.#language);
      write(/** @type {Element} */ (button.querySelector(".share")), share);
    }
    put(runners, { hidden: others.length === 0 });
  }

  /** What somebody has just said of the whole drawing, or of one digit of a number. */
  said(/** @type {Label & { ofNumber: boolean, read: string | null }} */ said) {
    const { label, mends, ofNumber, read } = said;
    const isDigit = label !== "not_a_digit";
    const texts = this.#texts;
    this.#words([isDigit ? fill(texts.saidDigit, { digit: label }) : texts.saidNone]);
    this.#page.runners.hidden = true;
    const was = mends && read !== null ? shown(read) : "";
    if (!ofNumber) this.#hero.show(shown(label), { was });
  }

  #by(/** @type {Answer} */ { by, milliseconds }) {
    const text = by === "browser" ? this.#texts.byBrowser : this.#texts.byServer;
    this.#page.by.textContent = fill(text, { milliseconds: Math.round(milliseconds) });
  }

  /**
   * All that is said, at once. For a camera that is with every frame: only what differs is touched.
   *
   * @type {(state: string, words: Headline, how?: Said) => void}
   */
  show(state, words, { why = "", verdict = "", text = "", reading = null, ...how } = {}) {
    const { reader, by, because: element } = this.#page;
    reader.dataset.state = state;
    if (verdict === "") delete reader.dataset.verdict;
    else reader.dataset.verdict = verdict;
    write(by, "");
    this.#hero.show(text, how);
    this.guesses(reading);
    this.#words(words);
    write(element, why);
    put(element, { hidden: why === "" });
  }

  /** What is set again would be read out again. */
  #words(/** @type {Headline} */ [say, more = ""]) {
    const { words } = this.#page;
    const whole = more === "" ? say : `${say} ${more}`;
    if (words.textContent === whole) return;
    const strong = document.createElement("strong");
    strong.textContent = say;
    const rest = document.createElement("span");
    rest.textContent = more;
    words.replaceChildren(strong, ...(more === "" ? [] : [" ", rest]));
  }
}

/** How a label is written in the reader's hand. @type {(label: string) => string} */
function shown(label) {
  return label === "not_a_digit" ? NONE : label;
}

/** How a reading is written. @type {(answer: Pick<Reading, "digit">) => string} */
export function nameOf({ digit }) {
  return String(digit ?? NONE);
}

/** What stands smaller beside an unsure answer. @type {(answer: Reading) => string} */
function secondOf({ verdict, alternatives: [other] }) {
  return verdict === "unsure" && other ? String(other.digit) : "";
}

/**
 * The digits after the one that was read: those worth naming, then the likeliest.
 *
 * @type {(reading: Reading) => number[]}
 */
function runnersUp({ digit: read, alternatives, probabilities }) {
  const ranked = probabilities
    .map((probability, digit) => ({ probability, digit }))
    .filter(({ digit }) => digit !== read)
    .sort((one, other) => other.probability - one.probability);
  const named = alternatives.map(({ digit }) => digit);
  return [...new Set([...named, ...ranked.map(({ digit }) => digit)])].slice(0, RUNNERS_UP);
}
