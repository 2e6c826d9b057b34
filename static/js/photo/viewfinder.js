/** The camera in the page: opened, turned, frozen into a photo, left. */

import { Camera } from "./camera.js";
import { CameraView } from "./cameraview.js";
import { Frames } from "./frames.js";
import { photoOf } from "./opening.js";
import { Scan } from "./scan.js";

const GUIDE = 0.8; // of the square that is seen; draw.css has the same

export class Viewfinder {
  #elements;
  #camera;
  #view;
  #scan;
  #ask;
  #take;
  #frames = null;

  /**
   * `ask({ image, pixels }, signal)` promises an answer: `image()` gives a data URL for a
   * server, `pixels` are the network's 784 values for one in this browser. `take(photo)` gets the frozen picture.
   */
  constructor({ elements, texts, ask, take }) {
    this.#elements = elements;
    this.#camera = new Camera(elements.video);
    this.#view = new CameraView(elements, texts);
    this.#ask = ask;
    this.#take = take;
  }

  /** Without a camera in the page there is the device's own, behind a file. */
  async open() {
    if (!Camera.isPossible) return this.#elements.capture.click();
    this.#elements.camera.hidden = false;
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

  async #start(how) {
    const { freeze, turn, video } = this.#elements;
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
        worker: new Worker(this.#elements.camera.dataset.finder, { type: "module" }),
        share: GUIDE,
        observe: (sighting, canvas) => this.#scan.observe(sighting, canvas),
      });
      this.#frames.follow();
    } catch (error) {
      this.#camera.stop();
      if (!this.#elements.camera.hidden) this.#view.refused(error.name);
    }
  }

  #read({ pixels }, canvas, signal) {
    return this.#ask({ image: () => canvas.toDataURL("image/jpeg", 0.85), pixels }, signal);
  }
}
