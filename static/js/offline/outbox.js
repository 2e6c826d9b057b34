/**
 * What somebody said of a drawing while the server could not take it: kept here, and sent later.
 * It leaves on the site's own yes; on its final no it is set aside, for the person to see.
 *
 * @import { Payload, StoredDrawing } from "../api.js"
 * @import { SiteApi } from "../site-api.js"
 * @import { Store } from "./store.js"
 *
 * @typedef {{ at: string, telling: boolean, seen?: number[] }} About when it was said, as an ISO
 * time, whether the network had been wrong, and the 784 pixels that it saw: what one's own hand
 * remembers of a drawing beside its ink
 * @typedef {{ key: string, account: string | null, drawing: Payload, label: string, about?: About,
 *   refused?: string, withdrawn?: undefined }} Labelled `refused` is the site's reason, in a
 * sentence; an older page knew nothing `about` it
 * @typedef {{ key: string, withdrawn: true, account?: undefined, drawing?: undefined,
 *   label?: undefined, about?: undefined, refused?: undefined }} Withdrawn may have arrived, although no answer came, and shall be deleted
 * @typedef {Labelled | Withdrawn} Entry
 * @typedef {{ queued: { key: string, number: IDBValidKey, code: string,
 *   full?: string } }} Queued what waits, by its number, the ApiError's code, and where the site
 * has no room for it, its sentence
 * @typedef {[number: IDBValidKey, entry: Labelled & { refused: string }]} Refused
 */

import { ApiError } from "../api.js";

// What these say is of one drawing; all else that is not final holds up the others as well.
const OF_ONE = ["other_account", "proxy_too_large"];

export class Outbox {
  #api;
  #store;
  #account;
  #changed;
  #refused;
  #waiting;
  /** @type {Map<IDBValidKey, StoredDrawing>} what the server stored, by number */
  #sent = new Map();
  /** @type {Promise<void> | null} */
  #sending = null;
  #isDue = false;

  /**
   * `account()` names the account that is signed in, or null;
   * `changed(count)` hears how many of its drawings wait, `waiting` which, the oldest first, and
   * `refused` which are set aside.
   *
   * @param {Pick<SiteApi, "label" | "remove" | "withdraw">} api
   * @param {Store<Entry>} store
   * @param {object} [options]
   * @param {() => string | null} [options.account]
   * @param {(count: number) => void} [options.changed]
   * @param {(entries: Entry[]) => void} [options.waiting]
   * @param {(entries: Refused[]) => void} [options.refused]
   */
  constructor(
    api,
    store,
    { account = () => null, changed = () => {}, waiting = () => {}, refused = () => {} } = {},
  ) {
    this.#api = api;
    this.#store = store;
    this.#account = account;
    this.#changed = changed;
    this.#waiting = waiting;
    this.#refused = refused;
  }

  /**
   * As the API's; where the server is away, or cannot take it now, the answer is `{ queued }`.
   * @param {Payload} drawing
   * @param {string} label
   * @param {About} [about]
   * @returns {Promise<StoredDrawing | Queued>}
   */
  async label(drawing, label, about) {
    const key = newKey();
    try {
      return await this.#api.label(drawing, label, { key });
    } catch (error) {
      if (!(error instanceof ApiError) || error.isFinal) throw error;
      const entry = { key, account: this.#account(), drawing, label, about };
      const full = error.isFull ? error.message : undefined;
      const queued = { key, number: await this.#keep(entry, error), code: error.code, full };
      await this.count();
      return { queued };
    }
  }

  /**
   * Takes back what was labelled, be it sent by now or not.
   * @param {StoredDrawing | Queued} stored
   * @returns {Promise<void>}
   */
  async remove(stored) {
    if (!("queued" in stored)) return void (await this.#api.remove(stored));
    await this.#sending;
    const { key, number } = stored.queued;
    const sent = this.#sent.get(number);
    if (sent) return void (await this.#api.remove(sent));
    await this.#store.add({ key, withdrawn: true });
    await this.#store.remove(number);
    await this.count();
    this.flush();
  }

  /** Sends what waits, the oldest first, until the server is away again. Never rejects. */
  flush() {
    this.#isDue = true;
    this.#sending ??= this.#flushWhileDue().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  /** Who asks while it is sending knows more than what is under way: it is tried once more. */
  async #flushWhileDue() {
    while (this.#isDue) {
      this.#isDue = false;
      await this.#flush().catch(() => {});
    }
  }

  /** Says how many wait, of those that this person sees go, and which are refused. */
  async count() {
    const labelled = (await this.#entries()).filter(([, { withdrawn }]) => !withdrawn);
    const refused = labelled.filter(([, entry]) => entry.refused !== undefined);
    this.#waiting(labelled.map(([, entry]) => entry).filter((entry) => !entry.refused));
    this.#changed(labelled.length - refused.length);
    this.#refused(/** @type {Refused[]} */ (refused));
  }

  /** Forgets what was refused. */
  async discard(/** @type {IDBValidKey} */ number) {
    await this.#store.remove(number);
    await this.count();
  }

  /** @type {(entry: Entry, error: unknown) => Promise<IDBValidKey>} */
  async #keep(entry, error) {
    try {
      return await this.#store.add(entry);
    } catch {
      throw error; // it cannot be kept either
    }
  }

  /**
   * Not what another account has left on this device: it waits until that one is back.
   * @returns {Promise<[IDBValidKey, Entry][]>}
   */
  async #entries() {
    /** @type {(entry: Entry) => boolean} */
    const isOurs = ({ account }) => !account || account === this.#account();
    return (await this.#store.all()).filter(([, entry]) => isOurs(entry));
  }

  async #flush() {
    let isFull = false; // then what shall be deleted is sent all the same
    for (const [number, entry] of await this.#entries()) {
      if (entry.refused !== undefined || (isFull && !entry.withdrawn)) continue;
      try {
        await this.#send(number, entry);
        await this.#store.remove(number);
      } catch (error) {
        if (!(error instanceof ApiError)) break;
        if (error.isFinal) await this.#setAside(number, entry, error);
        else if (error.isFull) isFull = true;
        else if (!OF_ONE.includes(error.code)) break;
      }
    }
    await this.count();
  }

  /**
   * The site will never take it; that must not hold up the others.
   * @type {(number: IDBValidKey, entry: Entry, error: ApiError) => Promise<unknown>}
   */
  #setAside(number, entry, error) {
    if (entry.withdrawn) return this.#store.remove(number);
    return this.#store.replace(number, { ...entry, refused: error.message });
  }

  /**
   * @param {IDBValidKey} number
   * @param {Entry} entry
   */
  async #send(number, { key, account, drawing, label, withdrawn }) {
    if (withdrawn) await this.#api.withdraw(key);
    else this.#sent.set(number, await this.#api.label(drawing, label, { key, account }));
  }
}

/** A random UUID; `crypto.randomUUID` is not there over plain HTTP. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
