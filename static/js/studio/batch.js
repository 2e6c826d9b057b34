/**
 * The drawings of one sitting, in their order, and where somebody is among them.
 */
export class Batch {
  /** @type {string[]} */
  #keys;
  #at = 0;
  #decided = new Set();
  #undone = 0;

  /** @param {string[]} keys */
  constructor(keys) {
    this.#keys = [...keys];
  }

  /** The drawing that is looked at; null at the end. */
  get key() {
    return this.#keys[this.#at] ?? null;
  }

  /** Its number, from 1 on. */
  get place() {
    return Math.min(this.#at + 1, this.#keys.length);
  }

  get size() {
    return this.#keys.length;
  }

  /** How many are decided. */
  get done() {
    return this.#decided.size;
  }

  /** How many decisions were taken back. */
  get undone() {
    return this.#undone;
  }

  /** The drawings after this one. @param {number} count */
  ahead(count) {
    return this.#keys.slice(this.#at + 1, this.#at + 1 + count);
  }

  /** Goes on or back by so many; the end is a place too. @param {number} by */
  step(by) {
    this.#at = Math.max(0, Math.min(this.#at + by, this.#keys.length));
  }

  /** This one is decided: on to the next that is not. */
  decide() {
    if (this.key !== null) this.#decided.add(this.key);
    do this.#at += 1;
    while (this.key !== null && this.#decided.has(this.key));
  }

  /** Back to a drawing whose decision was taken back, also one of an earlier sitting. */
  takeBack(/** @type {string} */ key) {
    this.#decided.delete(key);
    this.#undone += 1;
    const place = this.#keys.indexOf(key);
    if (place >= 0) this.#at = place;
    else this.#keys.splice(this.#at, 0, key);
  }

  /** A decision that did not count is still to be made. @param {string} key */
  reopen(key) {
    this.#decided.delete(key);
  }

  /** A drawing that is gone is in nobody's way. @param {string} key */
  remove(key) {
    const place = this.#keys.indexOf(key);
    if (place < 0) return;
    this.#keys.splice(place, 1);
    if (place < this.#at) this.#at -= 1;
  }
}
