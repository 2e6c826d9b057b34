/**
 * `<digit-pad>`: a field of a form that one draws in.
 *
 * @import { Failure, Prediction } from "../api.js"
 * @import { InkView } from "../drawing/input.js"
 * @import { Fault } from "./reading.js"
 * @import { PadTexts } from "./texts.js"
 */

import { InkCanvas } from "../drawing/canvas.js";
import { bindPens } from "../drawing/pens.js";
import { shortcutOf } from "../drawing/shortcuts.js";
import { fill } from "../text.js";
import { predictorOf } from "./network.js";
import { fieldOf, PadReading } from "./reading.js";
import { textsIn } from "./texts.js";
import { PadView } from "./view.js";

// The same file runs the network in a worker, which has no elements.
const Base = globalThis.HTMLElement ?? class {};

export class DigitPad extends Base {
  static formAssociated = true;
  static observedAttributes = ["lang", "number", "required", "value"];
  /** The address of this component's file, by which it knows its site. */
  static source = "";

  #internals = this.attachInternals();
  #view;
  #reading;
  /** @type {Partial<PadTexts>} */
  #given = {}; // the page's own words
  /** @type {AbortController | null} */
  #connection = null;
  #value = "";
  #isUntouched = true; // until then `value` is what the attribute says
  /** @type {Prediction | null} */
  #prediction = null;
  /** @type {Fault | "reads" | "unread"} */
  #fault = "";

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    this.#view = new PadView(root, { ...textsIn("") }, (value) => this.#enter(value));
    this.#reading = new PadReading({
      ask: (drawing, signal) => predictorOf(this.site, DigitPad.source).predict(drawing, signal),
      view: inkOn(this.#view.sheet, this.#view.wet),
      outcome: {
        changed: () => this.#changed(),
        read: (prediction) => this.#read(prediction),
        failed: (error) => this.#failed(error),
      },
    });
    this.#view.undo.addEventListener("click", () => this.#reading.input.undo());
    this.#view.clear.addEventListener("click", () => this.#enter(""));
  }

  // --- as other fields have it ---

  get value() {
    return this.#value;
  }

  set value(value) {
    this.#reading.restart();
    this.#isUntouched = false;
    this.#set(digitsOf(value, this.number));
  }

  get name() {
    return this.getAttribute("name") ?? "";
  }

  set name(name) {
    this.setAttribute("name", name);
  }

  get defaultValue() {
    return this.getAttribute("value") ?? "";
  }

  set defaultValue(value) {
    this.setAttribute("value", value);
  }

  get required() {
    return this.hasAttribute("required");
  }

  set required(whether) {
    this.toggleAttribute("required", whether);
  }

  get disabled() {
    return this.hasAttribute("disabled");
  }

  set disabled(whether) {
    this.toggleAttribute("disabled", whether);
  }

  get type() {
    return "digit-pad";
  }

  get form() {
    return this.#internals.form;
  }

  get labels() {
    return this.#internals.labels;
  }

  get validity() {
    return this.#internals.validity;
  }

  get validationMessage() {
    return this.#internals.validationMessage;
  }

  get willValidate() {
    return this.#internals.willValidate;
  }

  checkValidity() {
    return this.#internals.checkValidity();
  }

  reportValidity() {
    return this.#internals.reportValidity();
  }

  // --- its own ---

  /** Whether it takes whole numbers. */
  get number() {
    return this.hasAttribute("number");
  }

  set number(whether) {
    this.toggleAttribute("number", whether);
  }

  /** The site that reads: where this file came from, or what the attribute says. */
  get site() {
    const said = this.getAttribute("site");
    const base = said === null ? "../../" : `${said.replace(/\/$/, "")}/`;
    return new URL(base, said === null ? DigitPad.source : document.baseURI).href;
  }

  set site(address) {
    this.setAttribute("site", address);
  }

  /** What was read, as the API answers it; null where nobody has drawn, or somebody typed. */
  get prediction() {
    return this.#prediction;
  }

  /** @returns {PadTexts} */
  get texts() {
    return { ...this.#view.texts };
  }

  /** The page's own words, all or some, in place of those in its language. */
  set texts(/** @type {Partial<PadTexts>} */ texts) {
    this.#given = texts;
    this.#speak();
  }

  // --- what the browser tells ---

  connectedCallback() {
    const connection = new AbortController();
    this.#connection = connection;
    const { signal } = connection;
    const { sheet, ring, voice } = this.#view;
    const pen = bindPens({
      elements: { sheet, ring, voice },
      texts: this.#view.texts,
      input: this.#reading.input,
      signal,
    });
    sheet.addEventListener("keydown", (event) => this.#key(event, pen), { signal });
    sheet.addEventListener("focus", () => this.#name(), { signal }); // labels come and go
    const redraw = () => this.#reading.input.redraw();
    const observer = new ResizeObserver(redraw);
    observer.observe(sheet);
    signal.addEventListener("abort", () => observer.disconnect());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw, { signal });
    this.#speak();
    predictorOf(this.site, DigitPad.source); // its network is on its way from now on
  }

  disconnectedCallback() {
    this.#connection?.abort();
  }

  /** @type {(name: string, before: string | null, value: string | null) => void} */
  attributeChangedCallback(name) {
    if (name === "number") this.#reading.isNumber = this.number;
    if (name === "value" && this.#isUntouched) this.#set(digitsOf(this.defaultValue, this.number));
    this.#speak();
  }

  formResetCallback() {
    this.value = this.defaultValue;
    this.#isUntouched = true;
  }

  formDisabledCallback(/** @type {boolean} */ isDisabled) {
    for (const part of [this.#view.undo, this.#view.clear]) part.disabled = isDisabled;
    if (isDisabled) this.#view.sheet.removeAttribute("tabindex");
    else this.#view.sheet.setAttribute("tabindex", "0");
  }

  formStateRestoreCallback(/** @type {string} */ state) {
    this.value = state;
  }

  /**
   * Digits are typed as into any field; the other keys are the sheet's.
   * @type {(event: KeyboardEvent, pen: ReturnType<typeof bindPens>) => void}
   */
  #key(event, pen) {
    const { input } = this.#reading;
    if (event.key === "Backspace" || event.key === "Delete") {
      this.#enter(this.number ? this.#value.slice(0, -1) : "");
    } else {
      const shortcut = shortcutOf(event, "sheet");
      if (shortcut?.action === "step") pen.step(shortcut.step);
      else if (shortcut?.action === "toggle") pen.toggle();
      else if (shortcut?.action === "lift") pen.lift();
      else if (shortcut?.action === "undo") input.undo();
      else if (shortcut?.action === "redo") input.redo();
      else if (shortcut?.action === "clear") this.#enter("");
      else if (shortcut?.action === "label" && /^\d$/.test(shortcut.label))
        this.#enter(this.number ? this.#value + shortcut.label : shortcut.label);
      else return;
    }
    event.preventDefault();
  }

  // --- what becomes of the value ---

  /** Somebody says what it is. */
  #enter(/** @type {string} */ value) {
    this.#isUntouched = false;
    if (value === "") this.#reading.restart();
    else this.#reading.finish();
    this.#prediction = null;
    this.#set(value);
    this.#tell();
  }

  #changed() {
    this.#isUntouched = false;
    this.#prediction = null;
    this.#set("", this.#reading.isInked ? "reads" : "");
    if (!this.#reading.isInked) this.#tell();
  }

  #read(/** @type {Prediction} */ prediction) {
    const { value, fault, others } = fieldOf(prediction);
    this.#prediction = prediction;
    this.#set(value, fault, prediction.verdict === "sure" ? [] : others);
    this.#tell();
  }

  #failed(/** @type {Failure} */ { code }) {
    this.#set("", code === "blank" ? "notADigit" : "unread");
    this.#tell();
  }

  /** @type {(value: string, fault?: Fault | "reads" | "unread", others?: string[]) => void} */
  #set(value, fault = "", others = []) {
    this.#value = value;
    this.#fault = fault;
    this.#internals.setFormValue(value);
    const isUnsure =
      value !== "" && this.#prediction !== null && this.#prediction.verdict !== "sure";
    const { read, unsure, entered } = this.#view.texts;
    const sentence = this.#prediction === null ? entered : isUnsure ? unsure : read;
    const said = value === "" ? fault && this.#view.texts[fault] : fill(sentence, { value });
    this.#view.show({ value, said, isUnsure, others });
    this.#view.offer({
      isInked: this.#reading.isInked || value !== "",
      canUndo: this.#reading.canUndo,
      canClear: this.#reading.isInked || value !== "",
    });
    this.#validate();
  }

  #tell() {
    this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #validate() {
    const { texts, sheet } = this.#view;
    const isMissing = this.required && this.#value === "" && this.#fault === "";
    if (this.#fault !== "")
      this.#internals.setValidity({ badInput: true }, texts[this.#fault], sheet);
    else if (isMissing) this.#internals.setValidity({ valueMissing: true }, texts.missing, sheet);
    else this.#internals.setValidity({});
    this.#view.mark(this.#fault !== "" && this.#fault !== "reads");
  }

  /** In the language of the element or of what it is in. */
  #speak() {
    const { lang } = document.documentElement;
    const language = this.closest("[lang]")?.getAttribute("lang") ?? lang;
    Object.assign(this.#view.texts, textsIn(language), this.#given); // the pens have them, too
    this.#name();
    this.#validate();
  }

  #name() {
    const labels = [...(this.#internals.labels ?? [])].map((label) => label.textContent?.trim());
    const label = this.getAttribute("aria-label") ?? labels.join(" ");
    this.#view.name(label, { number: this.number, required: this.required });
  }
}

/** @type {(dry: HTMLCanvasElement, wet: HTMLCanvasElement) => InkView} */
function inkOn(dry, wet) {
  const canvas = new InkCanvas(dry, wet);
  return {
    redraw: (strokes, _photo, size) => canvas.redraw(strokes, size),
    follow: (stroke, ahead) => canvas.follow(stroke, ahead),
    settle: () => canvas.settle(),
  };
}

/** The digits in a value: one, or as many as a number has. @type {(value: unknown, isNumber: boolean) => string} */
function digitsOf(value, isNumber) {
  const text = String(value ?? "");
  return (isNumber ? /^\d+$/ : /^\d$/).test(text) ? text : "";
}
