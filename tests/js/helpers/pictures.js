/** Small pictures for tests, and slow, plain ways to compute what the code computes fast. */

/** A picture from lines of text: "#" is 1, all else 0. */
export function mask(...lines) {
  const data = Uint8Array.from(lines.join(""), (sign) => (sign === "#" ? 1 : 0));
  return { width: lines[0].length, height: lines.length, data };
}

/** The same, back: a picture as lines of text. */
export function lines({ width, data }) {
  const text = Array.from(data, (value) => (value ? "#" : ".")).join("");
  return text.match(new RegExp(`.{${width}}`, "g"));
}

/** A mask of which about `share` is 1, always the same for one `seed`. */
export function scattered(width, height, share, seed) {
  let state = seed;
  const data = Uint8Array.from({ length: width * height }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648 < share ? 1 : 0;
  });
  return { width, height, data };
}

/** value(x, y, otherX, otherY, there) of every two pixels, brought together by choose. */
export function overAllPairs({ width, data }, start, value, choose) {
  return Array.from(data, (_, at) => {
    let found = start;
    data.forEach((there, other) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      const seen = value(x - (other % width), y - Math.floor(other / width), there);
      if (seen !== null) found = choose(found, seen);
    });
    return found;
  });
}

/** Of 100 rows and `width` columns: black in the given [left, top, width, height]. */
export function sheet(width, ...rectangles) {
  const data = new Uint8Array(width * 100).fill(255);
  for (const [left, top, across, down] of rectangles) {
    for (let row = top; row < top + down; row++) {
      data.fill(0, row * width + left, row * width + left + across);
    }
  }
  return { width, height: 100, data };
}
