/** Working without the server: the kept files, the outbox, and the line that tells of it. */

import { cookieOf } from "../cookies.js";
import { fill } from "../words.js";
import { write } from "../writing.js";
import { Outbox } from "./outbox.js";
import { Store } from "./store.js";

/**
 * Returns the API of the page with an outbox before it: the same calls, but what cannot
 * be sent waits. `element` is the line, `worker` the service worker's address.
 */
export function workAway(api, { element, worker, texts }) {
  const state = { isAway: !navigator.onLine, waiting: 0 };
  const outbox = new Outbox(api, new Store(), {
    account: () => cookieOf(document.cookie, "account"),
    changed: (waiting) => tell({ waiting }),
  });

  function tell(change) {
    Object.assign(state, change);
    const waiting = state.waiting > 0 ? fill(texts.waitingToSend, { count: state.waiting }) : "";
    const text = [state.isAway ? texts.offline : "", waiting].filter(Boolean).join(" ");
    write(element, text);
    element.hidden = text === "";
  }

  addEventListener("offline", () => tell({ isAway: true }));
  addEventListener("online", () => {
    tell({ isAway: false });
    outbox.flush();
  });
  // Neither is there everywhere: over plain HTTP, in private windows.
  const keep = () =>
    navigator.serviceWorker?.register(worker).catch((error) => console.info(error.message));
  // What it fetches must not hold up the page.
  if (document.readyState === "complete") keep();
  else addEventListener("load", keep, { once: true });
  tell({});
  outbox.flush();

  return {
    submit: (drawing, label) => outbox.submit(drawing, label),
    remove: (stored) => outbox.remove(stored),
    /** Passes an answer on; by who gave it one knows whether the server is there. */
    heard(answer) {
      if (answer.by === "server") outbox.flush();
      tell({ isAway: answer.by === "browser" && answer.isAway });
      return answer;
    },
  };
}
