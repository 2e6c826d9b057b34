/** The site's API, and what can go wrong with it. */

import { cookieOf } from "./cookies.js";

const PATIENCE = 15_000; // ms; a server that is silent for longer is not there

/**
 * A request that was not granted. `code` is the API's own, or "network" (no
 * answer), or "server" (an answer that is none of the API's); `message` is a
 * sentence for people where the API gave one.
 */
export class ApiError extends Error {
  constructor(code, { message = "", status = 0, retryAfter = null } = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter; // seconds
  }

  /** Whether the same request can go well a little later. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  #urls;
  #cookie;
  #patience;

  /** `urls` has predict, drawings and model; `cookie` returns `document.cookie`. */
  constructor(urls, { cookie = () => "", patience = PATIENCE } = {}) {
    this.#urls = urls;
    this.#cookie = cookie;
    this.#patience = patience;
  }

  /** The live version. */
  model() {
    return this.#send("GET", this.#urls.model);
  }

  /** Reads a drawing; nothing is stored. What else there is of it is for this browser alone. */
  predict({ strokes, canvas, image, number }, signal) {
    const body = { strokes, canvas, image, number, detail: true };
    return this.#send("POST", this.#urls.predict, { body, signal });
  }

  /**
   * Stores a drawing with its label, under one `key` only once; the answer has what `remove`
   * needs. Where `account` drew it, nobody else may send it.
   */
  submit(drawing, label, { key, account } = {}) {
    const body = { source: "ink", ...drawing, label, consent: true };
    const headers = { ...(key && { "Idempotency-Key": key }), ...(account && { "X-Account": account }) };
    return this.#send("POST", this.#urls.drawings, { body, headers });
  }

  /** Deletes what may have been stored under the key, though no answer came. */
  withdraw(key) {
    return this.#send("DELETE", this.#urls.drawings, { headers: { "Idempotency-Key": key } });
  }

  /** Deletes a stored drawing. */
  remove({ id, receipt }) {
    const headers = { "X-Receipt": receipt };
    return this.#send("DELETE", `${this.#urls.drawings}${id}/`, { headers });
  }

  async #send(method, url, { body, headers = {}, signal } = {}) {
    const request = {
      method,
      headers: { ...this.#headers(body), ...headers },
      body: body && JSON.stringify(body),
    };
    const [response, content] = await this.#exchange(url, request, signal);
    if (response.ok) return content;
    throw refusal(response, content);
  }

  #headers(body) {
    const token = cookieOf(this.#cookie(), "csrftoken"); // Django's, against forged requests
    return {
      Accept: "application/json",
      ...(body && { "Content-Type": "application/json" }),
      ...(token && { "X-CSRFToken": token }),
    };
  }

  /** The response with its content; a request that `signal` ends rejects with AbortError. */
  async #exchange(url, request, signal) {
    const hurry = new AbortController();
    const abort = () => hurry.abort();
    const timer = setTimeout(abort, this.#patience);
    signal?.addEventListener("abort", abort);
    try {
      const response = await fetch(url, { ...request, signal: hurry.signal });
      const text = await response.text();
      return [response, parsed(text)];
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError("network");
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

/** JSON, or null where it is none: a proxy's page of regret, or no content at all. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusal(response, content) {
  const { code = "server", message } = content?.error ?? {};
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  return new ApiError(code, { message, status: response.status, retryAfter });
}
