/** What was on a sheet before each change, so that it can be brought back. */

/** @template State what a sheet holds at a time */
export class History {
  /** @type {State[]} */
  #undoStack = []; // before each change
  /** @type {State[]} */
  #redoStack = []; // before each undo

  get canUndo() {
    return this.#undoStack.length > 0;
  }

  get canRedo() {
    return this.#redoStack.length > 0;
  }

  /** `before` is about to change; what was taken back until then is gone. */
  change(/** @type {State} */ before) {
    this.#undoStack.push(before);
    this.#redoStack = [];
  }

  /** The state before the last change, null where there was none; `now` can be brought back. */
  undo(/** @type {State} */ now) {
    return step(this.#undoStack, this.#redoStack, now);
  }

  /** The state before the last undo, likewise. */
  redo(/** @type {State} */ now) {
    return step(this.#redoStack, this.#undoStack, now);
  }

  /** The state before the last change, which was none: nothing of it can be brought back. */
  discard() {
    return this.#undoStack.pop() ?? null;
  }
}

/** @type {<State>(from: State[], to: State[], now: State) => State | null} */
function step(from, to, now) {
  const state = from.pop();
  if (state === undefined) return null;
  to.push(now);
  return state;
}
