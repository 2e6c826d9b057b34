/**
 * What the site's pages ask beside what a pad does; it comes after the pad.
 *
 * @import { HandDescription, ModelDescription } from "./api.js"
 */

import { isNothing } from "./answer-shapes.js";
import { Api, contentOf } from "./api.js";
import { isAnything, isHandDescription, isModelDescription, isPicture } from "./site-shapes.js";

/** The live version, one's own hand, and files that browsers cannot show. */
export class SiteApi extends Api {
  /** The live version. @returns {Promise<ModelDescription>} */
  model() {
    return this.send("GET", this.urls.model, isModelDescription);
  }

  /**
   * A picture's file that this browser cannot show -> one that it can; nothing is stored.
   *
   * @param {File} file
   * @returns {Promise<Blob>}
   */
  picture(file) {
    const form = new FormData();
    form.append("image", file, "picture"); // its name is nobody's business
    return this.send("POST", this.urls.pictures, isPicture, { form });
  }

  /** Deletes what may have been stored under the key, though no answer came. */
  withdraw(/** @type {string} */ key) {
    const headers = { "Idempotency-Key": key };
    return this.send("DELETE", this.urls.drawings, isNothing, { headers });
  }

  /**
   * One's own hand; null where it is still the one of the `etag`.
   * @param {string | null} etag
   * @returns {Promise<{ etag: string | null, hand: HandDescription } | null>}
   */
  async hand(etag) {
    /** @type {Record<string, string>} */
    const headers = etag === null ? {} : { "If-None-Match": etag };
    const answer = await this.ask("GET", this.urls.hand, { headers });
    if (answer.response.status === 304) return null;
    const hand = contentOf(answer, isHandDescription);
    return { etag: answer.response.headers.get("ETag"), hand };
  }

  /**
   * Changes one's own hand: "forget" one `drawing` or all, "settings" whether it `remembers`,
   * "fresh" begins another in this browser, and "back" returns to the one before.
   *
   * @param {"forget" | "settings" | "fresh" | "back"} what
   * @param {{ drawing?: string, remembers?: boolean }} [body]
   */
  async changeHand(what, body = {}) {
    await this.send("POST", `${this.urls.hand}${what}/`, isAnything, { body });
  }
}
