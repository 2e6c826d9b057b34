/** Pictures for the sheet: chosen, dropped, pasted. */

import { bindIntake } from "./photo/intake.js";
import { open } from "./photo/opening.js";

export function bindPhotos({ elements, reader, view }) {
  bindIntake({
    inputs: [elements.file],
    root: document.documentElement,
    take: (file) => open(file).then(
      (photo) => reader.place(photo),
      (error) => view.complain(error),
    ),
  });
}
