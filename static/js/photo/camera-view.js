/**
 * What the camera sees: a box around the digit in its picture, and on the board what it reads as,
 * or what to do.
 *
 * @import { Prediction } from "../api.js"
 * @import { Texts } from "../text.js"
 * @import { AnswerView } from "../ui/answer/answer-view.js"
 * @import { Sighting } from "./detection.js"
 *
 * @typedef {Record<"reader" | "camera" | "sighted", HTMLElement>} CameraViewElements `reader` tells its
 * styles what the camera is at
 *
 * @typedef {object} Board where a picture is answered as ink is
 * @property {AnswerView["show"]} show
 * @property {(values: ArrayLike<number> | null, strokes: []) => void} see the network's 784
 */

import { headline, numberHeadline } from "../text.js";
import { nameOf } from "../ui/answer/answer-view.js";

export class CameraView {
  #reader;
  #camera;
  #sighted;
  #texts;
  #language = document.documentElement.lang;
  #board;

  /**
   * @param {CameraViewElements} elements
   * @param {Texts} texts
   * @param {Board} board
   */
  constructor({ reader, camera, sighted }, texts, board) {
    this.#reader = reader;
    this.#camera = camera;
    this.#sighted = sighted;
    this.#texts = texts;
    this.#board = board;
  }

  starting() {
    this.#look("starting", this.#texts.cameraStarts);
  }

  /**
   * `name` is that of getUserMedia's refusal.
   * @param {string} name
   */
  refused(name) {
    const texts = this.#texts;
    if (name === "NotAllowedError") this.#look("refused", texts.cameraDenied, texts.cameraAllow);
    else this.#look("refused", texts.cameraMissing, texts.cameraInstead);
  }

  dark() {
    this.#look("dark", this.#texts.cameraDark);
  }

  nothing() {
    this.#look("nothing", this.#texts.cameraNothing, this.#texts.cameraHold);
  }

  /**
   * `seen` has its box in shares of the guide; `answer` is null before there is one.
   * @type {(seen: Sighting, answer: Prediction | null) => void}
   */
  found({ box, pixels }, answer) {
    ["--x", "--y", "--w", "--h"].forEach((name, index) =>
      this.#sighted.style.setProperty(name, String(box[index])),
    );
    if (answer === null) this.#look("found", this.#texts.cameraReads);
    else this.#answer(answer);
    this.#board.see(pixels, []);
  }

  left() {
    delete this.#reader.dataset.camera;
  }

  /** @param {boolean} whether */
  mirrored(whether) {
    this.#camera.toggleAttribute("data-mirrored", whether);
  }

  #answer(/** @type {Prediction} */ answer) {
    this.#reader.dataset.camera = "found";
    const [texts, language] = [this.#texts, this.#language];
    const words = answer.digits
      ? numberHeadline(answer, texts, language)
      : headline(answer, texts, language);
    const [text, reading] = answer.digits ? [answer.text, null] : [nameOf(answer), answer];
    const { verdict } = answer;
    this.#board.show("sighted", words, { why: texts.cameraLive, verdict, text, reading });
  }

  /** @type {(state: string, words: string, why?: string) => void} */
  #look(state, words, why) {
    this.#reader.dataset.camera = state;
    this.#board.show("sighted", [words], { why });
    if (state !== "found") this.#board.see(null, []);
  }
}
