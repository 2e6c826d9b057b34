/**
 * "What it sees": the network's picture, beside or over the ink at the same scale, and on demand
 * every step on the way to it.
 *
 * @import { Size } from "../../drawing/drawing.js"
 * @import { PageElements } from "../elements.js"
 * @import { Place } from "../../drawing/curve.js"
 * @import { Photo } from "../../photo/photo.js"
 * @import { Box } from "../../preprocessing/glyph.js"
 * @import { Path, Stroke } from "../../preprocessing/ink.js"
 */

import { PENS } from "../../drawing/brush.js";
import { SIDE } from "../../drawing/drawing.js";
import { BODY, CENTRE, PEN, SIZE } from "../../preprocessing/glyph.js";
import { steps } from "../../preprocessing/ink.js";
import { put } from "../../text.js";
import {
  blacken,
  cross,
  frame,
  line,
  onCanvas,
  showPicture,
  transparency,
  ZOOM,
} from "./network-canvas.js";
import { Xray } from "./xray.js";

/** @typedef {ReturnType<typeof steps>} Made */

// Where there is room for ink and picture beside the answer; board.css has the same.
const ROOMY = matchMedia("(min-width: 56.25rem) and (min-height: 36rem)");
const MOST_INK = 3; // of the network's pixels; small ink would only be a blot

export class StepsView {
  #elements;
  #pictures;
  #canvases;
  #xray;
  /** @type {ArrayLike<number> | null} */
  #values = null;
  /** @type {Stroke[]} */
  #strokes = [];
  /** @type {Photo | null} */
  #photo = null;

  /**
   * `seen` and `sight` show the network's 28x28, `yours` the ink at the same scale, `xray` both on
   * the sheet; the panel `steps` holds one canvas for each `data-step`.
   *
   * @param {Pick<PageElements, "seen" | "sight" | "yours" | "xray" | "closer" | "steps">} elements
   */
  constructor(elements) {
    this.#elements = elements;
    this.#pictures = [elements.seen, elements.sight].map(contextOf);
    this.#xray = new Xray(elements.xray);
    /** @type {NodeListOf<HTMLCanvasElement>} */
    const canvases = elements.steps.querySelectorAll("[data-step]");
    this.#canvases = Object.fromEntries(
      [...canvases].map((canvas) => {
        canvas.width = canvas.height = SIZE * ZOOM;
        return [canvas.dataset.step, contextOf(canvas)];
      }),
    );
    elements.steps.addEventListener("toggle", () => this.#explain());
    elements.closer.addEventListener("click", () => this.#lookCloser());
  }

  /** Ink is shown as on a sheet of this size, or a picture is there instead. */
  resize(/** @type {Size} */ size, /** @type {Photo | null} */ photo) {
    this.#xray.size = size;
    this.#photo = photo;
    this.#explain();
  }

  /**
   * 784 values from 0 to 255 (null: nothing), and the strokes they were made from.
   *
   * @type {(values: ArrayLike<number> | null, strokes: Stroke[]) => void}
   */
  see(values, strokes) {
    const image = transparency(values ?? []);
    for (const context of this.#pictures) context.putImageData(image, 0, 0);
    this.#values = values;
    this.#strokes = strokes;
    this.#explain();
  }

  #lookCloser() {
    const { closer } = this.#elements;
    closer.setAttribute("aria-pressed", String(closer.ariaPressed !== "true"));
    this.#explain();
  }

  /** No more than is looked at: every step is drawn anew with each frame of a moving pen. */
  #explain() {
    const { steps: panel, yours, xray, closer } = this.#elements;
    const isOpen = panel.matches(":popover-open");
    const isBeside = ROOMY.matches;
    // Where the network's picture stands beside the answer, a picture is marked unasked.
    put(xray, { hidden: closer.ariaPressed !== "true" && !(isBeside && this.#photo !== null) });
    if (this.#photo !== null && !xray.hidden) {
      const isNumber = document.documentElement.dataset.mode === "number";
      const leftOut = this.#photo.leftOut(!isNumber);
      if (leftOut === null) this.#xray.clear();
      else this.#xray.mark(this.#photo, leftOut);
      return;
    }
    if (this.#strokes.length === 0 || this.#values === null) {
      yours.replaceChildren();
      this.#xray.clear();
      if (isOpen) for (const context of Object.values(this.#canvases)) blacken(context);
      return;
    }
    if (!isOpen && !isBeside && xray.hidden) return;
    const made = steps(this.#strokes);
    if (isBeside) showInk(yours, made.placed, made.box);
    if (!xray.hidden) this.#xray.show(this.#values, this.#strokes, made);
    if (isOpen) this.#show(made);
  }

  #show(/** @type {Made} */ { box, scaled, drawn, mass, centred }) {
    for (const context of Object.values(this.#canvases)) blacken(context);
    const { strokes, scale, pen, centre } = this.#canvases;
    showStrokes(strokes, this.#strokes, box);
    showScaled(scale, scaled);
    showPicture(pen, drawn);
    cross(pen, onCanvas(mass));
    showPicture(centre, centred);
    cross(centre, onCanvas([CENTRE, CENTRE]));
  }
}

/** The ink as the network has it, at the same scale. @type {(svg: SVGSVGElement, paths: Path[], box: Box) => void} */
function showInk(svg, paths, { width, height }) {
  const pen = Math.min((PENS.medium * SIDE * (BODY - PEN)) / Math.max(width, height), MOST_INK);
  svg.replaceChildren(
    ...paths.map((path) => {
      const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
      const places = path.length > 2 ? path : [...path, ...path];
      line.setAttribute("points", places.join(" "));
      line.setAttribute("stroke-width", String(pen));
      return line;
    }),
  );
}

function contextOf(/** @type {HTMLCanvasElement} */ canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/**
 * Step 1: the lines as they were drawn, in their box.
 *
 * @type {(context: CanvasRenderingContext2D, strokes: Stroke[], box: Box) => void}
 */
function showStrokes(context, strokes, { x, y, width, height }) {
  const side = (SIZE - 2) * ZOOM;
  const unit = side / Math.max(width, height);
  /** @type {(point: number[]) => Place} */
  const at = ([px, py]) => [
    (px - x - width / 2) * unit + (SIZE * ZOOM) / 2,
    (py - y - height / 2) * unit + (SIZE * ZOOM) / 2,
  ];
  for (const stroke of strokes) line(context, stroke.map(at));
  frame(context, at([x, y]), width * unit, height * unit);
}

/**
 * Step 2: the same, its longer side as long as that of MNIST's digits.
 *
 * @type {(context: CanvasRenderingContext2D, paths: Path[]) => void}
 */
function showScaled(context, paths) {
  for (const path of paths) line(context, placesOf(path));
  frame(context, onCanvas([CENTRE - BODY / 2, CENTRE - BODY / 2]), BODY * ZOOM, BODY * ZOOM);
}

/** @type {(path: Path) => Place[]} */
function placesOf(path) {
  return Array.from({ length: path.length / 2 }, (_, point) =>
    onCanvas([path[2 * point], path[2 * point + 1]]),
  );
}
