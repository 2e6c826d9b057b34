// Review, one drawing at a time. What is decided shows at once and is sent behind it; the next
// three drawings are here already. Keys are those of the buttons (`frame.js` presses them).

/** @import { Act, Answer } from "./outgoing.js" */

import { fill, textsOf } from "../text.js";
import { Batch } from "./batch.js";
import { Film } from "./film.js";
import { Outgoing, randomId } from "./outgoing.js";
import { post } from "./post.js";
import { replay, stop } from "./replay.js";

const AHEAD = 3;
const PAUSE_MS = 500;

/** @type {<E extends HTMLElement>(selector: string, inside?: ParentNode) => E} */
const find = (selector, inside = document) => /** @type {any} */ (inside.querySelector(selector));

const root = find("#review");
const texts = /** @type {Record<string, string>} */ (
  /** @type {unknown} */ (textsOf(find("#texts")))
);
const film = new Film(find("#film"), texts.takeBack);
/** @type {Map<string, HTMLElement>} the cases that are here, by drawing */
const cases = new Map();
/** @type {Map<string, string>} what was chosen before the session ended, by drawing */
const chosen = new Map();
const began = performance.now();
let isLoading = false;
let leavingTo = ""; // once all that was decided has arrived

const outgoing = new Outgoing(root.dataset.user ?? "", {
  send: ({ kind, act, drawing, choice }) =>
    kind === "undo"
      ? post(root.dataset.undo ?? "", [["act", act]])
      : post(root.dataset.decide ?? "", [
          ["act", act],
          ["choice", choice],
          ["picked", `${drawing}:${cases.get(drawing)?.dataset.revision ?? 0}`],
        ]),
  onArrived: arrived,
  onSignedOut: signIn,
  onSilent: (count) => say(fill(texts.waiting, { count })),
  pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  storage: sessionStorage,
});
for (const { kind, drawing, choice } of outgoing.takeKept()) {
  if (kind === "decide") chosen.set(drawing, choice);
}
const waiting = (root.dataset.keys ?? "").split(",").filter(Boolean);
const batch = new Batch([...new Set([...chosen.keys(), ...waiting])]);

/** @type {(text: string) => void} */
function say(text) {
  find("#heard").textContent = text;
}

/** @param {Act} act @param {Answer} answer */
function arrived(act, { body }) {
  const revisions = { ...body?.done, ...body?.undone };
  for (const [drawing, revision] of Object.entries(revisions)) {
    const known = cases.get(drawing);
    if (known) known.dataset.revision = String(revision);
  }
  const refusal = body?.refused?.[act.drawing]?.error ?? body?.error;
  say(refusal?.message ?? "");
  if (!refusal || act.kind === "undo") {
    if (leavingTo && !outgoing.waiting) location.assign(leavingTo);
    return;
  }
  leavingTo = "";
  // It does not count: the next look at it is a fresh one.
  film.remove(act.act);
  batch.reopen(act.drawing);
  cases.delete(act.drawing);
  if (refusal.code === "deleted") batch.remove(act.drawing);
  show();
}

/** Leads to the sign-in and back to what was not sent, with what was chosen. */
function signIn() {
  const unsent = JSON.parse(sessionStorage.getItem("studio.review.unsent") ?? "{}").acts ?? [];
  const keys = unsent.map((/** @type {{ drawing: string }} */ { drawing }) => drawing);
  const here = new URL(location.href);
  here.searchParams.set("first", [...new Set(keys)].join(","));
  const query = new URLSearchParams({ next: here.pathname + here.search });
  location.assign(`${root.dataset.signIn}?${query}`);
}

/** @type {(choice: string) => void} */
function decide(choice) {
  const key = batch.key;
  const current = key && cases.get(key);
  if (!key || !current) return;
  const act = randomId();
  const tile = find("template.film-tile", current);
  const picture = /** @type {HTMLTemplateElement} */ (tile).content.cloneNode(true);
  film.add({ act, drawing: key, tile: picture, choice });
  chosen.delete(key);
  batch.decide();
  show();
  outgoing.add({ kind: "decide", act, drawing: key, choice });
}

/** @type {(frame: HTMLElement | null) => void} */
function takeBack(frame) {
  if (!frame?.dataset.act || !frame.dataset.drawing) {
    say(texts.nothing);
    return;
  }
  const { act, drawing } = frame.dataset;
  film.remove(act);
  batch.takeBack(drawing);
  show();
  outgoing.add({ kind: "undo", act, drawing, choice: "" });
}

/** Shows the case that it is about, and loads those after it. */
function show() {
  stop();
  const { key } = batch;
  const place = find("#case");
  if (key === null) place.replaceChildren(ending());
  else place.replaceChildren(cases.get(key) ?? "");
  if (key) propose(key);
  find("#place").textContent = fill(texts.place, { at: batch.place, all: batch.size });
  const progress = /** @type {HTMLProgressElement} */ (/** @type {unknown} */ (find("#progress")));
  progress.value = batch.done;
  progress.max = Math.max(batch.size, 1);
  const each = (performance.now() - began) / 1000 / Math.max(batch.done, 1);
  const left = Math.round(each * (batch.size - batch.done));
  find("#pace").textContent = batch.done ? fill(texts.pace, { each: each.toFixed(1), left }) : "";
  showComing();
  void load();
}

/** What was chosen before the session ended is shown, and waits for Enter. @param {string} key */
function propose(key) {
  const choice = chosen.get(key);
  const current = cases.get(key);
  if (!choice || !current) return;
  const banner = find(".chosen", current);
  const word = choice === "reject" ? texts.reject : choice.replaceAll("_", " ");
  banner.textContent = fill(texts.chosen, { choice: word });
  banner.hidden = false;
  const enter = /** @type {HTMLButtonElement} */ (find(".enter", current));
  enter.dataset.choice = choice;
  enter.disabled = false;
  find(`[name="choice"][value="${choice}"]`, current).classList.add("was-chosen");
}

function ending() {
  const template = /** @type {HTMLTemplateElement} */ (find("#end"));
  const end = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const seconds = Math.round((performance.now() - began) / 1000);
  const words = fill(texts.end, { done: batch.done, seconds, undone: batch.undone });
  /** @type {HTMLElement} */ (end.querySelector(".end-told")).textContent = words;
  return end;
}

function showComing() {
  const tiles = batch.ahead(AHEAD).map((key) => {
    const frame = document.createElement("li");
    const known = cases.get(key);
    const tile = known && /** @type {HTMLTemplateElement} */ (find("template.film-tile", known));
    if (tile) frame.append(tile.content.cloneNode(true));
    return frame;
  });
  find("#coming").replaceChildren(...tiles);
}

/** Fetches the case that is shown and the next ones, as far as they are not here. */
async function load() {
  const wanted = [batch.key, ...batch.ahead(AHEAD)].filter((key) => key && !cases.has(key));
  if (isLoading || !wanted.length) return;
  isLoading = true;
  try {
    const address = `${root.dataset.more}?keys=${wanted.join(",")}`;
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if (response.status === 401) return signIn();
    if (!response.ok) return again();
    const fetched = new DOMParser().parseFromString(await response.text(), "text/html");
    // Only now: whoever is fast has gone on meanwhile.
    const isMissing = isPlaceEmpty();
    keep(fetched);
    for (const key of wanted) if (key && !cases.has(key)) batch.remove(key); // it was deleted
    isLoading = false;
    // What is looked at stays as it is, a replay among it.
    if (isMissing) show();
    else showComing();
  } catch {
    again();
  } finally {
    isLoading = false;
  }
}

/** An empty place does not wait for somebody's next step; whatever is further ahead does. */
function again() {
  if (isPlaceEmpty()) setTimeout(() => void load(), PAUSE_MS);
}

function isPlaceEmpty() {
  return batch.key !== null && !cases.has(batch.key);
}

/** @type {(inside: ParentNode) => void} */
function keep(inside) {
  for (const one of inside.querySelectorAll("article.case")) {
    const element = /** @type {HTMLElement} */ (document.adoptNode(one));
    cases.set(element.dataset.drawing ?? "", element);
  }
}

root.addEventListener("click", (event) => {
  const control = event.target instanceof Element ? event.target.closest("button, a") : null;
  if (!(control instanceof HTMLElement)) return;
  const frame = /** @type {HTMLElement | null} */ (control.closest("#film li"));
  if (control instanceof HTMLButtonElement && control.name === "choice") decide(control.value);
  else if (control.classList.contains("enter")) decide(control.dataset.choice ?? "");
  else if (control.dataset.step) move(Number(control.dataset.step));
  else if (control.classList.contains("replay")) replay(find(".sheet"));
  else if (control.hasAttribute("data-next") && outgoing.waiting) leave(control);
  else if (frame) takeBack(frame);
  else if (control.id.startsWith("undo")) takeBack(film.last);
  else return;
  event.preventDefault();
});

/** Those of the next sitting must not be what this one has decided. @param {Element} link */
function leave(link) {
  leavingTo = /** @type {HTMLAnchorElement} */ (link).href;
}

/** @type {(by: number) => void} */
function move(by) {
  batch.step(by);
  show();
}

keep(/** @type {HTMLTemplateElement} */ (find("#ahead")).content);
keep(find("#case"));
if (batch.size) show();
