/**
 * The site's API, its bodies (recognizer/api/serializers.py), and what can go wrong with it.
 *
 * Probabilities and confidences are in [0, 1]. A box is [x, y, width, height] in the unit of
 * what was sent: the strokes' own, or the picture's pixels.
 *
 * @import { ErrorBody } from "./answer-shapes.js"
 *
 * @typedef {"sure" | "unsure" | "not_a_digit" | "empty"} Verdict "empty" of a cell of a form in which
 * nothing is written
 * @typedef {{ digit: number, probability: number }} Alternative
 */

import { isErrorBody, isNothing, isPrediction, isStoredDrawing } from "./answer-shapes.js";
import { exchange, isOwn } from "./exchange.js";

/**
 * What one's own hand said to an answer: `drawing` is the remembered one that speaks, for its
 * `label`, "0" to "9" or "not_a_digit", at a similarity of at most 1; `drawn_at` is an ISO time.
 * `changed` says that without it something else would have been answered.
 *
 * @typedef {{ label: string, drawing: string, similarity: number, drawn_at: string,
 *   changed: boolean }} Memory
 */

/**
 * What is read of one digit: `digit` is null where it is none, `probabilities` has ten, and
 * `alternatives` those worth naming, the likeliest first. `seen` are the network's 784 pixels,
 * row by row, 0 paper to 255 ink. Where memory changed it `network` is what there was before.
 * `readers` are the digits that picture and motion look like, each alone, where they disagree.
 *
 * @typedef {{ digit: number | null, confidence: number, probabilities: number[],
 *   verdict: Verdict }} Opinion
 * @typedef {Opinion & { alternatives: Alternative[], seen?: number[], network?: Opinion,
 *   memory?: Memory, readers?: { picture: number, motion: number } }} Reading
 * @typedef {Reading & { seen: number[], box: [number, number, number, number] }} DigitOfNumber
 * @typedef {{ text: string, verdict: Verdict, box: [number, number, number, number] }} Sign between
 * digits; of a gap that only may be a space `text` is ""
 */

/**
 * One line of numbers; `number` as in the whole answer.
 *
 * @typedef {{ text: string, number: string | null, digits: DigitOfNumber[], signs: Sign[],
 *   box: [number, number, number, number] }} Line
 */

/**
 * The answer to a drawing. `text` is a number as written, with "?" for what is no digit and "_" for
 * an empty cell; `number`
 * its digits, null where there is more between them than spaces and hyphens, or more than one
 * line; the lines' texts are joined by newlines. Of several
 * characters the rest is a summary, without a digit and probabilities.
 *
 * @typedef {Reading & { model_version: number, number?: undefined, digits?: undefined,
 *   text?: undefined }} OneDigit
 * @typedef {Reading & { model_version: number, text: string, number: string | null,
 *   digits: DigitOfNumber[], signs: Sign[], lines: Line[] }} WholeNumber
 * @typedef {OneDigit | WholeNumber} Prediction
 */

/**
 * A drawing as it is sent: `strokes` of points [x, y, ms since the first] on a `canvas` of
 * [width, height], or an `image` as a data URL. `number` asks for a whole number; `source` is
 * told of what is stored.
 *
 * @typedef {{ strokes?: [x: number, y: number, t: number][][], canvas?: [number, number],
 *   image?: string, number?: boolean, source?: "ink" | "upload" | "camera" }} Payload
 */

/**
 * The answer to a drawing that was stored: `receipt` lets it be removed, `page` is its private
 * link, a path.
 *
 * @typedef {{ id: string, receipt: string, url: string, page: string, label: string,
 *   review: "unlabelled" | "pending" | "accepted" | "rejected",
 *   prediction: Prediction }} StoredDrawing
 */

/**
 * A drawing that is remembered, as ink on a canvas, or as 784 pixels, in base64 where they come
 * from the server. It is `telling` where the network had been wrong; one that waits to be sent is
 * known to this browser alone.
 *
 * @typedef {{ id: string, label: string, drawn_at: string, telling: boolean,
 *   strokes?: number[][][], canvas?: [number, number] | null, pixels?: string | number[],
 *   isWaiting?: boolean }} Remembered
 */

/**
 * One's own hand: the remembered drawings that count, the newest first. Another hand, and every
 * change of one, has another `tag`; "0" where none counts. `remembers` is what its owner has
 * chosen; `back` says that there is one before it in this browser, to which one can return.
 *
 * @typedef {{ tag: string, remembers: boolean, back: boolean,
 *   drawings: Remembered[] }} HandDescription
 */

/**
 * The live version: the least probabilities of a verdict and of an alternative, and its files
 * for TensorFlow.js, null where it has none. What else the API says of it no page reads.
 *
 * @typedef {{ version: number, thresholds: Record<"sure" | "not_a_digit" | "alternative", number>,
 *   browser: Record<"topology" | "weights", { url: string }> | null,
 *   runtime: Record<"core" | "wasm_backend" | "wasm_binary" | "cpu_backend", string> | null,
 * }} ModelDescription
 */

const PATIENCE = 15_000; // ms; a server that is silent for longer is not there

// Of HTTP's refusals those that say nothing of what was sent: the session, the pace, the way.
const NOT_FINAL = new Set([401, 403, 408, 425, 429]);

/**
 * A request that was not granted. `code` is the API's own, or "network" where no answer of the
 * site's came, or "proxy_too_large" where something on the way takes nothing so large; `message`
 * is a sentence for people where the API gave one.
 */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {{ message?: string, status?: number, retryAfter?: number | null }} [answer]
   */
  constructor(code, { message = "", status = 0, retryAfter = null } = {}) {
    super(message);
    this.code = code;
    this.status = status; // of HTTP; 0 without an answer of the site's
    this.retryAfter = retryAfter; // seconds
  }

  /** Whether the same request can go well a little later. */
  get passing() {
    return this.isAway || this.status === 429 || this.status >= 500;
  }

  /** Whether the site did not answer, or something else in its place. */
  get isAway() {
    return this.status === 0;
  }

  /** Whether the site has no room for what was sent, or takes no more from here today. */
  get isFull() {
    return this.status === 507 || this.code === "address_full";
  }

  /** Whether the site has refused what was sent for good. */
  get isFinal() {
    if (this.code === "other_account") return false; // a session has ended
    return this.status >= 400 && this.status < 500 && !NOT_FINAL.has(this.status);
  }
}

/**
 * What goes wrong on the way to an answer: an ApiError, or what this browser finds by itself,
 * with a `code` of its own and no more.
 *
 * @typedef {Partial<Pick<ApiError, "code" | "status" | "retryAfter" | "passing">>} Particulars
 * @typedef {Error & Particulars} Failure
 */

/** What a pad asks: readings, and the storing and deleting of drawings. */
export class Api {
  urls;
  #cookie;
  #credentials;
  #patience;
  #heard;

  /**
   * `cookie` returns `document.cookie`; `credentials` says whether cookies are sent; `patience` is
   * in ms; `heard(tag)` is told which hand could count in an answer.
   *
   * @param {Partial<Record<"predict" | "pictures" | "drawings" | "model" | "hand", string>>} urls
   * @param {{ cookie?: () => string, credentials?: RequestCredentials, patience?: number,
   *   heard?: (tag: string) => void }} [options]
   */
  constructor(
    urls,
    { cookie = () => "", credentials, patience = PATIENCE, heard = () => {} } = {},
  ) {
    this.#heard = heard;
    this.urls = urls;
    this.#cookie = cookie;
    this.#credentials = credentials;
    this.#patience = patience;
  }

  /**
   * Reads a drawing; nothing is stored. What else there is of it is for this browser alone.
   *
   * @param {Payload} drawing
   * @param {AbortSignal} [signal]
   * @returns {Promise<Prediction>}
   */
  async predict({ strokes, canvas, image, number }, signal) {
    const body = { strokes, canvas, image, number, detail: true };
    const answer = await this.ask("POST", this.urls.predict, { body, signal });
    const prediction = contentOf(answer, isPrediction);
    const tag = answer.response.headers.get("X-Hand"); // null where the version has no memory
    if (tag !== null) this.#heard(tag);
    return prediction;
  }

  /**
   * Stores a drawing with its label, under one `key` only once; the answer has what `remove`
   * needs. Where `account` drew it, nobody else may send it.
   *
   * @param {Payload} drawing
   * @param {string} label "0" to "9" or "not_a_digit"
   * @param {{ key?: string, account?: string | null }} [options]
   * @returns {Promise<StoredDrawing>}
   */
  label(drawing, label, { key, account } = {}) {
    const body = { source: "ink", ...drawing, label, consent: true };
    const headers = {
      ...(key && { "Idempotency-Key": key }),
      ...(account && { "X-Account": account }),
    };
    return this.send("POST", this.urls.drawings, isStoredDrawing, { body, headers });
  }

  /** Deletes a stored drawing. */
  remove(/** @type {Pick<StoredDrawing, "id" | "receipt">} */ { id, receipt }) {
    const headers = { "X-Receipt": receipt };
    return this.send("DELETE", `${this.urls.drawings}${id}/`, isNothing, { headers });
  }

  /**
   * What the API answers, in the shape of the call's own. An answer that is not the site's, or of
   * another shape, is as none: a captive portal says 200 to everything.
   *
   * @template Content
   * @param {string} method
   * @param {string | undefined} url
   * @param {(content: unknown) => content is Content} isOfShape
   * @param {ApiRequest} [request]
   * @returns {Promise<Content>}
   */
  async send(method, url, isOfShape, request) {
    return contentOf(await this.ask(method, url, request), isOfShape);
  }

  /**
   * An answer of the site's, whatever it says.
   *
   * @param {string} method
   * @param {string | undefined} url
   * @param {ApiRequest} [request]
   * @returns {Promise<OwnAnswer>}
   */
  async ask(method, url, { body, form, headers = {}, signal } = {}) {
    const request = {
      method,
      credentials: this.#credentials,
      headers: { ...this.#headers(body), ...headers },
      body: body ? JSON.stringify(body) : form,
    };
    const answer = await exchange(`${url}`, request, { patience: this.#patience, signal });
    if (answer === null) throw new ApiError("network");
    const [response, content] = answer;
    if (!isOwn(response))
      throw new ApiError(response.status === 413 ? "proxy_too_large" : "network");
    return { response, content };
  }

  #headers(/** @type {object | undefined} */ body) {
    const token = cookieOf(this.#cookie(), "csrftoken"); // Django's, against forged requests
    return {
      Accept: "application/json",
      ...(body && { "Content-Type": "application/json" }),
      ...(token && { "X-CSRFToken": token }),
      // By which the server's logs tell of it; browsers make one over TLS and at this machine.
      ...(crypto.randomUUID && { "X-Request-Id": crypto.randomUUID() }),
    };
  }
}

/**
 * What is sent: JSON, or a form.
 * @typedef {{ body?: object, form?: FormData, headers?: Record<string, string>,
 *   signal?: AbortSignal }} ApiRequest
 */

/** @typedef {{ response: Response, content: unknown }} OwnAnswer the site's, whatever it says */

/**
 * @template Content
 * @param {OwnAnswer} answer
 * @param {(content: unknown) => content is Content} isOfShape
 * @returns {Content}
 */
export function contentOf({ response, content }, isOfShape) {
  if (response.ok && isOfShape(content)) return content;
  if (!response.ok && isErrorBody(content)) throw refusal(response, content);
  throw new ApiError("network");
}

/** @type {(response: Response, content: ErrorBody) => ApiError} */
function refusal(response, { error: { code, message } }) {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  return new ApiError(code, { message, status: response.status, retryAfter });
}

/**
 * A cookie's value by its name, from `document.cookie`; null where there is none.
 *
 * @param {string} cookies
 * @param {string} name
 */
export function cookieOf(cookies, name) {
  const pair = cookies.split("; ").find((one) => one.startsWith(`${name}=`));
  return pair ? decodeURIComponent(pair.slice(name.length + 1)) : null;
}
