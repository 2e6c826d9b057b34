/**
 * What somebody chose on this device, remembered where the browser lets us.
 *
 * Storage may be blocked, full, or hold what an older page wrote: then a choice
 * lasts as long as the page, and an unknown value is the first of its list.
 *
 * @typedef {keyof typeof CHOICES} Setting its name
 */

/** @template {Setting} S @typedef {(typeof CHOICES)[S][number]} Choice one of a setting's values */
/** @typedef {{ [S in Setting]: [name: S, value: Choice<S>] }[Setting]} Change */

// The first of each is what holds until somebody chooses.
export const CHOICES = /** @type {const} */ ({
  mode: ["digit", "number"],
  predict: ["release", "button"],
  who: ["both", "browser", "server"], // answers
  brush: ["medium", "thin", "marker"],
  theme: ["system", "light", "dark"],
  hand: ["right", "left"],
  keys: ["on", "off"], // single letters as shortcuts
  hint: ["new", "seen"],
});

const SETTINGS = /** @type {Setting[]} */ (Object.keys(CHOICES));
const KEY = "settings"; // theme-init.js reads it too

export class Settings {
  #storage;
  /** @type {Record<string, string>} */
  #chosen;
  /** @type {((...change: Change) => void)[]} */
  #listeners = [];

  /**
   * `storage` returns a Storage; asking for one can already be refused.
   *
   * @param {() => Pick<Storage, "getItem" | "setItem">} [storage]
   */
  constructor(storage = () => localStorage) {
    this.#storage = storage;
    this.#chosen = this.#remembered();
  }

  /** @template {Setting} S @param {S} name */
  get(name) {
    return /** @type {Choice<S>} */ (this.#chosen[name] ?? CHOICES[name][0]);
  }

  /**
   * Anything but one of the setting's values changes nothing.
   *
   * @param {Setting} name
   * @param {string} value
   */
  set(name, value) {
    if (!isChoice(name, value) || this.get(name) === value) return;
    this.#chosen[name] = value;
    this.#remember();
    for (const listener of this.#listeners) listener(.../** @type {Change} */ ([name, value]));
  }

  /** Calls `listener(name, value)` now for every setting, and at every change. */
  follow(/** @type {(...change: Change) => void} */ listener) {
    this.#listeners.push(listener);
    for (const name of SETTINGS) listener(.../** @type {Change} */ ([name, this.get(name)]));
  }

  #remembered() {
    try {
      const kept = JSON.parse(this.#storage().getItem(KEY) ?? "{}");
      const known = Object.entries(kept).filter(([name, value]) => isChoice(name, value));
      return Object.fromEntries(known);
    } catch {
      return {};
    }
  }

  #remember() {
    try {
      this.#storage().setItem(KEY, JSON.stringify(this.#chosen));
    } catch {
      // Then it holds until the page is left.
    }
  }
}

/** @type {(name: string, value: unknown) => boolean} */
function isChoice(name, value) {
  const choices = /** @type {Record<string, readonly unknown[] | undefined>} */ (CHOICES);
  return choices[name]?.includes(value) ?? false;
}
