/** A list in IndexedDB, which outlives the page. Each has a database of its own. */

const LIST = "outbox"; // as it was called when there was but one

/** @template Value that can be cloned */
export class Store {
  #database;
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;

  constructor(/** @type {string} */ database) {
    this.#database = database;
  }

  /**
   * Keeps a value; promises its key.
   * @param {Value} value
   * @returns {Promise<IDBValidKey>}
   */
  add(value) {
    return this.#do("readwrite", (list) => list.add(value));
  }

  /**
   * Keeps a value under a key, in place of the one that is there.
   * @param {IDBValidKey} key
   * @param {Value} value
   */
  replace(key, value) {
    return this.#do("readwrite", (list) => list.put(value, key));
  }

  /** @param {IDBValidKey} key */
  remove(key) {
    return this.#do("readwrite", (list) => list.delete(key));
  }

  /** Removes them all. */
  clear() {
    return this.#do("readwrite", (list) => list.clear());
  }

  /**
   * [key, value] of all, in the keys' order: of those that were added, the oldest first.
   * @returns {Promise<[IDBValidKey, Value][]>}
   */
  async all() {
    const keys = await this.#do("readonly", (list) => list.getAllKeys());
    const values = await this.#do("readonly", (list) => list.getAll());
    return keys.map((key, index) => [key, values[index]]);
  }

  /**
   * @template Result
   * @param {IDBTransactionMode} mode
   * @param {(list: IDBObjectStore) => IDBRequest<Result>} ask
   */
  async #do(mode, ask) {
    this.#opening ??= opened(this.#database);
    const request = ask((await this.#opening).transaction(LIST, mode).objectStore(LIST));
    return done(request);
  }
}

function opened(/** @type {string} */ database) {
  const request = indexedDB.open(database, 1);
  request.addEventListener("upgradeneeded", () =>
    request.result.createObjectStore(LIST, { autoIncrement: true }),
  );
  return done(request);
}

/**
 * @template Result
 * @param {IDBRequest<Result>} request
 * @returns {Promise<Result>}
 */
function done(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
