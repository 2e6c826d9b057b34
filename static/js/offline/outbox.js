/**
 * What somebody said of a drawing while the server was away: kept here, and sent later.
 *
 * An entry is { key, account, drawing, label }, or { key, withdrawn } for one that may have
 * arrived although no answer came, and shall be deleted there.
 */

export class Outbox {
  #api;
  #store;
  #account;
  #changed;
  #sent = new Map(); // by number: what the server stored
  #sending = null;

  /**
   * `store` is a Store; `account()` names the account that is signed in, or null;
   * `changed(count)` hears how many of its drawings wait.
   */
  constructor(api, store, { account = () => null, changed = () => {} } = {}) {
    this.#api = api;
    this.#store = store;
    this.#account = account;
    this.#changed = changed;
  }

  /** As the API's; where the server is away the answer is `{ queued }`. */
  async submit(drawing, label) {
    const key = newKey();
    try {
      return await this.#api.submit(drawing, label, { key });
    } catch (error) {
      if (error.code !== "network") throw error;
      const entry = { key, account: this.#account(), drawing, label };
      const queued = { key, number: await this.#keep(entry, error) };
      await this.count();
      return { queued };
    }
  }

  /** Takes back what was submitted, be it sent by now or not. */
  async remove(stored) {
    if (stored.queued === undefined) return this.#api.remove(stored);
    await this.#sending;
    const { key, number } = stored.queued;
    const sent = this.#sent.get(number);
    if (sent) return this.#api.remove(sent);
    await this.#store.add({ key, withdrawn: true });
    await this.#store.remove(number);
    await this.count();
    this.flush();
  }

  /** Sends what waits, the oldest first, until the server is away again. Never rejects. */
  flush() {
    this.#sending ??= this.#flush()
      .catch(() => {})
      .finally(() => (this.#sending = null));
    return this.#sending;
  }

  /** Says how many wait, of those that this person sees go. */
  async count() {
    this.#changed((await this.#waiting()).filter(([, { withdrawn }]) => !withdrawn).length);
  }

  async #keep(entry, error) {
    try {
      return await this.#store.add(entry);
    } catch {
      throw error; // it cannot be kept either
    }
  }

  /** Not what another account has left on this device: it waits until that one is back. */
  async #waiting() {
    const isOurs = ({ account }) => !account || account === this.#account();
    return (await this.#store.all()).filter(([, entry]) => isOurs(entry));
  }

  async #flush() {
    for (const [number, entry] of await this.#waiting()) {
      try {
        await this.#send(number, entry);
      } catch (error) {
        if (error.passing) break;
        if (error.code === "other_account") continue; // a session that has ended
        // The server will never take it; it must not hold up the others.
      }
      await this.#store.remove(number);
    }
    await this.count();
  }

  async #send(number, { key, account, drawing, label, withdrawn }) {
    if (withdrawn) await this.#api.withdraw(key);
    else this.#sent.set(number, await this.#api.submit(drawing, label, { key, account }));
  }
}

/** A random UUID; `crypto.randomUUID` is not there over plain HTTP. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
