/** A list in IndexedDB, which outlives the page. */

const [DATABASE, LIST] = ["digits", "outbox"];

export class Store {
  #opening = null;

  /** Keeps a value; promises its key. */
  add(value) {
    return this.#do("readwrite", (list) => list.add(value));
  }

  remove(key) {
    return this.#do("readwrite", (list) => list.delete(key));
  }

  /** [key, value] of all, the oldest first. */
  async all() {
    const keys = await this.#do("readonly", (list) => list.getAllKeys());
    const values = await this.#do("readonly", (list) => list.getAll());
    return keys.map((key, index) => [key, values[index]]);
  }

  async #do(mode, ask) {
    this.#opening ??= opened();
    const request = ask((await this.#opening).transaction(LIST, mode).objectStore(LIST));
    return done(request);
  }
}

function opened() {
  const request = indexedDB.open(DATABASE, 1);
  request.addEventListener("upgradeneeded", () =>
    request.result.createObjectStore(LIST, { autoIncrement: true }),
  );
  return done(request);
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
