/** What somebody said of a drawing while the server was away: kept here, and sent later. */

export class Outbox {
  #api;
  #store;
  #changed;
  #sent = new Map(); // by key: what the server stored
  #sending = null;

  /** `store` is a Store; `changed(count)` hears how many wait. */
  constructor(api, store, changed = () => {}) {
    this.#api = api;
    this.#store = store;
    this.#changed = changed;
  }

  /** As the API's; where the server is away the answer is `{ queued }`. */
  async submit(drawing, label) {
    try {
      return await this.#api.submit(drawing, label);
    } catch (error) {
      if (error.code !== "network") throw error;
      const queued = await this.#keep({ drawing, label }, error);
      await this.count();
      return { queued };
    }
  }

  /** Takes back what was submitted, be it sent by now or not. */
  async remove(stored) {
    if (stored.queued === undefined) return this.#api.remove(stored);
    await this.#sending;
    const sent = this.#sent.get(stored.queued);
    if (sent) return this.#api.remove(sent);
    await this.#store.remove(stored.queued);
    await this.count();
  }

  /** Sends what waits, the oldest first, until the server is away again. Never rejects. */
  flush() {
    this.#sending ??= this.#flush()
      .catch(() => {})
      .finally(() => (this.#sending = null));
    return this.#sending;
  }

  /** Says how many wait. */
  async count() {
    this.#changed((await this.#store.all()).length);
  }

  async #keep(item, error) {
    try {
      return await this.#store.add(item);
    } catch {
      throw error; // it cannot be kept either
    }
  }

  async #flush() {
    for (const [key, { drawing, label }] of await this.#store.all()) {
      try {
        this.#sent.set(key, await this.#api.submit(drawing, label));
      } catch (error) {
        if (error.passing) break;
        // The server will never take it; it must not hold up the others.
      }
      await this.#store.remove(key);
    }
    await this.count();
  }
}
