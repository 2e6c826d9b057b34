/**
 * What somebody chose on this device, remembered where the browser lets us.
 *
 * Storage may be blocked, full, or hold what an older page wrote: then a choice
 * lasts as long as the page, and an unknown value is the first of its list.
 */

// The first of each is what holds until somebody chooses.
export const CHOICES = {
  mode: ["digit", "number"],
  predict: ["release", "button"],
  who: ["both", "browser", "server"], // answers
  brush: ["medium", "thin", "marker"],
  theme: ["system", "light", "dark"],
  hand: ["right", "left"],
  keys: ["on", "off"], // single letters as shortcuts
  hint: ["new", "seen"],
};

const KEY = "settings"; // early.js reads it too

export class Settings {
  #storage;
  #chosen;
  #listeners = [];

  /** `storage` returns a Storage; asking for one can already be refused. */
  constructor(storage = () => localStorage) {
    this.#storage = storage;
    this.#chosen = this.#remembered();
  }

  get(name) {
    return this.#chosen[name] ?? CHOICES[name][0];
  }

  set(name, value) {
    if (!CHOICES[name].includes(value) || this.get(name) === value) return;
    this.#chosen[name] = value;
    this.#remember();
    for (const listener of this.#listeners) listener(name, value);
  }

  /** Calls `listener(name, value)` now for every setting, and at every change. */
  follow(listener) {
    this.#listeners.push(listener);
    for (const name of Object.keys(CHOICES)) listener(name, this.get(name));
  }

  #remembered() {
    try {
      const kept = JSON.parse(this.#storage().getItem(KEY)) ?? {};
      const known = Object.entries(kept).filter(([name, value]) => CHOICES[name]?.includes(value));
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
