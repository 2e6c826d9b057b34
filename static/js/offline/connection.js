/**
 * Working without the server: the kept files, the outbox, and the line that tells of it.
 *
 * @import { Payload, StoredDrawing } from "../api.js"
 * @import { SiteApi } from "../site-api.js"
 * @import { Texts } from "../text.js"
 * @import { About, Entry, Queued } from "./outbox.js"
 * @import { Store } from "./store.js"
 *
 * @typedef {"away" | "too_large"} Instead why this browser reads in the server's place
 */

import { cookieOf } from "../api.js";
import { fill, write } from "../text.js";
import { Outbox } from "./outbox.js";
import { RefusedView } from "./refused-view.js";

// ms between attempts, each pause twice the last. Of a portal that lets one through at last no
// event tells, nor of a server that is back; and a page that is opened offline may hear of nothing.
const PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

/**
 * Returns the API of the page with an outbox before it: the same calls, but what cannot
 * be sent waits in `store`. `element` is the line, `refused` the list of what was refused, `worker` the
 * service worker's address; `waiting` hears what is to be sent.
 *
 * @param {SiteApi} api
 * @param {{ store: Store<Entry>, element: HTMLElement, refused: HTMLDetailsElement, worker: string,
 *   texts: Texts, waiting: (entries: Entry[]) => void }} page
 */
export function bindConnection(api, { store, element, refused, worker, texts, waiting }) {
  /** @type {{ instead: Instead | undefined, waiting: number }} */
  const state = { instead: navigator.onLine ? undefined : "away", waiting: 0 };
  const refusedView = new RefusedView(refused, texts, (number) => outbox.discard(number));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let pause = PAUSE;
  const outbox = new Outbox(api, store, {
    account: () => cookieOf(document.cookie, "account"),
    changed: (count) => {
      if (count < state.waiting) pause = PAUSE; // some got through
      tell({ waiting: count });
      clearTimeout(timer);
      if (count === 0) return;
      timer = setTimeout(() => outbox.flush(), pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    },
    waiting,
    refused: (entries) => refusedView.show(entries),
  });

  /** @type {(change: Partial<typeof state>) => void} */
  function tell(change) {
    Object.assign(state, change);
    const unsent = state.waiting > 0 ? fill(texts.waitingToSend, { count: state.waiting }) : "";
    const why = { away: texts.offline, too_large: texts.tooLargeReadHere };
    const text = [state.instead ? why[state.instead] : "", unsent].filter(Boolean).join(" ");
    write(element, text);
    element.hidden = text === "";
  }

  addEventListener("offline", () => tell({ instead: "away" }));
  addEventListener("online", () => {
    tell({ instead: undefined });
    pause = PAUSE;
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
    /** @type {(drawing: Payload, label: string, about: About) => Promise<StoredDrawing | Queued>} */
    label: (drawing, label, about) => outbox.label(drawing, label, about),
    /** @type {(stored: StoredDrawing | Queued) => Promise<void>} */
    remove: (stored) => outbox.remove(stored),
    /**
     * Passes an answer on; by who gave it one knows whether the server is there.
     * @template {{ by: "server" | "browser", instead?: Instead }} Answer
     * @param {Answer} answer
     */
    observe(answer) {
      if (answer.by === "server") outbox.flush();
      tell({ instead: answer.instead });
      return answer;
    },
  };
}
