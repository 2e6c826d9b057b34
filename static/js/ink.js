/**
 * From pen strokes to the 28x28 the network reads: recognizer/ink.py in JavaScript.
 *
 * The same numbers in the same order, all doubles; tests/golden/ink.json holds
 * the two languages together to 1e-5.
 */

export const NORMALISATION = 1;
export const SIZE = 28; // pixels a side
export const BODY = 20; // the longer side of the ink, pen included, in pixels
export const CENTRE = 13.5; // where the centre of mass goes
export const PEN = 2; // diameter of the round pen, in pixels
export const DOT_SHARE = 0.03; // of the canvas; smaller ink is a dot, not a digit
export const DOT_SIDE = 1e-9; // the same where the canvas is not known

// The farthest that a pixel's centre can be from a segment and still get ink.
const REACH = PEN / 2 + 0.5;

/**
 * What the network will see of these strokes ([[[x, y, ...], ...], ...], y down).
 *
 * 784 values, row by row, 0 paper to 255 ink; null where there is no ink, or
 * only a dot on a canvas of [width, height].
 */
export function normalise(strokes, canvas = null) {
  const drawn = strokes.filter((stroke) => stroke.length > 0);
  if (drawn.length === 0 || isDot(boundingBox(drawn), canvas)) return null;
  // A clamped array rounds halves to even, as numpy's `rint` does.
  return Uint8ClampedArray.from(render(drawn), (value) => value * 255);
}

/** The same before rounding: 784 doubles in [0, 1]. The ink must be more than a dot. */
export function render(strokes) {
  return steps(strokes).centred;
}

/**
 * Every step from strokes to picture: `box` around them in their own unit; `scaled`
 * segments in pixels; `drawn` with the pen; the centre of `mass` of that, [x, y]; and
 * `centred` by it. Pictures are 784 doubles in [0, 1]. The ink must be more than a dot.
 */
export function steps(strokes) {
  const box = boundingBox(strokes);
  const scaled = fitted(strokes.flatMap(segmentsOf), box);
  const drawn = draw(scaled);
  const mass = centreOfMass(drawn);
  const [shiftX, shiftY] = [CENTRE - mass[0], CENTRE - mass[1]];
  const centred = draw(
    scaled.map(([x0, y0, x1, y1]) => [x0 + shiftX, y0 + shiftY, x1 + shiftX, y1 + shiftY]),
  );
  return { box, scaled, drawn, mass, centred };
}

/** Segments with their box in the middle of the picture, its longer side the body's. */
function fitted(segments, { x, y, width, height }) {
  const scale = (BODY - PEN) / Math.max(width, height);
  const middleX = x + width / 2;
  const middleY = y + height / 2;
  return segments.map(([x0, y0, x1, y1]) => [
    (x0 - middleX) * scale + CENTRE,
    (y0 - middleY) * scale + CENTRE,
    (x1 - middleX) * scale + CENTRE,
    (y1 - middleY) * scale + CENTRE,
  ]);
}

/** The box around all points. */
export function boundingBox(strokes) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of strokes.flat()) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

export function isDot({ width, height }, canvas) {
  const longer = Math.max(width, height);
  return longer < DOT_SIDE || (canvas !== null && longer < DOT_SHARE * Math.min(...canvas));
}

/** [x0, y0, x1, y1] of each segment; a stroke of one point is a segment of no length. */
function segmentsOf(stroke) {
  if (stroke.length === 1) return [[stroke[0][0], stroke[0][1], stroke[0][0], stroke[0][1]]];
  return stroke.slice(1).map(([x1, y1], index) => [stroke[index][0], stroke[index][1], x1, y1]);
}

/**
 * Segments in pixels -> 784 values in [0, 1], drawn with the round pen: a pixel
 * is clamp(PEN/2 + 0.5 - d, 0, 1), d its centre's distance from the nearest segment.
 */
function draw(segments) {
  const nearest = new Float64Array(SIZE * SIZE).fill(Infinity); // squared distances
  for (const segment of segments) bringNearer(nearest, segment);
  return nearest.map((squared) => Math.min(Math.max(REACH - Math.sqrt(squared), 0), 1));
}

function bringNearer(nearest, [x0, y0, x1, y1]) {
  const alongX = x1 - x0;
  const alongY = y1 - y0;
  const length = alongX * alongX + alongY * alongY;
  const [left, right] = pixelsNear(x0, x1);
  const [top, bottom] = pixelsNear(y0, y1);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const x = column - x0;
      const y = row - y0;
      const share = length > 0 ? (x * alongX + y * alongY) / length : 0;
      const clamped = Math.min(Math.max(share, 0), 1);
      const restX = x - clamped * alongX;
      const restY = y - clamped * alongY;
      const squared = restX * restX + restY * restY;
      const index = row * SIZE + column;
      if (squared < nearest[index]) nearest[index] = squared;
    }
  }
}

/** First and last pixel of a row or column that a segment between a and b can reach. */
function pixelsNear(a, b) {
  return [
    Math.max(Math.ceil(Math.min(a, b) - REACH), 0),
    Math.min(Math.floor(Math.max(a, b) + REACH), SIZE - 1),
  ];
}

function centreOfMass(image) {
  let [total, sumX, sumY] = [0, 0, 0];
  image.forEach((value, index) => {
    total += value;
    sumX += value * (index % SIZE);
    sumY += value * Math.floor(index / SIZE);
  });
  return [sumX / total, sumY / total];
}
