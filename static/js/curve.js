/**
 * A stroke as smooth pieces, in the order in which its points come in.
 *
 * Every piece but the first and the last is a quadratic curve from the middle
 * between two points to the next middle, with the point between them as its
 * control: smooth at every joint, and never changed by points that come later.
 */

const EVEN = 0.5; // the pressure of what knows none, such as a mouse

/**
 * The pieces that end at points `from` to the last but one: { start, control, end,
 * pressure }, each place an [x, y]. Piece 1 is the straight first half.
 */
export function pieces(points, from = 1) {
  const found = [];
  for (let index = Math.max(from, 1); index < points.length; index++) {
    const end = middle(points[index - 1], points[index]);
    const control = place(points[index - 1]);
    const start = index === 1 ? control : middle(points[index - 2], points[index - 1]);
    found.push({ start, control, end, pressure: pressureAt(points, index - 1) });
  }
  return found;
}

/** What the pieces leave open: the way from the last middle to the last point. */
export function tail(points) {
  const last = points.at(-1);
  const start = middle(points.at(-2) ?? last, last);
  return { start, control: start, end: place(last), pressure: pressureAt(points, points.length - 1) };
}

/** How wide a pen draws, in its own widths: 1 for a mouse, less or more by pressure. */
export function width(pressure) {
  return 0.55 + 0.9 * pressure;
}

/** Of the points so far; a pen's pressure jumps, so the two before have a say. */
function pressureAt(points, index) {
  const near = points.slice(Math.max(index - 2, 0), index + 1);
  return near.reduce((sum, [, , , pressure = EVEN]) => sum + pressure, 0) / near.length;
}

function place([x, y]) {
  return [x, y];
}

function middle([x0, y0], [x1, y1]) {
  return [(x0 + x1) / 2, (y0 + y1) / 2];
}
