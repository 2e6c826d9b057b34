/** What is said at the page's foot: complaints, thanks, and the way to the last drawing. */

import { Toast } from "./toast.js";
import { complaint } from "./words.js";

export class Messages {
  #elements;
  #texts;
  #notice;
  #thanks;

  /** `elements` by their ids; `onAgain` and `onTakeBack` are the messages' buttons. */
  constructor(elements, texts, { onAgain, onTakeBack }) {
    this.#elements = elements;
    this.#texts = texts;
    this.#notice = new Toast(elements.notice, onAgain);
    this.#thanks = new Toast(elements.thanks, onTakeBack);
  }

  complain(error, { wait = null, again = false } = {}) {
    this.#notice.say(complaint(error, this.#texts, wait), { button: again });
  }

  /** What was complained of is over. */
  settle() {
    this.#notice.hide();
  }

  /**
   * `page` is that of the drawing that was stored, with its receipt; one that is `queued`
   * waits here for the server, and has none yet.
   */
  thank({ page, queued }) {
    this.settle();
    this.#showKept(page);
    const text = queued ? this.#texts.thanksWaiting : this.#texts.thanks;
    this.#thanks.say(text, { button: true, seconds: 10 });
    // What had the focus is switched off now; the next thing to do is to draw.
    const { feedback, runners, sheet } = this.#elements;
    const { activeElement } = document;
    if (feedback.contains(activeElement) || runners.contains(activeElement)) {
      sheet.focus({ preventScroll: true });
    }
  }

  takenBack() {
    this.#showKept(null);
    this.#thanks.say(this.#texts.takenBack, { seconds: 5 });
  }

  /** The way to the last drawing's page. This browser's cookie opens it without the receipt. */
  #showKept(page) {
    const { kept } = this.#elements;
    kept.hidden = !page;
    if (page) kept.querySelector("a").href = page.split("?")[0];
  }
}
