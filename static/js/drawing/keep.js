/**
 * The unfinished drawing outlives a reload and a crash: kept for this tab alone, until somebody
 * clears the sheet or says what it is. Of a picture photo/keep.js does the same.
 *
 * @import { Photo } from "../photo/photo.js"
 * @import { Size, Stroke } from "./drawing.js"
 */

const KEY = "drawing";

/** @typedef {{ strokes: Stroke[], size: Size }} Sheet */

export class Keep {
  #storage;

  /** Hears which photo is on the sheet, whenever that may have changed. */
  photo(/** @type {Photo | null} */ _photo) {}

  /**
   * `storage` returns a Storage; asking for one can already be refused.
   *
   * @param {() => Pick<Storage, "getItem" | "setItem" | "removeItem">} [storage]
   */
  constructor(storage = () => sessionStorage) {
    this.#storage = storage;
  }

  /** Keeps the strokes as they are now; none is nothing to keep. @type {(sheet: Sheet & { photo: Photo | null }) => void} */
  write({ strokes, size, photo }) {
    this.photo(photo);
    try {
      if (strokes.length === 0) this.#storage().removeItem(KEY);
      else this.#storage().setItem(KEY, JSON.stringify({ strokes, size }));
    } catch {
      // Storage is blocked or full: then it lasts as long as the page.
    }
  }

  /** What was kept; null where that is nothing, or not ours. @returns {Sheet | null} */
  read() {
    try {
      const sheet = JSON.parse(this.#storage().getItem(KEY) ?? "null");
      return isSheet(sheet) ? sheet : null;
    } catch {
      return null;
    }
  }
}

/** @type {(value: unknown) => value is Sheet} */
function isSheet(value) {
  const { strokes, size } = /** @type {Partial<Sheet>} */ (value ?? {});
  const isStroke = (/** @type {unknown} */ stroke) => isFull(stroke) && stroke.every(isNumbers);
  return isFull(strokes) && strokes.every(isStroke) && isNumbers(size) && size.length === 2;
}

/** @type {(value: unknown) => value is unknown[]} */
function isFull(value) {
  return Array.isArray(value) && value.length > 0;
}

/** @type {(value: unknown) => value is number[]} */
function isNumbers(value) {
  return isFull(value) && value.every((part) => Number.isFinite(part));
}
