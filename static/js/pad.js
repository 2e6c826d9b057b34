/**
 * The pad: takes ink from the first moment on, and has it read by the server.
 *
 * It is small, so that it is there before all else. draw.js comes after it and puts in its place
 * what the whole page can do: read by itself, remember a hand, take photos, do without a server.
 *
 * @import { LabelApi } from "./recognition/feedback.js"
 * @import { PredictApi } from "./recognition/recognition.js"
 */

import { Api } from "./api.js";
import { Keep } from "./drawing/keep.js";
import { bindPens } from "./drawing/pens.js";
import { Predictor } from "./recognition/predictor.js";
import { Reader } from "./recognition/reader.js";
import { Settings } from "./settings.js";
import { textsOf } from "./text.js";
import { bindActions } from "./ui/actions.js";
import { elementsOf } from "./ui/elements.js";
import { Page } from "./ui/page.js";
import { bindSettings } from "./ui/settings-controls.js";

export const elements = elementsOf(document);
export const texts = textsOf(elements.texts);
export const settings = new Settings();

const { predictUrl, picturesUrl, drawingsUrl, modelUrl, handUrl, rest } = elements.reader.dataset;
export const addresses = {
  predict: predictUrl,
  pictures: picturesUrl,
  drawings: drawingsUrl,
  model: modelUrl,
  hand: handUrl,
};
export const calls = {
  cookie: () => document.cookie,
  heard: (/** @type {string} */ tag) => backend.heard(tag),
};
const api = new Api(addresses, calls);
export const predictor = new Predictor(api);

/**
 * Who answers and who stores. draw.js has the calls go through more than the API; what is said of
 * a drawing waits for it, so that it is kept where the server is away.
 *
 * @type {PredictApi & LabelApi & { heard(tag: string): void }}
 */
export const backend = {
  predict: (drawing, signal) => predictor.predict(drawing, signal),
  preview: (drawing) => predictor.preview(drawing),
  label: (drawing, label, about) =>
    whole.then(
      () => backend.label(drawing, label, about),
      () => api.label(drawing, label),
    ),
  remove: (stored) => ("receipt" in stored ? api.remove(stored) : Promise.resolve()),
  heard: () => {},
};

export const view = new Page(elements, texts, {
  onAgain: () => reader.recognition.predict(),
  onTakeBack: () => reader.takeBack(),
});
export const keep = new Keep();
const kept = keep.read(); // before the empty sheet takes its place
export const reader = new Reader({ api: backend, view, keep });

const keyboardPen = bindPens({ elements, texts, input: reader.input });

bindActions({
  elements,
  isOn: () => settings.get("keys") === "on",
  actions: {
    undo: () => reader.input.undo(),
    redo: () => reader.input.redo(),
    eraser: () => view.erasing(reader.input.toggleEraser()),
    clear: () => reader.input.clear(),
    help: () => elements.help.togglePopover?.(),
    confirm: () => reader.confirm(),
    label: ({ label }) => reader.label(label),
    predict: () => {
      keyboardPen.lift();
      reader.recognition.predict();
    },
    step: ({ step }) => keyboardPen.step(step),
    toggle: () => (keyboardPen.isDown || !reader.input.isDown ? keyboardPen.toggle() : null),
    lift: () => keyboardPen.lift(),
  },
});

// A panel that is opened from the menu takes its place.
elements.more.addEventListener("click", () => elements.more.hidePopover());

// --- settings, and what changes the page from outside ---

let redrawing = false;

/** However much changes at once, as it does while the page is put together. */
function redrawSoon() {
  if (redrawing) return;
  redrawing = true;
  requestAnimationFrame(() => {
    redrawing = false;
    reader.input.redraw();
  });
}

/** @type {NodeListOf<HTMLInputElement>} */
const controls = document.querySelectorAll("[data-setting] input");
bindSettings(settings, { root: document.documentElement, controls });
settings.follow((name, value) => {
  if (name === "mode") reader.recognition.readNumbers(value === "number");
  if (name === "predict") reader.recognition.predictOnRelease(value === "release");
  if (name === "who") predictor.use(value);
  if (name === "brush") view.brush(value);
  if (name === "brush" || name === "theme") redrawSoon();
});
elements.sheet.addEventListener("pointerup", () => settings.set("hint", "seen"));

new ResizeObserver(() => reader.input.redraw()).observe(elements.sheet);
addEventListener("resize", redrawSoon); // zooming changes the pixel ratio alone
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawSoon);
addEventListener("online", () => reader.recognition.predict());

if (kept !== null) reader.input.resume(kept.strokes, kept.size);

// --- the rest of the page ---

const whole = import(rest);
whole.catch((error) => console.info("The page stays as it is:", error.message));
