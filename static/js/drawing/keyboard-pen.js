/**
 * A pen for the keyboard: it goes from cell to cell, up or down.
 *
 * Knows no browser. What it draws goes where any pen's points go; where it stands
 * is told to `show`.
 *
 * @import { Point, Size } from "./drawing.js"
 * @import { Pen } from "./pen.js"
 * @import { Step } from "./shortcuts.js"
 *
 * @typedef {{ column: number, row: number, isDown: boolean,
 *   change: "moved" | "down" | "up" }} PenPlace
 */

import { SQUARE } from "./drawing.js";

export const CELLS = 20; // a side; the network's own picture of a digit is no finer

export class KeyboardPen {
  #pen;
  #show;
  #now;
  #shown;
  /** @type {[column: number, row: number]} */
  #cell = [Math.floor(CELLS / 2), Math.floor(CELLS / 4)];
  #isDown = false;

  /**
   * `show` follows each move; `now` is a clock in ms, `shown()` the size of the sheet, whose
   * middle square has the cells.
   *
   * @param {{ pen: Pick<Pen, "begin" | "extend" | "end">, show: (place: PenPlace) => void,
   *   now?: () => number, shown?: () => Size }} parts
   */
  constructor({ pen, show, now = () => performance.now(), shown = () => SQUARE }) {
    this.#pen = pen;
    this.#show = show;
    this.#now = now;
    this.#shown = shown;
  }

  get isDown() {
    return this.#isDown;
  }

  step(/** @type {Step} */ [columns, rows]) {
    const [column, row] = this.#cell;
    this.#cell = [within(column + columns), within(row + rows)];
    if (this.#isDown) this.#pen.extend([this.#point()], this.#shown(), []);
    this.#tell("moved");
  }

  toggle() {
    if (this.#isDown) return this.lift();
    this.#isDown = true;
    this.#pen.begin(this.#point(), this.#shown());
    this.#tell("down");
  }

  lift() {
    if (!this.#isDown) return;
    this.#isDown = false;
    this.#pen.end();
    this.#tell("up");
  }

  /** @returns {Point} */
  #point() {
    const [width, height] = this.#shown();
    const side = Math.min(width, height);
    const [x, y] = this.#cell.map((at) => ((at + 0.5 - CELLS / 2) * side) / CELLS);
    return [x + width / 2, y + height / 2, this.#now()];
  }

  #tell(/** @type {PenPlace["change"]} */ change) {
    const [column, row] = this.#cell;
    this.#show({ column, row, isDown: this.#isDown, change });
  }
}

function within(/** @type {number} */ cell) {
  return Math.min(Math.max(cell, 0), CELLS - 1);
}
