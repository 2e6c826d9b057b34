/**
 * Over the camera's picture: a box around the digit, what it reads as, or what to do.
 *
 * @import { Prediction } from "../api.js"
 * @import { Texts } from "../text.js"
 *
 * @typedef {Record<"camera" | "sighted" | "read" | "saying", HTMLElement>} CameraViewElements
 */

import { sentence, write } from "../text.js";

export class CameraView {
  #camera;
  #elements;
  #texts;
  #language;

  /**
   * @param {CameraViewElements} elements
   * @param {Texts} texts
   */
  constructor(elements, texts) {
    this.#camera = elements.camera;
    this.#elements = elements;
    this.#texts = texts;
    this.#language = document.documentElement.lang;
  }

  starting() {
    this.#show("starting", this.#texts.cameraStarts);
  }

  /**
   * `name` is that of getUserMedia's refusal.
   * @param {string} name
   */
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

  /**
   * `box` in shares of the guide; `answer` is that of the API, or null before there is one.
   * @param {number[]} box
   * @param {Prediction | null} answer
   */
  found(box, answer) {
    ["--x", "--y", "--w", "--h"].forEach((name, index) =>
      this.#elements.sighted.style.setProperty(name, String(box[index])),
    );
    if (answer === null) return this.#show("found", this.#texts.cameraReads);
    const words = sentence(answer, this.#texts, this.#language);
    this.#show("found", words, answer.digits ? answer.text : String(answer.digit ?? ""));
  }

  /** @param {boolean} whether */
  mirrored(whether) {
    this.#camera.toggleAttribute("data-mirrored", whether);
  }

  /** @type {(state: string, words: string, digit?: string) => void} */
  #show(state, words, digit = "") {
    const { saying, read } = this.#elements;
    this.#camera.dataset.state = state;
    write(read, digit);
    write(saying, words);
  }
}
