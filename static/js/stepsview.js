/** "What the model sees": the picture itself, and on demand every step on the way to it. */

import { BODY, CENTRE, SIZE, steps } from "./ink.js";

const ZOOM = 6; // canvas pixels for each of the network's

export class StepsView {
  #details;
  #seen;
  #canvases;
  #strokes = [];

  /** `details` holds the 28x28 canvas `seen` and one canvas for each `data-step`. */
  constructor(details, seen) {
    this.#details = details;
    this.#seen = seen.getContext("2d");
    this.#canvases = Object.fromEntries(
      [...details.querySelectorAll("[data-step]")].map((canvas) => {
        canvas.width = canvas.height = SIZE * ZOOM;
        return [canvas.dataset.step, canvas.getContext("2d")];
      }),
    );
    details.addEventListener("toggle", () => this.#explain());
  }

  /** 784 values from 0 to 255 (null: nothing), and the strokes they were made from. */
  see(values, strokes) {
    this.#seen.putImageData(picture(values ?? new Uint8Array(SIZE * SIZE)), 0, 0);
    this.#strokes = strokes;
    this.#explain();
  }

  #explain() {
    if (!this.#details.open) return;
    for (const context of Object.values(this.#canvases)) blacken(context);
    if (this.#strokes.length === 0) return;
    const { box, scaled, drawn, mass, centred } = steps(this.#strokes);
    const { strokes, scale, pen, centre } = this.#canvases;
    showStrokes(strokes, this.#strokes, box);
    showScaled(scale, scaled);
    showPicture(pen, drawn);
    cross(pen, mass);
    showPicture(centre, centred);
    cross(centre, [CENTRE, CENTRE]);
  }
}

/** Step 1: the lines as they were drawn, in their box. */
function showStrokes(context, strokes, { x, y, width, height }) {
  const side = (SIZE - 2) * ZOOM;
  const unit = side / Math.max(width, height);
  const at = ([px, py]) => [
    (px - x - width / 2) * unit + (SIZE * ZOOM) / 2,
    (py - y - height / 2) * unit + (SIZE * ZOOM) / 2,
  ];
  for (const stroke of strokes) line(context, stroke.map(at));
  const [left, top] = at([x, y]);
  frame(context, left, top, width * unit, height * unit);
}

/** Step 2: the same, its longer side as long as that of MNIST's digits. */
function showScaled(context, segments) {
  for (const [x0, y0, x1, y1] of segments) line(context, [[x0, y0], [x1, y1]].map(onCanvas));
  const [left, top] = onCanvas([CENTRE - BODY / 2, CENTRE - BODY / 2]);
  frame(context, left, top, BODY * ZOOM, BODY * ZOOM);
}

/** A pixel's own coordinates are those of its middle. */
function onCanvas([x, y]) {
  return [(x + 0.5) * ZOOM, (y + 0.5) * ZOOM];
}

/** Steps 3 and 4: pixels, as large as they are needed to be seen. */
function showPicture(context, values) {
  const image = picture(values.map((value) => value * 255));
  for (let index = 0; index < SIZE * SIZE; index++) {
    const value = image.data[index * 4];
    context.fillStyle = `rgb(${value} ${value} ${value})`;
    context.fillRect((index % SIZE) * ZOOM, Math.floor(index / SIZE) * ZOOM, ZOOM, ZOOM);
  }
}

function picture(values) {
  const image = new ImageData(SIZE, SIZE);
  const { data } = image;
  for (let index = 0; index < values.length; index++) {
    data.fill(values[index], 4 * index, 4 * index + 3);
    data[4 * index + 3] = 255;
  }
  return image;
}

function blacken(context) {
  context.fillStyle = "#000";
  context.fillRect(0, 0, SIZE * ZOOM, SIZE * ZOOM);
}

function line(context, points) {
  context.strokeStyle = "#fff";
  context.lineWidth = 2;
  context.lineCap = "round";
  context.beginPath();
  for (const point of points) context.lineTo(...point);
  if (points.length === 1) context.lineTo(...points[0]);
  context.stroke();
}

function frame(context, left, top, width, height) {
  context.strokeStyle = "#7fb4ff";
  context.lineWidth = 1.5;
  context.strokeRect(left, top, width, height);
}

/** The centre of mass. */
function cross(context, place) {
  const [x, y] = onCanvas(place);
  context.strokeStyle = "#ff9d5c";
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - ZOOM * 2, y);
  context.lineTo(x + ZOOM * 2, y);
  context.moveTo(x, y - ZOOM * 2);
  context.lineTo(x, y + ZOOM * 2);
  context.stroke();
}
