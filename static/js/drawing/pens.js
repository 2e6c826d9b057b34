/**
 * The two pens of the sheet, the hand's and the keyboard's: only one draws at a time.
 *
 * @import { Texts } from "../text.js"
 * @import { Pen } from "./pen.js"
 */

import { KeyboardPen } from "./keyboard-pen.js";
import { KeyboardPenView } from "./keyboard-pen-view.js";
import { bindPen } from "./pen.js";

/**
 * Both draw by `input`, until `signal` aborts; returns the KeyboardPen, which others move.
 *
 * @param {{ elements: { sheet: HTMLElement, ring: HTMLElement, voice: HTMLElement },
 *   texts: Pick<Texts, "penAt" | "penDown" | "penUp">, input: Pen, signal?: AbortSignal }} parts
 */
export function bindPens({ elements, texts, input, signal }) {
  const view = new KeyboardPenView(elements.ring, elements.voice, texts);
  const keyboardPen = new KeyboardPen({
    pen: input,
    show: (place) => view.show(place),
    shown: () => [elements.sheet.clientWidth, elements.sheet.clientHeight],
  });
  const putAway = () => {
    keyboardPen.lift();
    view.hide();
  };
  /** @type {Pen} */
  const pen = {
    begin: (point, shown, isEraser) => {
      putAway();
      input.begin(point, shown, isEraser);
    },
    extend: (points, shown, ahead) => input.extend(points, shown, ahead),
    end: () => input.end(),
    drop: () => input.drop(),
  };
  bindPen(elements.sheet, pen, signal);
  elements.sheet.addEventListener("blur", putAway, { signal });
  return keyboardPen;
}
