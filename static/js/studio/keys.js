/**
 * Keys of the studio -> what they ask for.
 *
 * @typedef {{ open: "keys" | "palette" } | { go: string } | { press: string }} Asked a dialog, a
 *   place by its letter after `G`, or the control whose key it is
 * @typedef {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey">} Key
 */

const PATIENCE = 1_200; // ms from `G` to the letter after it

/** Reads the keys of one page, one after the other; `now` is in milliseconds. */
export class KeyReader {
  #since = Number.NEGATIVE_INFINITY;

  /**
   * `isTyping` says whether the focus is where letters are written: there only chords count.
   *
   * @param {Key} event
   * @param {boolean} isTyping
   * @param {number} now
   * @returns {Asked | null}
   */
  read(event, isTyping, now) {
    const letter = letterOf(event);
    if (event.altKey) return null;
    if (event.ctrlKey || event.metaKey) return letter === "k" ? { open: "palette" } : null;
    if (isTyping) return null;
    const isGoing = now - this.#since < PATIENCE;
    this.#since = Number.NEGATIVE_INFINITY;
    if (isGoing && /^[a-z]$/.test(letter)) return { go: letter.toUpperCase() };
    if (letter === "g") this.#since = now;
    if (letter === "?") return { open: "keys" };
    return letter === "g" ? null : { press: letter };
  }
}

/** The key's name; the Latin letter on it also where the keyboard writes others. */
export function letterOf(/** @type {Pick<Key, "key" | "code">} */ { key, code = "" }) {
  const isForeign = key.length === 1 && key > "\x7f" && code.startsWith("Key");
  const name = isForeign ? code.slice("Key".length) : key;
  return name.length === 1 ? name.toLowerCase() : name;
}
