/**
 * A network's weights, as training/export/browser_network.py writes them one after the other.
 *
 * @typedef {Float32Array | Uint16Array} Numbers
 * @typedef {object} WeightSpec
 * @property {number[]} shape
 * @property {"float32" | "uint16"} dtype as they are kept
 * @property {number} [step] whole numbers v stand for v * step + least
 * @property {number} [least]
 *
 * @typedef {{ shape: number[], values: Float32Array }} Weight
 */

const KINDS = { float32: Float32Array, uint16: Uint16Array };

/**
 * `content` is the file, `specs` its list. Throws where the list does not fill the file.
 *
 * @param {ArrayBuffer} content
 * @param {WeightSpec[]} specs
 * @returns {Weight[]}
 */
export function weightsIn(content, specs) {
  let at = 0;
  const weights = specs.map((spec) => {
    const Kind = KINDS[spec.dtype];
    const end = at + Kind.BYTES_PER_ELEMENT * sizeOf(spec.shape);
    const kept = new Kind(content.slice(at, end)); // a copy, since numbers must be aligned
    at = end;
    return { shape: spec.shape, values: restored(kept, spec) };
  });
  if (at !== content.byteLength) throw new Error("The network's two files do not belong together.");
  return weights;
}

/** How many bytes a file has that holds these weights. */
export function bytesOf(/** @type {WeightSpec[]} */ specs) {
  return specs.reduce(
    (sum, { shape, dtype }) => sum + KINDS[dtype].BYTES_PER_ELEMENT * sizeOf(shape),
    0,
  );
}

/**
 * How many values there are in an array of this shape.
 * @type {(shape: number[]) => number}
 */
export function sizeOf(shape) {
  return shape.reduce((product, side) => product * side, 1);
}

/** @type {(kept: Numbers, spec: WeightSpec) => Float32Array} */
function restored(kept, { step = 1, least = 0 }) {
  if (kept instanceof Float32Array) return kept;
  return Float32Array.from(kept, (whole) => whole * step + least);
}
