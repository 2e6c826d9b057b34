/** Puts the page together: pen, buttons, keys and settings -> Reader -> Page. */

import { Answering } from "./answering.js";
import { Api } from "./api.js";
import { GridPen } from "./gridpen.js";
import { GridView } from "./gridview.js";
import { meaning } from "./keys.js";
import { workAway } from "./offline/away.js";
import { Page } from "./page.js";
import { bindPen } from "./pen.js";
import { bindPhotos } from "./photos.js";
import { bindSettings } from "./preferences.js";
import { Reader } from "./reader.js";
import { first, runtime, told } from "./reading/ahead.js";
import { Here } from "./reading/here.js";
import { openLive } from "./reading/opening.js";
import { Settings } from "./settings.js";
import { textsOf } from "./words.js";

const elements = Object.fromEntries(
  [...document.querySelectorAll("[id]")].map((element) => [element.id, element]),
);
const { predictUrl: predict, drawingsUrl: drawings, modelUrl: model } = elements.reader.dataset;
const texts = textsOf(elements.texts);
const api = new Api({ predict, drawings, model }, { cookie: () => document.cookie });
const settings = new Settings();
const view = new Page(elements, texts, {
  onAgain: () => reader.recognition.predict(),
  onTakeBack: () => reader.takeBack(),
  onSelect: (part) => reader.recognition.select(part),
});
const here = new Here({
  first,
  openLive: (held) => openLive({ runtime, held, model: () => api.model() }),
  changed: (whether) => elements.reader.toggleAttribute("data-reads-here", whether),
});
const answering = new Answering(api, here);
const away = workAway(api, {
  element: elements.away,
  worker: elements.reader.dataset.serviceWorker,
  texts,
});
const reader = new Reader({
  api: {
    ...away,
    predict: (drawing, signal) => answering.predict(drawing, signal).then(away.heard),
    glimpse: (drawing) => answering.glimpse(drawing),
  },
  view,
});

// --- the pens ---

const gridView = new GridView(elements.ring, elements.voice, texts);
const grid = new GridPen({ pen: reader.ink, show: (place) => gridView.show(place) });
bindPen(elements.sheet, {
  begin: (point, shown) => {
    grid.lift();
    gridView.hide();
    reader.ink.begin(point, shown);
  },
  extend: (points, shown, ahead) => reader.ink.extend(points, shown, ahead),
  end: () => reader.ink.end(),
  drop: () => reader.ink.drop(),
});
elements.sheet.addEventListener("blur", () => {
  grid.lift();
  gridView.hide();
});

bindPhotos({
  elements,
  texts,
  // Many times a minute: by this browser where it can, so that the server is left alone.
  ask: async ({ image, pixels }, signal) => {
    const number = settings.get("mode") === "number";
    const here = await answering.glimpse({ seen: pixels, number });
    return here ?? api.predict({ image: image(), number }, signal);
  },
  reader,
  view,
});

// --- buttons and keys ---

const asks = {
  undo: () => reader.ink.undo(),
  redo: () => reader.ink.redo(),
  clear: () => reader.ink.clear(),
  help: () => elements.help.togglePopover?.(),
  confirm: () => reader.confirm(),
  label: ({ label }) => reader.label(label),
  predict: () => {
    grid.lift();
    reader.recognition.predict();
  },
  step: ({ step }) => grid.step(step),
  toggle: () => grid.isDown || !reader.ink.isDown ? grid.toggle() : null,
  lift: () => grid.lift(),
};
for (const name of ["undo", "redo", "clear", "predict"]) {
  elements[name].addEventListener("click", asks[name]);
}
elements.right.addEventListener("click", asks.confirm);
for (const button of document.querySelectorAll("button[data-label]")) {
  button.addEventListener("click", () => reader.label(button.dataset.label));
}

function placeOf(element) {
  if (element === elements.sheet) return "sheet";
  if (elements.drawing.contains(element)) return "drawing";
  if (elements.asking.contains(element) || elements.runners.contains(element)) return "feedback";
  return element === document.body || element === elements.help ? "nowhere" : "elsewhere";
}

document.addEventListener("keydown", (event) => {
  const wish = meaning(event, placeOf(event.target), settings.get("keys") === "on");
  if (wish === null) return;
  event.preventDefault();
  asks[wish.ask](wish);
});

// --- settings, and what changes the page from outside ---

let redrawing = null;

/** However much changes at once, as it does while the page is put together. */
function redrawSoon() {
  redrawing ??= requestAnimationFrame(() => {
    redrawing = null;
    reader.ink.redraw();
  });
}

bindSettings(settings, {
  root: document.documentElement,
  controls: document.querySelectorAll("[data-setting] input"),
});
settings.follow((name, value) => {
  if (name === "mode") reader.recognition.readNumbers(value === "number");
  if (name === "predict") reader.recognition.predictOnRelease(value === "release");
  if (name === "who") answering.by(value);
  if (name === "brush") view.brush(value);
  if (name === "brush" || name === "theme") redrawSoon();
});
elements.sheet.addEventListener("pointerup", () => settings.set("hint", "seen"));

new ResizeObserver(() => reader.ink.redraw()).observe(elements.sheet);
addEventListener("resize", redrawSoon); // zooming changes the pixel ratio alone
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawSoon);
addEventListener("online", () => reader.recognition.predict());

told.then(
  ({ version }) => view.version(version),
  (error) => view.complain(error),
);
