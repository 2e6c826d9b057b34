/**
 * The panel about one's own hand: how much is remembered, and what can be done about it.
 *
 * @import { Failure, HandDescription } from "../api.js"
 * @import { SiteApi } from "../site-api.js"
 * @import { OwnHand } from "../hand/own-hand.js"
 * @import { Texts } from "../text.js"
 * @import { PageElements } from "./elements.js"
 *
 * @typedef {Parameters<SiteApi["changeHand"]>} Change
 */

import { fill, write } from "../text.js";

export class HandPanel {
  #elements;
  #texts;
  #account;

  /**
   * `account()` names the account that is signed in, or null; `speaking()` is the id of the remembered drawing that is shown; `changed(said)` hears what has
   * been done, in words, and `failed` what could not be.
   *
   * @param {PageElements} elements
   * @param {Texts} texts
   * @param {{ api: Pick<SiteApi, "changeHand">, hand: OwnHand, account: () => string | null,
   *   speaking: () => string | null, changed: (said: string) => void, failed: (error: Failure) => void }} parts
   */
  constructor(elements, texts, { api, hand, account, speaking, changed, failed }) {
    this.#account = account;
    this.#elements = elements;
    this.#texts = texts;

    /** @type {(said: string, ...change: Change) => Promise<void>} */
    const change = async (said, ...change) => {
      const [what, { drawing } = {}] = change;
      try {
        await api.changeHand(...change);
        if (drawing !== undefined) hand.drop(drawing);
        if (what === "fresh" || what === "back") await hand.forget(); // it is another one
        await hand.refresh();
        changed(said);
      } catch (error) {
        failed(/** @type {Failure} */ (error));
        this.show(hand.description);
      }
    };

    elements.forget.addEventListener("click", () => {
      const drawing = speaking();
      if (drawing !== null) change(texts.forgotten, "forget", { drawing });
    });
    elements.fresh.addEventListener("click", () => change(texts.freshHand, "fresh"));
    elements.back.addEventListener("click", () => change(texts.backHand, "back"));
    for (const control of this.#controls)
      control.addEventListener("change", () => {
        const remembers = control.value === "on";
        const said = remembers ? texts.remembersNow : texts.remembersNot;
        change(said, "settings", { remembers });
      });
  }

  /** The hand as it is now. */
  show(/** @type {HandDescription} */ { remembers, back, drawings: { length: count } }) {
    const { hand, remembered } = this.#elements;
    write(remembered, this.#sentence(remembers, count));
    for (const control of this.#controls) control.checked = (control.value === "on") === remembers;
    this.#elements.back.hidden = !back;
    // An account's hand is changed by signing out.
    hand.toggleAttribute("data-account", this.#account() !== null);
  }

  /** @type {(remembers: boolean, count: number) => string} */
  #sentence(remembers, count) {
    const texts = this.#texts;
    if (!remembers) return texts.remembersNot;
    return count > 0 ? fill(texts.remembered, { count }) : texts.nothingRemembered;
  }

  get #controls() {
    /** @type {NodeListOf<HTMLInputElement>} */
    const controls = this.#elements.remembers.querySelectorAll("input");
    return [...controls];
  }
}
