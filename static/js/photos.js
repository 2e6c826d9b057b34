/** Pictures for the sheet: chosen, dropped, pasted, or taken with the camera. */

import { bindIntake } from "./photo/intake.js";
import { open } from "./photo/opening.js";
import { Viewfinder } from "./photo/viewfinder.js";

/** `ask(drawing, signal)` answers what the camera sees; `reader` takes photos, `view` complaints. */
export function bindPhotos({ elements, texts, ask, reader, view }) {
  const finder = new Viewfinder({ elements, texts, ask, take: (photo) => reader.ink.place(photo) });
  const asks = {
    look: () => finder.open(),
    freeze: () => finder.freeze(),
    turn: () => finder.turn(),
    leave: () => finder.leave(),
  };
  for (const [name, act] of Object.entries(asks)) elements[name].addEventListener("click", act);
  elements.camera.addEventListener("keydown", (event) => {
    if (event.key === "Escape") finder.leave();
    event.stopPropagation(); // keys of the sheet mean nothing here
  });
  // Nobody is filmed by a page that is not looked at.
  document.addEventListener("visibilitychange", () => document.hidden && finder.leave());

  bindIntake({
    inputs: [elements.file, elements.capture],
    root: document.documentElement,
    take: (file) => {
      finder.leave();
      open(file).then(
        (photo) => reader.ink.place(photo),
        (error) => view.complain(error),
      );
    },
  });
}
