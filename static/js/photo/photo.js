/** A picture on the sheet, in place of ink: as it is shown, read, stored and cut. */

import { SIDE } from "../sheet.js";

// Around a digit that is cut out, as a share of its longer side: paper, by which light is known.
const MARGIN = 0.25;

export class Photo {
  #cut;

  /**
   * `image` is a data URL, `size` [width, height] its pixels; `seen` what the network will
   * see of its one digit (null: no ink), `source` "upload" or "camera", `digits()` gives what
   * may be the digits of a number (raster.js), and `cut(box)` a part of it as a data URL.
   */
  constructor({ image, size, seen, source, digits, cut }) {
    this.image = image;
    this.seen = seen;
    this.source = source;
    this.size = size;
    this.digits = digits;
    this.#cut = cut;
  }

  /** What the API takes. */
  drawing() {
    return { image: this.image, source: this.source };
  }

  /** The answer with its boxes in the sheet's unit, on which the whole picture is shown. */
  placed(answer) {
    if (!answer.digits) return answer;
    const unit = SIDE / Math.max(...this.size);
    const [left, top] = this.size.map((side) => (SIDE - side * unit) / 2);
    const digits = answer.digits.map((digit) => {
      const [x, y, width, height] = digit.box.map((value) => value * unit);
      return { ...digit, box: [left + x, top + y, width, height], pixels: digit.box };
    });
    return { ...answer, digits };
  }

  /** One digit of a number that was `placed`, as a picture of its own. */
  part(digits, part) {
    const others = digits.filter((_, index) => index !== part);
    const box = withMargin(digits[part].pixels, others.map(({ pixels }) => pixels), this.size);
    return { image: this.#cut(box), source: this.source };
  }
}

/** The box with paper around it, as far as no neighbour and no edge is in the way. */
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
