/** Several pictures that were chosen together: one after the other, in their order. */

export class PictureQueue {
  #show;
  #tell;
  /** @type {File[]} */
  #files = [];
  #at = 0;

  /**
   * `show(file)` puts a picture on the sheet; `tell` is told which of how many it is.
   *
   * @param {object} parts
   * @param {(file: File) => void} parts.show
   * @param {(told: { name: string, place: number, length: number }) => void} parts.tell
   */
  constructor({ show, tell }) {
    this.#show = show;
    this.#tell = tell;
  }

  /** The first of these; what was still to come of others is forgotten. */
  take(/** @type {File[]} */ files) {
    if (files.length === 0) return;
    this.#files = [...files];
    this.#at = -1;
    this.next();
  }

  /** The one after it, where there is one. */
  next() {
    if (this.#at + 1 >= this.#files.length) return;
    this.#at += 1;
    const file = this.#files[this.#at];
    this.#tell({ name: file.name, place: this.#at + 1, length: this.#files.length });
    this.#show(file);
  }
}
