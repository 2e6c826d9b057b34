// Review in the grid: pick by click, drag or keys; what is decided goes, what is left stays.

import { fill, textsOf } from "../text.js";
import { randomId } from "./outgoing.js";
import { post } from "./post.js";
import { arrowTo } from "./squares.js";

const KEPT = "studio.grid.unsent";

/** @type {<E extends HTMLElement>(selector: string) => E} */
const find = (selector) => /** @type {any} */ (document.querySelector(selector));

const form = /** @type {HTMLFormElement} */ (find("#grid"));
const texts = /** @type {Record<string, string>} */ (
  /** @type {unknown} */ (textsOf(find("#texts")))
);
let isBusy = false;

/** @returns {HTMLInputElement[]} */
const boxes = () =>
  [...form.querySelectorAll("input[name=picked]")].map((box) => /** @type {any} */ (box));

/** @type {(box: Element) => HTMLElement} */
const squareOf = (box) => /** @type {HTMLElement} */ (box.closest(".square"));

/** @type {(text: string) => void} */
function say(text) {
  find("#heard").textContent = text;
}

function count() {
  if (!document.querySelector(".bar")) return;
  const all = boxes();
  const picked = all.filter(({ checked }) => checked).length;
  const odd = all.filter((box) => !box.checked && squareOf(box).matches(".odd")).length;
  find("#picked-count").textContent = picked
    ? fill(texts.picked, { count: picked })
    : texts.nonePicked;
  const words = picked ? texts.rest : texts.all;
  find("#rest-words").textContent = fill(words, { count: all.length - picked });
  find("#odd-left").textContent = odd ? fill(texts.odd, { count: odd }) : "";
}

/** @type {(choice: string, of: string) => Promise<void>} */
async function decide(choice, of) {
  const chosen = boxes().filter(({ checked }) => checked === (of === "picked"));
  if (isBusy) return;
  if (!chosen.length) return say(texts.pickFirst);
  const act = randomId();
  const picked = chosen.map(({ value }) => value);
  const fields = picked.map((value) => /** @type {[string, string]} */ (["picked", value]));
  sessionStorage.setItem(KEPT, JSON.stringify({ user: form.dataset.user, picked }));
  isBusy = true;
  const { status, body } = await post(form.action, [["act", act], ["choice", choice], ...fields]);
  isBusy = false;
  if (status === 401) return signIn();
  sessionStorage.removeItem(KEPT);
  if (!body) return say(texts.silent);
  const refused = Object.values(body.refused ?? {});
  const why = body.error?.message ?? refused[0]?.error.message;
  for (const box of chosen) {
    if (box.value.split(":")[0] in (body.done ?? {})) squareOf(box).remove();
  }
  for (const group of form.querySelectorAll(".group")) {
    if (!group.querySelector(".square")) group.remove();
  }
  const done = Object.keys(body.done ?? {}).length;
  const undo = /** @type {HTMLButtonElement} */ (find("#undo"));
  if (done) undo.dataset.act = act;
  undo.disabled = !undo.dataset.act;
  say([fill(texts.done, { count: done }), why].filter(Boolean).join(" "));
  count();
  if (!boxes().length) location.reload();
}

async function undo() {
  const { act } = find("#undo").dataset;
  if (isBusy || !act) return;
  isBusy = true;
  const { status, body } = await post(form.dataset.undo ?? "", [["act", act]]);
  isBusy = false;
  if (status === 401) return signIn();
  if (status === 200) return location.reload();
  say(body?.error?.message ?? texts.silent);
}

function signIn() {
  const query = new URLSearchParams({ next: location.pathname + location.search });
  location.assign(`${form.dataset.signIn}?${query}`);
}

/** What was picked when the session ended is picked again; another's is dropped. */
function restore() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  if (!kept || kept.user !== form.dataset.user) return;
  const here = boxes().filter(({ value }) => kept.picked.includes(value));
  for (const box of here) box.checked = true;
  if (here.length) say(texts.chosen);
}

// --- by pointer: a drag gives all that it crosses what the first one got ------------------

/** @type {boolean | null} */
let painting = null;

form.addEventListener("pointerdown", (event) => {
  const square = event.target instanceof Element ? event.target.closest(".square") : null;
  const box = square?.querySelector("input");
  if (!box || event.pointerType === "touch") return;
  painting = !box.checked;
});
form.addEventListener("pointerover", (event) => {
  if (painting === null || !(event.buttons & 1)) return;
  const square = event.target instanceof Element ? event.target.closest(".square") : null;
  const box = square?.querySelector("input");
  if (!box || box.checked === painting) return;
  box.checked = painting;
  count();
});
// A click on the square where the drag began comes last, and turns it by itself.
form.addEventListener("pointerout", (event) => {
  if (painting === null || !(event.buttons & 1)) return;
  const square = event.target instanceof Element ? event.target.closest(".square") : null;
  if (!square || (event.relatedTarget instanceof Node && square.contains(event.relatedTarget)))
    return;
  const box = /** @type {HTMLInputElement} */ (square.querySelector("input"));
  box.checked = painting;
  count();
});
addEventListener("pointerup", () => {
  painting = null;
});
form.addEventListener("dragstart", (event) => event.preventDefault());

// --- by keys -------------------------------------------------------------------------------

form.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { key } = event;
  const all = boxes();
  const at = all.indexOf(/** @type {any} */ (document.activeElement));
  if (key === "Enter" && at >= 0) find("[data-of=rest]").click();
  else if (key.startsWith("Arrow") && at >= 0) {
    const places = all.map((box) => squareOf(box).getBoundingClientRect());
    const next = all[arrowTo(places, at, key)];
    if (event.shiftKey) all[at].checked = next.checked = true;
    next.focus();
  } else if (key.toLowerCase() === "p" && at >= 0) all[at].checked = !all[at].checked;
  else return;
  event.preventDefault();
  count();
});
document.addEventListener("keydown", (event) => {
  if (event.key.startsWith("Arrow") && document.activeElement === document.body) {
    boxes()[0]?.focus();
    event.preventDefault();
  }
  if (event.key.toLowerCase() === "z") form.classList.add("lens");
});
addEventListener("keyup", () => form.classList.remove("lens"));

form.addEventListener("change", count);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("click", (event) => {
  const control = event.target instanceof Element ? event.target.closest("button") : null;
  if (!control) return;
  if (control.dataset.choice) void decide(control.dataset.choice, control.dataset.of ?? "");
  else if (control.id.startsWith("undo")) void undo();
  else if (control.classList.contains("pick-all")) {
    const inside = [...(control.closest(".group")?.querySelectorAll("input") ?? [])];
    const value = inside.some(({ checked }) => !checked);
    for (const box of inside) box.checked = value;
    count();
  }
});

restore();
count();
