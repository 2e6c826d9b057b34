/**
 * Pictures for the sheet: chosen, dropped, pasted, or taken with the camera.
 *
 * @import { Prediction } from "../api.js"
 * @import { Frame } from "../photo/viewfinder.js"
 * @import { Reader } from "../recognition/reader.js"
 * @import { Texts } from "../text.js"
 * @import { PageElements } from "./elements.js"
 * @import { Page } from "./page.js"
 */

import { bindIntake } from "../photo/intake.js";
import { loadPhoto } from "../photo/load.js";
import { PictureQueue } from "../photo/queue.js";
import { Viewfinder } from "../photo/viewfinder.js";
import { fill } from "../text.js";
import { Toast } from "./toast.js";

const LAST = 6; // seconds for which the last of several pictures is said to be the last

/**
 * `ask` answers what the camera sees, `convert` makes a file one that browsers show; `reader`
 * takes photos, `view` complaints.
 *
 * @param {{ elements: PageElements, texts: Texts, reader: Reader, view: Page,
 *   ask: (frame: Frame, signal: AbortSignal) => Promise<Prediction>,
 *   convert: (file: File) => Promise<Blob> }} page
 */
export function bindPhotos({ elements, texts, ask, convert, reader, view }) {
  const viewfinder = new Viewfinder({
    elements,
    texts,
    ask,
    aside: (whether) => reader.setAside(whether),
    board: view,
    take: (photo) => reader.input.place(photo),
  });
  elements.look.addEventListener("click", () => viewfinder.open());
  elements.freeze.addEventListener("click", () => viewfinder.freeze());
  elements.turn.addEventListener("click", () => viewfinder.turn());
  elements.leave.addEventListener("click", () => viewfinder.leave());
  elements.camera.addEventListener("keydown", (event) => {
    if (event.key === "Escape") viewfinder.leave();
    event.stopPropagation(); // keys of the sheet mean nothing here
  });
  // Nobody is filmed by a page that is not looked at.
  document.addEventListener("visibilitychange", () => document.hidden && viewfinder.leave());

  const which = new Toast(elements.queue, () => queue.next());
  const queue = new PictureQueue({
    show: (file) =>
      loadPhoto(file, (foreign) => {
        view.tell(texts.sentAsItIs);
        return convert(foreign);
      }).then(
        (photo) => reader.input.place(photo),
        (error) => view.complain(error),
      ),
    tell: ({ name, place, length }) => {
      if (length === 1) return which.hide();
      const isLast = place === length;
      const words = fill(texts.pictureOf, { name, place, length });
      which.say(words, { button: !isLast, seconds: isLast ? LAST : null });
    },
  });

  bindIntake({
    inputs: [elements.file, elements.capture],
    root: document.documentElement,
    take: (files) => {
      viewfinder.leave();
      queue.take(files);
    },
  });
}
