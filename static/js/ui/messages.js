/**
 * What is said beside the answer: complaints, thanks, and the way to the last drawing; and on the
 * sheet's upper edge what is true for a while.
 *
 * @import { Failure } from "../api.js"
 * @import { Said, Stored } from "../recognition/feedback.js"
 * @import { Texts } from "../text.js"
 * @import { PageElements } from "./elements.js"
 *
 * @typedef {{ wait?: number | null, again?: boolean }} Complaint the seconds until it is tried
 * again by itself, and whether there is a button for it
 */

import { complaint, fill, write } from "../text.js";

const TOLD = 5_000; // ms that something is told

export class Messages {
  #elements;
  #texts;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * `onAgain` and `onTakeBack` are the messages' buttons.
   *
   * @param {PageElements} elements
   * @param {Texts} texts
   * @param {{ onAgain: () => void, onTakeBack: () => void }} handlers
   */
  constructor(elements, texts, { onAgain, onTakeBack }) {
    this.#elements = elements;
    this.#texts = texts;
    elements.again.addEventListener("click", onAgain);
    elements.takeback.addEventListener("click", onTakeBack);
  }

  /** @type {(error: Failure, how?: Complaint) => void} */
  complain(error, { wait = null, again = false } = {}) {
    const { reader, notice, again: button } = this.#elements;
    write(notice, complaint(error, this.#texts, wait));
    notice.hidden = false;
    button.hidden = !again;
    reader.toggleAttribute("data-complains", true);
  }

  /** What was complained of is over. */
  settle() {
    const { reader, notice, again } = this.#elements;
    notice.hidden = again.hidden = true;
    reader.toggleAttribute("data-complains", false);
  }

  /**
   * A drawing that is queued waits here for the server, and has no page yet. Where something else
   * had been answered, and it will be `remembered`, that is said.
   *
   * @param {Stored} stored
   * @param {Said & { remembers: boolean }} said
   */
  thank(stored, said) {
    this.settle();
    const { thanks, kept, takeback } = this.#elements;
    write(/** @type {Element} */ (thanks.firstElementChild), this.#thanksFor(stored, said));
    thanks.hidden = takeback.hidden = false;
    // The way to the drawing's page. This browser's cookie opens it without the receipt.
    kept.hidden = "queued" in stored;
    if (!("queued" in stored)) kept.href = stored.page.split("?")[0];
    this.#keepFocus();
  }

  /** What was said is of another drawing than what is shown now. */
  forget() {
    this.#elements.thanks.hidden = this.#elements.takeback.hidden = true;
  }

  /** Something was done that is as one wanted it. */
  tell(/** @type {string} */ text) {
    this.settle();
    const { told } = this.#elements;
    write(told, text);
    told.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      told.hidden = true;
    }, TOLD);
  }

  /** What had the focus is switched off now; the next thing to do is to draw. */
  #keepFocus() {
    const { feedback, runners, sheet } = this.#elements;
    const { activeElement } = document;
    if (feedback.contains(activeElement) || runners.contains(activeElement))
      sheet.focus({ preventScroll: true });
  }

  /** @type {(stored: Stored, said: Said & { remembers: boolean }) => string} */
  #thanksFor(stored, { label, mends, remembers }) {
    const texts = this.#texts;
    const isDigit = label !== "not_a_digit";
    const helps = mends && remembers;
    if (!("queued" in stored)) {
      if (!helps) return texts.thanks;
      return isDigit ? fill(texts.helps, { digit: label }) : texts.helpsNone;
    }
    const { code, full } = stored.queued;
    if (full) return fill(texts.thanksFull, { reason: full });
    if (code === "proxy_too_large") return texts.proxyTooLarge;
    if (!helps) return texts.thanksWaiting;
    return isDigit ? fill(texts.helpsWaiting, { digit: label }) : texts.helpsNoneWaiting;
  }
}
