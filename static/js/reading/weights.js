/** A graph model's weights, as training/tfjs.py writes them one after the other. */

const KINDS = { float32: Float32Array, int32: Int32Array, uint16: Uint16Array };

/**
 * `content` is the file, `specs` its list: [{ name, shape, dtype, quantization? }]. Returns
 * [{ name, shape, dtype, values }]; throws where the list does not fill the file.
 */
export function weightsIn(content, specs) {
  let at = 0;
  const weights = specs.map(({ name, shape, dtype, quantization }) => {
    const Kind = KINDS[(quantization ?? { dtype }).dtype];
    const end = at + Kind.BYTES_PER_ELEMENT * shape.reduce((product, side) => product * side, 1);
    const kept = new Kind(content.slice(at, end)); // a copy, since numbers must be aligned
    at = end;
    return { name, shape, dtype, values: quantization ? restored(kept, quantization) : kept };
  });
  if (at !== content.byteLength) throw new Error("The model's two files do not belong together.");
  return weights;
}

/** Whole numbers of steps -> what they stand for. */
function restored(steps, { scale, min }) {
  return Float32Array.from(steps, (step) => step * scale + min);
}
