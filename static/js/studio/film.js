/** The strip of the last decisions: each with its stamp, and a press takes it back. */

const SHOWN = 8;

export class Film {
  #list;
  #takeBack;

  /** @param {HTMLElement} list @param {string} takeBack the words, with {choice} in them */
  constructor(list, takeBack) {
    this.#list = list;
    this.#takeBack = takeBack;
  }

  /** @param {{ act: string, drawing: string, tile: Node, choice: string }} decided */
  add({ act, drawing, tile, choice }) {
    const frame = document.createElement("li");
    frame.dataset.act = act;
    frame.dataset.drawing = drawing;
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", this.#takeBack.replace("{choice}", choice));
    const stamp = document.createElement("span");
    stamp.className = "stamp digit";
    stamp.textContent = stampOf(choice);
    stamp.setAttribute("aria-hidden", "true");
    button.append(tile, stamp);
    frame.append(button);
    this.#list.append(frame);
    while (this.#list.children.length > SHOWN) this.#list.firstElementChild?.remove();
  }

  /** The newest decision; null where the strip is empty. */
  get last() {
    return /** @type {HTMLElement | null} */ (this.#list.lastElementChild);
  }

  /** Removes all that was decided by an act. @param {string} act */
  remove(act) {
    for (const frame of [...this.#list.children]) {
      if (/** @type {HTMLElement} */ (frame).dataset.act === act) frame.remove();
    }
  }
}

/** A decision as one sign, as `stamp` in training/studio/review.py. @param {string} choice */
export function stampOf(choice) {
  if (choice === "reject") return "✕";
  return choice.length === 1 ? choice : "∅";
}
