/** One request and its answer, given up where a server stays silent, and whose answer it is. */

/**
 * Whether the site itself answers, as digitsite/http/headers.py marks it: a captive portal or a
 * proxy may answer in its place, with any status.
 *
 * @param {Response} response
 */
export function isOwn(response) {
  return response.headers.get("X-Digit-Reader") === "1";
}

/**
 * The response and its body: what its JSON says, a Blob where it is a picture, null where it has
 * no content (204), and else undefined. Null where no answer came within `patience` ms, or one that leads elsewhere, which the
 * API's never do; a request that `signal` ends rejects with AbortError.
 *
 * @param {string} url
 * @param {RequestInit} request
 * @param {{ patience: number, signal?: AbortSignal }} until
 * @returns {Promise<[Response, unknown] | null>}
 */
export async function exchange(url, request, { patience, signal }) {
  const hurry = new AbortController();
  const abort = () => hurry.abort();
  const timer = setTimeout(abort, patience);
  signal?.addEventListener("abort", abort);
  try {
    const response = await fetch(url, { ...request, redirect: "error", signal: hurry.signal });
    if (/^image\//i.test(response.headers.get("Content-Type") ?? ""))
      return [response, await response.blob()];
    return [response, contentOf(response, await response.text())];
  } catch (error) {
    if (signal?.aborted) throw error;
    return null;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** @type {(response: Response, text: string) => unknown} */
function contentOf(response, text) {
  if (response.status === 204) return null;
  if (!/^application\/json\b/i.test(response.headers.get("Content-Type") ?? "")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
