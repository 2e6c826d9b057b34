/**
 * A picture on the sheet, in place of ink: as it is shown, read, stored and cut.
 *
 * @import { DigitOfNumber, Payload, Prediction, Sign } from "../api.js"
 * @import { Mask } from "../preprocessing/picture.js"
 * @import { Box, Glyph } from "../preprocessing/glyph.js"
 * @import { Lattice } from "../segmentation/lattice.js"
 *
 * @typedef {"upload" | "camera"} Source
 * @typedef {{ mask: Mask, scale: number }} LeftOut where foreign ink is; a point of the mask lies at
 * point / scale in the picture
 * @typedef {DigitOfNumber & { pixels: number[] }} PlacedDigit its box on the sheet, and the one in
 * the picture's pixels
 */

import { SIDE } from "../drawing/drawing.js";

// Around a digit that is cut out, as a share of its longer side: paper, by which light is known.
const MARGIN = 0.25;

export class Photo {
  #cut;
  #leftOut;
  /** @type {Map<boolean, LeftOut | null>} */
  #known = new Map();

  /**
   * `image` is a data URL, `size` [width, height] its pixels; `glyph` what the network will
   * see of its one digit (null: no ink), `cell` the one cell in which nothing is written, else
   * null, `source` "upload" or "camera", `lines()` gives what may be the digits of numbers
   * (raster.js), `leftOut(one)` what is not the writing's (binarisation.js), and `cut(box)` a part
   * of it as a data URL.
   *
   * @param {object} parts
   * @param {string} parts.image
   * @param {number[]} parts.size
   * @param {Glyph | null} parts.glyph
   * @param {Source} parts.source
   * @param {Box | null} [parts.cell]
   * @param {() => Promise<Lattice[] | null>} parts.lines
   * @param {(one: boolean) => LeftOut | null} [parts.leftOut]
   * @param {(box: number[]) => string} parts.cut
   */
  constructor({ image, size, glyph, cell = null, source, lines, leftOut = () => null, cut }) {
    this.image = image;
    this.glyph = glyph;
    this.cell = cell;
    this.#leftOut = leftOut;
    this.source = source;
    this.size = size;
    this.lines = lines;
    this.#cut = cut;
  }

  /**
   * What the API takes.
   * @returns {Payload}
   */
  payload() {
    return { image: this.image, source: this.source };
  }

  /** What is not the writing's, be that `one` digit or numbers; it is looked for once. */
  leftOut(/** @type {boolean} */ one) {
    const known = this.#known.get(one);
    if (known !== undefined) return known;
    const found = this.#leftOut(one);
    this.#known.set(one, found);
    return found;
  }

  /** Where on the sheet the picture is shown: its corner, and the sheet's units for a pixel. */
  get place() {
    const unit = SIDE / Math.max(...this.size);
    const [left, top] = this.size.map((side) => (SIDE - side * unit) / 2);
    return { unit, left, top };
  }

  /**
   * The answer with its boxes in the sheet's unit, on which the whole picture is shown.
   * @param {Prediction} answer
   * @returns {Prediction} its digits are PlacedDigits
   */
  placed(answer) {
    if (!answer.digits) return answer;
    const { unit, left, top } = this.place;
    /** @type {(box: Sign["box"]) => Sign["box"]} */
    const onSheet = (box) => {
      const [x, y, width, height] = box.map((value) => value * unit);
      return [left + x, top + y, width, height];
    };
    /** @type {(digit: DigitOfNumber) => PlacedDigit} */
    const placed = (digit) => ({ ...digit, box: onSheet(digit.box), pixels: digit.box });
    /** @type {(sign: Sign) => Sign} */
    const placedSign = (sign) => ({ ...sign, box: onSheet(sign.box) });
    const lines = answer.lines.map((line) => ({
      ...line,
      digits: line.digits.map(placed),
      signs: line.signs.map(placedSign),
      box: onSheet(line.box),
    }));
    return {
      ...answer,
      digits: answer.digits.map(placed),
      signs: answer.signs.map(placedSign),
      lines,
    };
  }

  /**
   * One digit of a number that was `placed`, as a picture of its own.
   * @param {PlacedDigit[]} digits
   * @param {number} position
   * @returns {Payload}
   */
  digitOfNumber(digits, position) {
    const others = digits.filter((_, index) => index !== position);
    const box = withMargin(
      digits[position].pixels,
      others.map(({ pixels }) => pixels),
      this.size,
    );
    return { image: this.#cut(box), source: this.source };
  }
}

/**
 * The box with paper around it, as far as no neighbour and no edge is in the way.
 * @param {number[]} box [x, y, width, height]
 * @param {number[][]} others
 * @param {number[]} size [width, height] of the picture
 * @returns {number[]}
 */
export function withMargin([x, y, width, height], others, [widest, highest]) {
  const margin = MARGIN * Math.max(width, height);
  const rights = others.map(([left, , across]) => left + across).filter((right) => right <= x);
  const lefts = others.map(([left]) => left).filter((left) => left >= x + width);
  const left = Math.floor(Math.max(x - margin, 0, ...rights));
  const top = Math.floor(Math.max(y - margin, 0));
  const right = Math.ceil(Math.min(x + width + margin, widest, ...lefts));
  const bottom = Math.ceil(Math.min(y + height + margin, highest));
  return [left, top, right - left, bottom - top];
}
