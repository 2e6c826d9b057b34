/** The camera: its picture in a video element, one camera after the other. */

const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 } };

export class Camera {
  #video;
  #devices;
  /** @type {MediaStream | null} */
  #stream = null;
  #generation = 0; // a camera that was asked for earlier comes too late

  /**
   * `devices` is navigator.mediaDevices, which is missing where the page is not secure.
   * @param {HTMLVideoElement} video
   * @param {MediaDevices} [devices]
   */
  constructor(video, devices = navigator.mediaDevices) {
    this.#video = video;
    this.#devices = devices;
  }

  static get isPossible() {
    return typeof navigator.mediaDevices?.getUserMedia === "function";
  }

  /** The one that looks away from the person, where there are two. Rejects as getUserMedia. */
  start() {
    return this.#start({ facingMode: { ideal: "environment" } });
  }

  /** The next of all cameras. */
  async turn() {
    const ids = (await this.#cameras()).map(({ deviceId }) => deviceId);
    const next = ids[(ids.indexOf(this.#settings.deviceId ?? "") + 1) % ids.length];
    await this.#start({ deviceId: { exact: next } });
  }

  stop() {
    this.#generation += 1;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }

  get isOn() {
    return this.#stream !== null;
  }

  /** Whether it shows the person who holds it, who then expects a mirror. */
  get isFront() {
    return this.#settings.facingMode === "user";
  }

  async hasOthers() {
    return (await this.#cameras()).length > 1;
  }

  /**
   * The middle `share` of the largest square, in a new size of `side` (its own if left out).
   * @param {HTMLCanvasElement} canvas
   * @param {number} share
   * @param {number | null} [side] in pixels
   * @returns {CanvasRenderingContext2D}
   */
  draw(canvas, share, side = null) {
    const { videoWidth: width, videoHeight: height } = this.#video;
    const square = Math.round(Math.min(width, height) * share);
    canvas.width = canvas.height = side ?? square;
    const context = /** @type {CanvasRenderingContext2D} */ (
      canvas.getContext("2d", { willReadFrequently: side !== null })
    );
    const [left, top] = [(width - square) / 2, (height - square) / 2];
    context.drawImage(this.#video, left, top, square, square, 0, 0, canvas.width, canvas.height);
    return context;
  }

  /** @returns {MediaTrackSettings} */
  get #settings() {
    return this.#stream?.getVideoTracks()[0].getSettings() ?? {};
  }

  async #cameras() {
    const devices = await this.#devices.enumerateDevices();
    return devices.filter(({ kind }) => kind === "videoinput");
  }

  /** @type {(which: MediaTrackConstraints) => Promise<void>} */
  async #start(which) {
    this.stop(); // many phones lend one camera at a time
    const mine = this.#generation;
    const stream = await this.#devices.getUserMedia({ video: { ...WANTED, ...which } });
    if (mine !== this.#generation) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.#stream = stream;
    this.#video.srcObject = stream;
    await this.#video.play();
  }
}
