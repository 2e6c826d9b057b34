import { cookieOf } from "../api.js";

/**
 * Sends a form's fields to the studio; status 0 where nobody answers.
 *
 * @param {string} address
 * @param {[string, string][]} fields
 * @returns {Promise<{ status: number, body: any }>}
 */
export async function post(address, fields) {
  const token = cookieOf(document.cookie, "csrftoken");
  try {
    const response = await fetch(address, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "application/json", "X-CSRFToken": token ?? "" },
      keepalive: true, // also of a page that is left
    });
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    return { status: response.status, body: isJson ? await response.json() : null };
  } catch {
    return { status: 0, body: null };
  }
}
