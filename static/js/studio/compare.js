// The sheet that both versions read, and the drawings of the page that can be given to them.
//
// Nothing that is drawn here is kept: the site answers what each version reads, and that is all.

import { cookieOf } from "../api.js";
import { InkCanvas } from "../drawing/canvas.js";
import { Drawing } from "../drawing/drawing.js";
import { bindPen } from "../drawing/pen.js";
import { exchange } from "../exchange.js";

/**
 * @typedef {{ number: number, digit: number | null, confidence: number, probabilities: number[],
 *   milliseconds: number, error: string }} VersionReading
 */

const PATIENCE = 10_000; // ms; the first answer loads both networks

const both = /** @type {HTMLElement} */ (document.querySelector("#try-both"));
const sheet = /** @type {HTMLElement} */ (document.querySelector("#sheet"));
const [lower, upper] = /** @type {NodeListOf<HTMLCanvasElement>} */ (
  sheet.querySelectorAll("canvas")
);
const drawing = new Drawing();
const view = new InkCanvas(lower, upper);
let asked = 0;

bindPen(sheet, {
  begin(point, shown) {
    drawing.begin(point, shown);
    view.follow(drawing.lastStroke);
  },
  extend(points, shown, ahead) {
    if (!drawing.extend(points, shown)) return;
    view.follow(
      drawing.lastStroke,
      ahead.map((point) => drawing.placed(point, shown)),
    );
  },
  end() {
    view.settle();
    read(drawing.payload());
  },
  drop() {
    drawing.drop();
    view.redraw(drawing.strokes);
  },
});

view.redraw([]);
new ResizeObserver(() => view.redraw(drawing.strokes)).observe(sheet);
document.querySelector("#try-clear")?.addEventListener("click", () => {
  asked += 1;
  drawing.restart();
  view.redraw([]);
  for (const board of both.querySelectorAll(".board")) show(board, null);
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-drawing]") : null;
  if (!(button instanceof HTMLElement)) return;
  for (const other of document.querySelectorAll("[data-drawing][aria-pressed]"))
    other.removeAttribute("aria-pressed");
  button.setAttribute("aria-pressed", "true");
  drawing.restart();
  view.redraw([]);
  read({ drawing: button.dataset.drawing });
});

/** What both read of strokes, or of a stored drawing. @type {(body: object) => Promise<void>} */
async function read(body) {
  asked += 1;
  const mine = asked;
  const answer = await exchange(
    both.dataset.read ?? "",
    {
      method: "POST",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": cookieOf(document.cookie, "csrftoken") ?? "",
      },
      body: JSON.stringify(body),
    },
    { patience: PATIENCE },
  );
  if (mine !== asked) return; // something newer was asked meanwhile
  const [response, content] = answer ?? [null, null];
  const found = response?.ok
    ? /** @type {{ versions: VersionReading[] }} */ (content).versions
    : [];
  for (const board of both.querySelectorAll(".board")) {
    const number = Number(board instanceof HTMLElement ? board.dataset.number : Number.NaN);
    show(board, found.find((one) => one.number === number) ?? null, both.dataset.failed);
  }
}

/** @type {(board: Element, reading: VersionReading | null, otherwise?: string) => void} */
function show(board, reading, otherwise = "") {
  const answer = /** @type {HTMLElement} */ (board.querySelector(".answer"));
  const told = /** @type {HTMLElement} */ (board.querySelector(".told-by"));
  answer.textContent = reading && !reading.error ? String(reading.digit ?? "∅") : "–";
  if (reading && !reading.error) {
    const sure = `${(100 * reading.confidence).toFixed(0)} %, ${reading.milliseconds} ms`;
    told.textContent = reading.digit === null ? `${both.dataset.none}, ${sure}` : sure;
  } else told.textContent = reading?.error || otherwise;
  const bars = board.querySelectorAll(".mini-bars rect");
  bars.forEach((bar, digit) => {
    const height = Math.max(1, 40 * (reading?.probabilities[digit] ?? 0));
    bar.setAttribute("height", height.toFixed(1));
    bar.setAttribute("y", (40 - height).toFixed(1));
    bar.parentElement?.parentElement?.classList.toggle("best", reading?.digit === digit);
  });
}
