/** All that a Reader shows: the ink, the answer, the buttons' states, the messages. */

import { AnswerView } from "./answer.js";
import { Paper } from "./paper.js";
import { Toast } from "./toast.js";
import { complaint, textsOf } from "./words.js";

export class Page {
  #elements;
  #texts;
  #paper;
  #answer;
  #notice;
  #thanks;

  /** `elements` by their ids; `onAgain` and `onTakeBack` are the messages' buttons. */
  constructor(elements, { onAgain, onTakeBack }) {
    this.#elements = elements;
    this.#texts = textsOf(elements.texts);
    this.#paper = new Paper(elements.sheet);
    this.#answer = new AnswerView(elements, this.#texts, document.documentElement.lang);
    this.#notice = new Toast(elements.notice, onAgain);
    this.#thanks = new Toast(elements.thanks, onTakeBack);
  }

  redraw(strokes, size) {
    this.#paper.redraw(strokes, size);
  }

  line(points) {
    this.#paper.line(points);
  }

  see(values) {
    this.#answer.see(values);
  }

  version(number) {
    this.#answer.version(number);
  }

  blank() {
    this.#notice.hide();
    this.#answer.blank();
  }

  reading() {
    this.#answer.reading();
  }

  answered(answer) {
    this.#notice.hide();
    this.#answer.answered(answer);
  }

  /** No answer came; `wait` is the seconds until it is asked for again, or null. */
  failed(error, wait) {
    this.#answer.failed();
    this.complain(error, { wait, again: error.passing });
  }

  complain(error, { wait = null, again = false } = {}) {
    this.#notice.say(complaint(error, this.#texts, wait), { button: again });
  }

  thank() {
    this.#notice.hide();
    this.#thanks.say(this.#texts.thanks, { button: true, seconds: 10 });
    // What had the focus is switched off now; the next thing to do is to draw.
    const { feedback, sheet } = this.#elements;
    if (feedback.contains(document.activeElement)) sheet.focus({ preventScroll: true });
  }

  takenBack() {
    this.#thanks.say(this.#texts.takenBack, { seconds: 5 });
  }

  busy(whether) {
    this.#elements.feedback.setAttribute("aria-busy", whether);
  }

  controls({ isInked, canUndo, canLabel, canConfirm }) {
    const { reader, undo, clear, feedback, right } = this.#elements;
    reader.toggleAttribute("data-inked", isInked);
    // Not `disabled`, which would take the focus from whoever has just pressed it.
    undo.setAttribute("aria-disabled", !canUndo);
    clear.setAttribute("aria-disabled", !isInked);
    feedback.disabled = !canLabel;
    right.disabled = !canConfirm;
  }
}
