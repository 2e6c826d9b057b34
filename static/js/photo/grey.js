/** Colours to greys, as recognizer/images.py makes them. */

const WHITE = 240; // what is nowhere darker cannot be seen on white paper

/** A canvas's RGBA -> {width, height, data}: 0 black to 255 white, in Pillow's own steps. */
export function greyOf({ width, height, data }) {
  const grey = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < grey.length; at++, from += 4) {
    grey[at] = (data[from] * 19595 + data[from + 1] * 38470 + data[from + 2] * 7471 + 32768) >> 16;
  }
  return { width, height, data: grey };
}

/** The paper for a picture that is transparent in parts: black only where all ink is white. */
export function paperFor({ data }) {
  for (let from = 0; from < data.length; from += 4) {
    const alpha = data[from + 3] / 255;
    const grey = 0.299 * data[from] + 0.587 * data[from + 1] + 0.114 * data[from + 2];
    if (grey * alpha + 255 * (1 - alpha) < WHITE) return "#fff";
  }
  return data.some((value, at) => at % 4 === 3 && value < 255) ? "#000" : "#fff";
}
