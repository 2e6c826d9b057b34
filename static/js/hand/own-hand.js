/**
 * A contributor's own hand in this browser: the drawings that are remembered, as the server told
 * and as somebody has said here since, and what the network here sees in them.
 *
 * What is kept of it outlives the page, so that it counts offline. It is somebody's own: of
 * another account than the one that is signed in nothing is used, and nothing stays.
 *
 * @import { HandDescription, Remembered } from "../api.js"
 * @import { LocalReader } from "../inference/local-reader.js"
 * @import { Outputs } from "../inference/network.js"
 * @import { Store } from "../offline/store.js"
 * @import { SiteApi } from "../site-api.js"
 *
 * @typedef {{ account: string | null, etag: string | null, hand: HandDescription }} Told whose it
 * is, and what the server said
 * @typedef {Pick<Outputs, "features" | "motionLogits">} Features
 * @typedef {{ version: number, features: Features }} KeptFeatures
 * @typedef {{ hand: Hand, drawings: Remembered[] }} Recallable `drawings` are the hand's, by row
 * @typedef {Pick<LocalReader, "version" | "outputsOf">} Network
 */

import { EMPTY, Hand, kept } from "../inference/memory.js";
import { classOf, seenOf } from "./remembered.js";

const TOLD = "told"; // the key of what the server said; those of features are the drawings' ids
const BATCH = 8; // drawings the network looks at in one go: a pen that moves must not wait for more
/** @type {HandDescription} */
const NOTHING = { tag: "0", remembers: true, back: false, drawings: [] };
/** @type {Recallable} */
const UNKNOWN = { hand: EMPTY, drawings: [] };

export class OwnHand {
  #api;
  #store;
  #account;
  #changed;
  /** @type {Told} */
  #told = { account: null, etag: null, hand: NOTHING };
  /** @type {Remembered[]} */
  #said = []; // here, and stored; the server's list may be older
  /** @type {{ account: string | null, drawings: Remembered[] }} */
  #waiting = { account: null, drawings: [] }; // to be sent, and by whom
  /** @type {Network | null} */
  #newest = null;
  /** @type {Network | null} */
  #network = null; // the newest, once it is known what is kept of it
  /** @type {Map<string, Features | null>} */
  #features = new Map(); // of this network, by drawing; null where there is nothing to see
  #recallable = UNKNOWN;
  #isLearning = false;
  /** @type {Promise<void> | null} */
  #asking = null;
  #isDue = false;
  #opening;

  /**
   * `account()` names the account that is signed in, or null; `changed(hand)` hears of every
   * change. `store` may refuse everything: then the hand lasts as long as the page.
   *
   * @param {Pick<SiteApi, "hand">} api
   * @param {Pick<Store<Told | KeptFeatures>, "all" | "replace" | "remove" | "clear">} store
   * @param {object} [options]
   * @param {() => string | null} [options.account]
   * @param {(hand: HandDescription) => void} [options.changed]
   */
  constructor(api, store, { account = () => null, changed = () => {} } = {}) {
    this.#api = api;
    this.#store = store;
    this.#account = account;
    this.#changed = changed;
    this.#opening = this.#open();
  }

  /** What is remembered now, the newest first. @returns {HandDescription} */
  get description() {
    return { ...this.#told.hand, drawings: this.#drawings() };
  }

  /** A remembered drawing by its id. */
  drawing(/** @type {string} */ id) {
    return this.#drawings().find((one) => one.id === id) ?? null;
  }

  /**
   * What the network of this version can be reminded of.
   * @param {number} version
   * @returns {Recallable}
   */
  of(version) {
    const isOwn = this.#told.hand.remembers && version === this.#network?.version;
    return isOwn ? this.#recallable : UNKNOWN;
  }

  // --- what becomes of it ---

  /** Asks the server whether there is something new. Never rejects. */
  refresh() {
    this.#isDue = true;
    this.#asking ??= this.#askWhileDue();
    return this.#asking;
  }

  /** Whoever is signed in has changed: nothing that was known before is theirs. */
  async forget() {
    this.#said = [];
    this.#features = new Map();
    this.#tell({ account: this.#account(), etag: null, hand: NOTHING });
    await this.#store.clear().catch(() => {});
  }

  /** Somebody has said what a drawing is, and the server has stored it. */
  add(/** @type {Remembered} */ remembered) {
    this.#said = [remembered, ...this.#said];
    this.#update();
  }

  /** A drawing was taken back. */
  drop(/** @type {string} */ id) {
    this.#said = this.#said.filter((one) => one.id !== id);
    const { hand } = this.#told;
    const drawings = hand.drawings.filter((one) => one.id !== id);
    this.#told = { ...this.#told, etag: null, hand: { ...hand, drawings } };
    this.#update();
  }

  /** What waits to be sent counts as well, the newest first. What has been sent the server tells. */
  wait(/** @type {Remembered[]} */ drawings) {
    const isSent = drawings.length < this.#waiting.drawings.length;
    if (drawings.length === 0 && !isSent) return;
    this.#waiting = { account: this.#account(), drawings };
    this.#update();
    if (isSent) this.refresh();
  }

  /** An answer came in which the hand of this tag could count: maybe another device's is newer. */
  heard(/** @type {string} */ tag) {
    if (tag !== this.#told.hand.tag) this.refresh();
  }

  /** This network reads here from now on. */
  async follow(/** @type {Network} */ network) {
    this.#newest = network;
    await this.#opening;
    const all = await this.#store.all().catch(() => []);
    if (network !== this.#newest) return;
    this.#network = network;
    this.#features = new Map();
    for (const [id, value] of all)
      if ("features" in value && value.version === network.version)
        this.#features.set(String(id), value.features);
    this.#update();
  }

  // --- what the server says ---

  async #open() {
    const all = await this.#store.all().catch(() => []);
    const told = new Map(all).get(TOLD);
    if (told === undefined || !("hand" in told)) return;
    if (told.account !== this.#account()) await this.forget();
    else this.#tell(told);
  }

  async #askWhileDue() {
    await this.#opening;
    while (this.#isDue) {
      this.#isDue = false;
      await this.#ask().catch(() => {}); // then what is known stays
    }
    this.#asking = null;
  }

  async #ask() {
    const account = this.#account();
    if (account !== this.#told.account) await this.forget();
    const said = this.#said;
    const answer = await this.#api.hand(this.#told.etag);
    if (account !== this.#account()) {
      this.#isDue = true; // it is somebody else's
      return;
    }
    this.#said = this.#said.filter((one) => !said.includes(one)); // the server knows of them
    if (answer === null) return this.#update();
    const told = { account, ...answer };
    this.#tell(told);
    await this.#store.replace(TOLD, told).catch(() => {});
    await this.#sweep();
  }

  #tell(/** @type {Told} */ told) {
    this.#told = told;
    this.#update();
  }

  /** Removes what is kept of drawings that are not remembered any more. */
  async #sweep() {
    const ids = new Set(this.#drawings().map(({ id }) => id));
    for (const [key] of await this.#store.all().catch(() => [])) {
      const id = String(key);
      if (id !== TOLD && !ids.has(id)) await this.#store.remove(key).catch(() => {});
    }
  }

  // --- what the network sees ---

  /** The drawings that count, the newest first, each once. */
  #drawings() {
    const waiting = this.#waiting.account === this.#account() ? this.#waiting.drawings : [];
    const all = [...waiting, ...this.#said, ...this.#told.hand.drawings];
    const once = [...new Map(all.map((one) => [one.id, one])).values()];
    const labels = once.map(({ label }) => classOf(label));
    const telling = once.map((one) => one.telling);
    return kept(labels, telling).map((at) => once[at]);
  }

  #update() {
    this.#changed(this.description);
    this.#recall();
    if (!this.#isLearning) this.#learn();
  }

  #recall() {
    const drawings = this.#drawings().filter(({ id }) => this.#features.get(id));
    const outputs = drawings.map(({ id }) => /** @type {Outputs} */ (this.#features.get(id)));
    const labels = drawings.map(({ label }) => classOf(label));
    this.#recallable = { hand: Hand.of(outputs, labels), drawings };
  }

  /** Has the network look at what it has not seen yet, a few at a time. Never rejects. */
  async #learn() {
    this.#isLearning = true;
    for (;;) {
      const network = this.#network;
      const unseen = this.#drawings().filter(({ id }) => !this.#features.has(id));
      if (network === null || unseen.length === 0) break;
      const goesOn = await this.#look(network, unseen.slice(0, BATCH));
      if (network !== this.#network) continue; // it was closed, or what it saw is of no use
      if (!goesOn) break;
      this.#recall();
    }
    this.#isLearning = false;
  }

  /** Says whether the network answers. @type {(network: Network, drawings: Remembered[]) => Promise<boolean>} */
  async #look(network, drawings) {
    const seen = drawings.map((one) => ({ id: one.id, glyph: seenOf(one) }));
    for (const { id, glyph } of seen) if (glyph === null) this.#features.set(id, null);
    const ink = seen.flatMap(({ id, glyph }) => (glyph ? [{ id, glyph }] : []));
    const outputs = await network.outputsOf(ink.map(({ glyph }) => glyph)).catch(() => null);
    if (outputs === null || network !== this.#network) return false;
    // It may have been forgotten meanwhile.
    for (const [at, { id }] of ink.entries())
      if (this.drawing(id) !== null) await this.#keep(id, network.version, outputs[at]);
    return true;
  }

  /** @type {(id: string, version: number, outputs: Outputs) => Promise<unknown>} */
  async #keep(id, version, { features, motionLogits }) {
    const seen = { features, motionLogits };
    this.#features.set(id, seen);
    return this.#store.replace(id, { version, features: seen }).catch(() => {});
  }
}
