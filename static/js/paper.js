/** Ink on a canvas, drawn from the strokes at any size and device pixel ratio. */

// The pen on the screen, as a share of the sheet. Only for the eye: the network
// is shown the strokes with a pen of its own.
const PEN_SHARE = 0.045;

export class Paper {
  #canvas;
  #context;
  #scale = 1; // device pixels in one unit of the sheet

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
  }

  /** Everything anew; `size` is [width, height] of the sheet, null while it has none. */
  redraw(strokes, size) {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = devicePixelRatio || 1;
    this.#canvas.width = Math.round(width * ratio); // this also clears
    this.#canvas.height = Math.round(height * ratio);
    this.#scale = this.#canvas.width / (size?.[0] ?? width);
    this.#takePen();
    for (const stroke of strokes) this.line(stroke);
  }

  /** A line through the points, or a dot where there is only one. */
  line(points) {
    const context = this.#context;
    context.beginPath();
    if (points.length === 1) {
      const [x, y] = points[0];
      context.arc(x * this.#scale, y * this.#scale, context.lineWidth / 2, 0, 2 * Math.PI);
      context.fill();
      return;
    }
    for (const [x, y] of points) context.lineTo(x * this.#scale, y * this.#scale);
    context.stroke();
  }

  #takePen() {
    const context = this.#context;
    context.strokeStyle = context.fillStyle = getComputedStyle(this.#canvas).color;
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = this.#canvas.width * PEN_SHARE;
  }
}
