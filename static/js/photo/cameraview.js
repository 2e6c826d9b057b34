/** Over the camera's picture: a box around the digit, what it reads as, or what to do. */

import { sentence, numberSentence } from "../words.js";
import { write } from "../writing.js";

export class CameraView {
  #camera;
  #elements;
  #texts;
  #language;

  /** `elements` has camera, sighted, read and saying. */
  constructor(elements, texts) {
    this.#camera = elements.camera;
    this.#elements = elements;
    this.#texts = texts;
    this.#language = document.documentElement.lang;
  }

  starting() {
    this.#show("starting", this.#texts.cameraStarts);
  }

  /** `name` is that of getUserMedia's refusal. */
  refused(name) {
    const texts = this.#texts;
    const words = name === "NotAllowedError" ? texts.cameraDenied : texts.cameraMissing;
    this.#show("refused", words);
  }

  dark() {
    this.#show("dark", this.#texts.cameraDark);
  }

  nothing() {
    this.#show("nothing", this.#texts.cameraNothing);
  }

  /** `box` in shares of the guide; `answer` is that of the API, or null before there is one. */
  found(box, answer) {
    ["--x", "--y", "--w", "--h"].forEach((name, index) =>
      this.#elements.sighted.style.setProperty(name, box[index]),
    );
    if (answer === null) return this.#show("found", this.#texts.cameraReads);
    const words = answer.digits ? numberSentence : sentence;
    const digit = answer.digits ? answer.number : String(answer.digit ?? "");
    this.#show("found", words(answer, this.#texts, this.#language), digit);
  }

  mirrored(whether) {
    this.#camera.toggleAttribute("data-mirrored", whether);
  }

  #show(state, words, digit = "") {
    const { saying, read } = this.#elements;
    this.#camera.dataset.state = state;
    write(read, digit);
    write(saying, words);
  }
}
