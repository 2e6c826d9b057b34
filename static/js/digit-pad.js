/**
 * `<digit-pad>` for any page, from this one file: docs/digit-pad.md. In a worker the same file runs
 * the network.
 */

import { DigitPad } from "./digit-pad/element.js";
import { Engine } from "./inference/engine.js";
import { answerMessages } from "./inference/worker-protocol.js";

if ("WorkerGlobalScope" in globalThis) {
  const scope = /** @type {Pick<Worker, "addEventListener" | "postMessage">} */ (
    /** @type {unknown} */ (globalThis)
  );
  answerMessages(scope, (urls) => Engine.open(urls));
} else if ("customElements" in globalThis) {
  DigitPad.source = import.meta.url;
  if (!customElements.get("digit-pad")) customElements.define("digit-pad", DigitPad);
}

export { DigitPad };
