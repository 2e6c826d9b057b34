/**
 * The camera in the page: opened, turned, frozen into a photo, left.
 *
 * @import { Prediction } from "../api.js"
 * @import { Texts } from "../text.js"
 * @import { Board, CameraViewElements } from "./camera-view.js"
 * @import { Sighting } from "./detection.js"
 * @import { Photo } from "./photo.js"
 *
 * @typedef {object} ViewfinderElements
 * @property {HTMLVideoElement} video
 * @property {HTMLInputElement} capture takes a file
 * @property {HTMLButtonElement} freeze
 * @property {HTMLButtonElement} turn
 * @property {HTMLButtonElement} leave
 * @property {HTMLButtonElement} look opens it
 *
 * @typedef {CameraViewElements & ViewfinderElements} CameraElements
 * @typedef {{ image: () => string, pixels: Uint8ClampedArray }} Frame
 */

import { Camera } from "./camera.js";
import { CameraView } from "./camera-view.js";
import { Frames } from "./frames.js";
import { photoOf } from "./load.js";
import { Scan } from "./scan.js";

const GUIDE = 0.8; // of the square that is seen; paper.css has the same

export class Viewfinder {
  #elements;
  #camera;
  #view;
  /** @type {Scan<HTMLCanvasElement> | null} */
  #scan = null;
  #ask;
  #aside;
  #take;
  /** @type {Frames | null} */
  #frames = null;

  /**
   * `ask` promises an answer: `image()` gives a data URL for a server, `pixels` are the
   * network's 784 values for one in this browser. `aside` hears whether the sheet has to step back
   * for the camera, `board` has what is seen; `take` gets the frozen picture.
   *
   * @param {object} parts
   * @param {CameraElements} parts.elements
   * @param {Texts} parts.texts
   * @param {(seen: Frame, signal: AbortSignal) => Promise<Prediction>} parts.ask
   * @param {(whether: boolean) => void} parts.aside
   * @param {Board} parts.board
   * @param {(photo: Photo) => void} parts.take
   */
  constructor({ elements, texts, ask, aside, board, take }) {
    this.#elements = elements;
    this.#camera = new Camera(elements.video);
    this.#view = new CameraView(elements, texts, board);
    this.#ask = ask;
    this.#aside = aside;
    this.#take = take;
  }

  /** Without a camera in the page there is the device's own, behind a file. */
  async open() {
    if (!Camera.isPossible) return this.#elements.capture.click();
    this.#elements.camera.hidden = false;
    this.#aside(true);
    this.#elements.leave.focus();
    await this.#start(() => this.#camera.start());
  }

  async turn() {
    await this.#start(() => this.#camera.turn());
  }

  leave() {
    if (this.#elements.camera.hidden) return;
    this.#scan?.stop();
    this.#camera.stop();
    this.#elements.camera.hidden = true;
    this.#view.left();
    this.#aside(false);
    this.#elements.look.focus();
  }

  /** The picture in the guide goes onto the sheet, with all its pixels. */
  async freeze() {
    if (!this.#camera.isOn || this.#elements.video.videoWidth === 0) return;
    const canvas = document.createElement("canvas");
    this.#camera.draw(canvas, GUIDE);
    this.leave();
    this.#take(await photoOf(canvas, [canvas.width, canvas.height], "camera"));
  }

  /** @type {(how: () => Promise<void>) => Promise<void>} */
  async #start(how) {
    const { camera, freeze, turn, video } = this.#elements;
    this.#view.starting();
    freeze.disabled = true;
    this.#scan?.stop();
    this.#scan = new Scan({ ask: (...asked) => this.#read(...asked), view: this.#view });
    try {
      await how();
      if (!this.#camera.isOn) return; // it was left meanwhile
      this.#view.mirrored(this.#camera.isFront);
      turn.hidden = !(await this.#camera.hasOthers());
      freeze.disabled = false;
      freeze.focus();
      this.#frames ??= new Frames({
        camera: this.#camera,
        video,
        worker: new Worker(String(camera.dataset.detectWorker), { type: "module" }),
        share: GUIDE,
        observe: (detection, canvas) => this.#scan?.observe(detection, canvas),
      });
      this.#frames.follow();
    } catch (error) {
      this.#camera.stop();
      if (!camera.hidden) this.#view.refused(error instanceof Error ? error.name : "");
    }
  }

  /**
   * @type {(seen: Sighting, canvas: HTMLCanvasElement, signal: AbortSignal) => Promise<Prediction>}
   */
  #read({ pixels }, canvas, signal) {
    return this.#ask({ image: () => canvas.toDataURL("image/jpeg", 0.85), pixels }, signal);
  }
}
