/**
 * Decisions on their way to the site: one after the other, each until it has arrived.
 *
 * What has not arrived is kept in the tab, so that neither a page that is loaded again nor a
 * session that ended loses it. A decision has an id, under which it is done once.
 *
 * @typedef {{ kind: "decide" | "undo", act: string, drawing: string, choice: string }} Act
 * @typedef {{ status: number, body: any }} Answer status 0 where the site did not answer
 * @typedef {object} Ways
 * @property {(act: Act) => Promise<Answer>} send
 * @property {(act: Act, answer: Answer) => void} onArrived accepted, or refused for good
 * @property {() => void} onSignedOut nothing more is sent
 * @property {(waiting: number) => void} onSilent the site does not answer; it is tried again
 * @property {(milliseconds: number) => Promise<void>} pause
 * @property {Pick<Storage, "getItem" | "setItem" | "removeItem">} storage
 */

const KEY = "studio.review.unsent";
const LONGEST_PAUSE = 15_000;

export class Outgoing {
  /** @type {Act[]} */
  #acts = [];
  #ways;
  #user;
  #isSending = false;

  /** @param {string} user whose decisions these are @param {Ways} ways */
  constructor(user, ways) {
    this.#user = user;
    this.#ways = ways;
  }

  get waiting() {
    return this.#acts.length;
  }

  /** What this person had decided and was not sent; another's is dropped. @returns {Act[]} */
  takeKept() {
    try {
      const { user, acts } = JSON.parse(this.#ways.storage.getItem(KEY) ?? "{}");
      this.#ways.storage.removeItem(KEY);
      return user === this.#user && Array.isArray(acts) ? acts : [];
    } catch {
      return [];
    }
  }

  /** @param {Act} act */
  add(act) {
    this.#acts.push(act);
    this.#keep();
    if (!this.#isSending) void this.#send();
  }

  async #send() {
    this.#isSending = true;
    let pause = 500;
    while (this.#acts.length) {
      const answer = await this.#ways.send(this.#acts[0]);
      if (answer.status === 401) return this.#ways.onSignedOut(); // and stays as if it were sending
      if (answer.status === 0 || answer.status === 429 || answer.status >= 500) {
        this.#ways.onSilent(this.#acts.length);
        await this.#ways.pause(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
        continue;
      }
      pause = 500;
      const act = /** @type {Act} */ (this.#acts.shift());
      this.#keep();
      this.#ways.onArrived(act, answer);
    }
    this.#isSending = false;
  }

  #keep() {
    const { storage } = this.#ways;
    if (!this.#acts.length) return storage.removeItem(KEY);
    storage.setItem(KEY, JSON.stringify({ user: this.#user, acts: this.#acts }));
  }
}

/** A random UUID; `crypto.randomUUID` is not there over plain HTTP. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
