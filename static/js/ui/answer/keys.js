/**
 * Ten digits and "no digit", always in the same places: buttons by which somebody says what a
 * drawing is, and bars of how likely each is. Bars change with every frame while a pen moves, so
 * only what differs is touched.
 *
 * @import { Reading, Remembered } from "../../api.js"
 */

import { put, shareOf, write } from "../../text.js";

const NONE = "not_a_digit";

/** The reading's label. @type {(reading: Pick<Reading, "digit">) => string} */
const labelOf = ({ digit }) => String(digit ?? NONE);

export class Keys {
  #field;
  #keys;
  #language;

  /**
   * `field` holds a button for each label, and in it `.fill` and `.share`; those of digits have a
   * place for one's `.mine`.
   *
   * @param {HTMLElement} field
   * @param {string} language
   */
  constructor(field, language) {
    this.#field = field;
    /** @type {NodeListOf<HTMLButtonElement>} */
    const buttons = field.querySelectorAll("button[data-label]");
    this.#keys = [...buttons].map((button) => ({
      button,
      label: String(button.dataset.label),
      fill: /** @type {HTMLElement} */ (button.querySelector(".fill")),
      share: /** @type {HTMLElement} */ (button.querySelector(".share")),
      mine: button.querySelector(".mine"),
      height: "", // as it is shown
      own: "", // the id of the drawing that is shown
    }));
    this.#language = language;
  }

  /** One digit's reading, or none. */
  show(/** @type {Reading | null} */ reading) {
    const read = reading === null ? null : labelOf(reading);
    for (const each of this.#keys) {
      const value = reading === null ? 0 : probabilityOf(each.label, reading);
      if (each.label === read) each.button.setAttribute("aria-current", "true");
      else each.button.removeAttribute("aria-current");
      const share = shareOf(value, this.#language);
      write(each.share, share);
      each.button.toggleAttribute("data-likely", share !== "");
      const height = value.toFixed(2); // no screen shows more of 120 px
      if (height !== each.height) each.button.style.setProperty("--p", height);
      each.height = height;
    }
  }

  /** What somebody has said, or null. */
  say(/** @type {string | null} */ label) {
    for (const each of this.#keys) put(each.button, { ariaPressed: String(each.label === label) });
    this.#field.toggleAttribute("data-said", label !== null);
  }

  /**
   * Beside each digit the newest drawing of it that is remembered, as `picture` shows it.
   *
   * @type {(drawings: Remembered[], picture: (drawing: Remembered) => Element) => void}
   */
  hand(drawings, picture) {
    for (const each of this.#keys) {
      const own = drawings.find((one) => one.label === each.label && hasPicture(one));
      if (each.mine === null || (own?.id ?? "") === each.own) continue;
      each.own = own?.id ?? "";
      each.mine.replaceChildren(...(own ? [picture(own)] : []));
    }
  }
}

/** What the ten lack to 1 is the probability of none. @type {(label: string, reading: Reading) => number} */
function probabilityOf(label, { probabilities }) {
  if (label !== NONE) return probabilities[Number(label)] ?? 0;
  if (probabilities.length === 0) return 0;
  return Math.max(1 - probabilities.reduce((sum, value) => sum + value, 0), 0);
}

/** A photo that waits to be sent may have neither yet. @type {(drawing: Remembered) => boolean} */
function hasPicture({ strokes = [], pixels }) {
  return strokes.flat().length > 0 || pixels !== undefined;
}
