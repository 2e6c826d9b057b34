/**
 * A picture on the sheet outlives a reload and a crash, as ink does (drawing/keep.js).
 *
 * @import { Source } from "./photo.js"
 *
 * @typedef {{ image: string, source: Source }} Picture its data URL; "" where there was no room
 */

const KEY = "picture";

export class KeptPicture {
  #storage;
  /** @type {Picture | null} */
  #written = null; // large, so not written twice

  /** `storage` returns a Storage; asking for one can already be refused. */
  constructor(
    /** @type {() => Pick<Storage, "getItem" | "setItem" | "removeItem">} */ storage = () =>
      sessionStorage,
  ) {
    this.#storage = storage;
  }

  /** Keeps the picture that is on the sheet now, or none. */
  write(/** @type {Picture | null} */ picture) {
    if (picture === this.#written) return;
    this.#written = picture;
    this.#put(null); // makes room for the next
    if (picture === null) return;
    const { image, source } = picture;
    if (!this.#put({ image, source })) this.#put({ image: "", source });
  }

  /** What was kept; null where that is nothing, or not ours. @returns {Picture | null} */
  read() {
    try {
      const kept = JSON.parse(this.#storage().getItem(KEY) ?? "null");
      this.#written = isPicture(kept) ? kept : null;
    } catch {
      this.#written = null;
    }
    return this.#written;
  }

  /** Says whether it is kept: where storage is blocked or full, it lasts as long as the page. */
  #put(/** @type {Picture | null} */ content) {
    try {
      if (content === null) this.#storage().removeItem(KEY);
      else this.#storage().setItem(KEY, JSON.stringify(content));
      return true;
    } catch {
      return false;
    }
  }
}

/** @type {(value: unknown) => value is Picture} */
function isPicture(value) {
  const { image, source } = /** @type {Partial<Picture>} */ (value ?? {});
  const isOurs = image === "" || (typeof image === "string" && image.startsWith("data:image/"));
  return isOurs && (source === "upload" || source === "camera");
}
