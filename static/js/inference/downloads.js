/**
 * Files on their way, and how far they are together.
 *
 * They come compressed: what is counted are the bytes that a file has unpacked, of which each
 * stands for its share of those that are sent.
 *
 * @typedef {{ share: number, bytes: number }} Progress how much is there, from 0 to 1, of how many
 * bytes that are sent
 */

export class Downloads {
  #report;
  /** @type {Map<string, { size: number, sent: number, received: number }>} */
  #files = new Map();

  /** `report` hears of every step, once it is known how much there is to come. */
  constructor(/** @type {(progress: Progress) => void} */ report = () => {}) {
    this.#report = report;
  }

  /**
   * As `fetch`. `size` are the bytes of the file once unpacked; 0 where `expect` tells them later.
   *
   * @param {string} url
   * @param {number} [size]
   */
  async get(url, size = 0) {
    const file = { size, sent: 0, received: 0 };
    this.#files.set(url, file);
    const response = await fetch(url);
    if (!response.ok || response.body === null) return response;
    file.sent = Number(response.headers.get("Content-Length")) || file.size;
    const counter = new TransformStream({
      transform: (/** @type {Uint8Array} */ part, out) => {
        file.received += part.byteLength;
        this.#tell();
        out.enqueue(part);
      },
    });
    return new Response(response.body.pipeThrough(counter), response);
  }

  /** The file at this address has so many bytes once unpacked. */
  expect(/** @type {string} */ url, /** @type {number} */ size) {
    const file = this.#files.get(url);
    if (file) file.size = size;
  }

  #tell() {
    const files = [...this.#files.values()];
    if (files.some(({ size, sent }) => size === 0 || sent === 0)) return;
    const bytes = files.reduce((sum, { sent }) => sum + sent, 0);
    const there = files.reduce(
      (sum, { size, sent, received }) => sum + sent * Math.min(received / size, 1),
      0,
    );
    this.#report({ share: there / bytes, bytes });
  }
}
