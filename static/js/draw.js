/** Puts the page together: pen, buttons and keys -> Reader -> Page. */

import { Api } from "./api.js";
import { meaning } from "./keys.js";
import { Page } from "./page.js";
import { bindPen } from "./pen.js";
import { Reader } from "./reader.js";

const elements = Object.fromEntries(
  [...document.querySelectorAll("[id]")].map((element) => [element.id, element]),
);
const { predictUrl: predict, drawingsUrl: drawings, modelUrl: model } = elements.reader.dataset;
const api = new Api({ predict, drawings, model }, { cookie: () => document.cookie });
const view = new Page(elements, {
  onAgain: () => reader.again(),
  onTakeBack: () => reader.takeBack(),
});
const reader = new Reader({ api, view });

bindPen(elements.sheet, {
  begin: (point, shown) => reader.begin(point, shown),
  extend: (points, shown) => reader.extend(points, shown),
  end: () => reader.end(),
  drop: () => reader.drop(),
});

elements.undo.addEventListener("click", () => reader.undo());
elements.clear.addEventListener("click", () => reader.clear());
elements.right.addEventListener("click", () => reader.confirm());
for (const button of elements.feedback.querySelectorAll("[data-label]")) {
  button.addEventListener("click", () => reader.label(button.dataset.label));
}

function placeOf(element) {
  if (elements.drawing.contains(element)) return "drawing";
  if (elements.feedback.contains(element)) return "feedback";
  return element === document.body ? "nowhere" : "elsewhere";
}

document.addEventListener("keydown", (event) => {
  const wish = meaning(event, placeOf(event.target));
  if (wish === null) return;
  event.preventDefault();
  reader[wish.ask](wish.label);
});

new ResizeObserver(() => reader.redraw()).observe(elements.sheet);
addEventListener("resize", () => reader.redraw()); // zooming changes the pixel ratio alone
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => reader.redraw());
addEventListener("online", () => reader.again());

api.model().then(
  ({ version }) => view.version(version),
  (error) => view.complain(error),
);
