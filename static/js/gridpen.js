/**
 * A pen for the keyboard: it goes from cell to cell, up or down.
 *
 * Knows no browser. What it draws goes where any pen's points go; where it stands
 * is told to `show`.
 */

import { SIDE } from "./sheet.js";

export const CELLS = 20; // a side; the network's own picture of a digit is no finer
const SHOWN = [SIDE, SIDE];

export class GridPen {
  #pen;
  #show;
  #now;
  #cell = [Math.floor(CELLS / 2), Math.floor(CELLS / 4)];
  #isDown = false;

  /** `pen` has begin, extend and end; `show({column, row, isDown, change})` follows each move. */
  constructor({ pen, show, now = () => performance.now() }) {
    this.#pen = pen;
    this.#show = show;
    this.#now = now;
  }

  get isDown() {
    return this.#isDown;
  }

  step([columns, rows]) {
    const before = this.#cell;
    this.#cell = [before[0] + columns, before[1] + rows].map((at) => Math.min(Math.max(at, 0), CELLS - 1));
    if (this.#isDown) this.#pen.extend([this.#point()], SHOWN, []);
    this.#tell("moved");
  }

  toggle() {
    if (this.#isDown) return this.lift();
    this.#isDown = true;
    this.#pen.begin(this.#point(), SHOWN);
    this.#tell("down");
  }

  lift() {
    if (!this.#isDown) return;
    this.#isDown = false;
    this.#pen.end();
    this.#tell("up");
  }

  #point() {
    const [x, y] = this.#cell.map((at) => ((at + 0.5) * SIDE) / CELLS);
    return [x, y, this.#now()];
  }

  #tell(change) {
    const [column, row] = this.#cell;
    this.#show({ column, row, isDown: this.#isDown, change });
  }
}
