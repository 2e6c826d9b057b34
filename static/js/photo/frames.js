/**
 * A camera's frames through a worker, one at a time: what it is too slow for is passed over.
 *
 * @import { Camera } from "./camera.js"
 * @import { Detection } from "./detection.js"
 */

import { greyOf } from "./grey.js";

const SIDE = 240; // pixels; enough to find a digit, and few enough for a phone

export class Frames {
  #camera;
  #video;
  #worker;
  #share;
  #canvas = document.createElement("canvas");
  #isBusy = false;
  #isWaiting = false; // for the next frame

  /**
   * `observe(detection, canvas)` hears of every frame; `share` of the picture is looked at.
   * @param {object} parts
   * @param {Camera} parts.camera
   * @param {HTMLVideoElement} parts.video
   * @param {Worker} parts.worker which runs detect-worker.js
   * @param {number} parts.share
   * @param {(detection: Detection, canvas: HTMLCanvasElement) => void} parts.observe
   */
  constructor({ camera, video, worker, share, observe }) {
    this.#camera = camera;
    this.#video = video;
    this.#worker = worker;
    this.#share = share;
    worker.addEventListener("message", ({ data }) => {
      this.#isBusy = false;
      if (this.#camera.isOn) observe(data, this.#canvas);
    });
  }

  /** Goes on for as long as the camera is on. */
  follow() {
    if (this.#isWaiting || !this.#camera.isOn) return;
    if (!this.#isBusy && this.#video.videoWidth > 0) this.#send();
    this.#isWaiting = true;
    const next = () => {
      this.#isWaiting = false;
      this.follow();
    };
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(next);
    else requestAnimationFrame(next);
  }

  #send() {
    this.#isBusy = true;
    const context = this.#camera.draw(this.#canvas, this.#share, SIDE);
    const grey = greyOf(context.getImageData(0, 0, SIDE, SIDE));
    this.#worker.postMessage(grey, [grey.data.buffer]);
  }
}
