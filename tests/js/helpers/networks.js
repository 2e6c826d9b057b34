/** Small networks as training/export/browser_network.py writes them, and a slow, plain way to run one. */

const INK = 255;
const LEVELS = 64;

/** A chance that is always the same for one `seed`: -1 to 1. */
function chanceOf(seed) {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 1073741824 - 1;
  };
}

/**
 * A network's two files, with the weights as one can read them: a picture's reader of two
 * convolutions and a dense layer, and unless `isOfPictures` one of the motion.
 */
export function network({ isOfPictures = false } = {}) {
  const chance = chanceOf(7);
  const weights = [];
  const place = (...shape) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const step = 1 / 4096;
    const steps = Uint16Array.from({ length: size }, () => 2048 + Math.round(chance() * 900));
    // Kernels are kept in steps and biases as they are.
    const kept = shape.length > 1 ? steps : Float32Array.from({ length: size }, chance);
    const isFloat = kept instanceof Float32Array;
    const values = isFloat ? kept : Float32Array.from(kept, (whole) => whole * step - 2048 * step);
    const how = isFloat ? { dtype: "float32" } : { dtype: "uint16", step, least: -2048 * step };
    weights.push({ spec: { shape, ...how }, kept, values, shape });
    return weights.length - 1;
  };
  const convolution = (side, from, to, strides) => ({
    kind: "convolution",
    kernel: place(side, side, from, to),
    bias: place(to),
    strides: [strides, strides],
    relu: true,
  });
  const dense = (from) => ({
    kind: "dense",
    kernel: place(from, 11),
    bias: place(11),
    relu: false,
  });
  const pixels = {
    shape: [28, 28, 1],
    layers: [
      convolution(5, 1, 3, 2),
      convolution(3, 3, 2, 2),
      { kind: "flatten" },
      dense(7 * 7 * 2),
    ],
  };
  const motion = {
    shape: [8, 8, 10],
    layers: [convolution(3, 10, 4, 2), { kind: "flatten" }, dense(4 * 4 * 4)],
  };
  const topology = {
    format: 2,
    weights: weights.map(({ spec }) => spec),
    readers: isOfPictures ? { pixels } : { pixels, motion },
    scales: { picture: 0.8, ink: 0.6, motion: 0.5 },
  };
  return { topology, weights: joined(weights.map(({ kept }) => kept)), values: weights };
}

/** Arrays' bytes one after the other. */
function joined(arrays) {
  const bytes = Buffer.concat(arrays.map(({ buffer }) => Buffer.from(buffer)));
  return Uint8Array.from(bytes).buffer;
}

/** A glyph of ink, or of a picture, always the same for one `seed`. */
export function glyphOf(seed, { isPicture = false } = {}) {
  const chance = chanceOf(seed);
  const bytes = (length) => Uint8ClampedArray.from({ length }, () => chance() * 255);
  return { pixels: bytes(784), motion: isPicture ? null : bytes(640) };
}

/** What the network gives for a glyph, by its definition and all in doubles. */
export function outputsOf({ topology: { readers, scales }, values }, { pixels, motion }) {
  const picture = read(readers.pixels, values, pixels, INK);
  const ofMotion = readers.motion && read(readers.motion, values, motion ?? [], LEVELS);
  const motionLogits = motion ? ofMotion?.logits : ofMotion?.logits.map(() => 0);
  const isInk = Boolean(readers.motion && motion);
  const sum = picture.logits.map(
    (logit, at) =>
      logit * (isInk ? scales.ink : scales.picture) +
      (isInk ? motionLogits[at] * scales.motion : 0),
  );
  const total = sum.reduce((all, value) => all + Math.exp(value), 0);
  return {
    probabilities: sum.map((value) => Math.exp(value) / total),
    pictureLogits: readers.motion ? picture.logits : null,
    motionLogits: readers.motion ? motionLogits : null,
    features: readers.motion ? [...picture.features, ...ofMotion.features] : null,
  };
}

function read({ shape, layers }, values, bytes, unit) {
  const size = shape.reduce((product, side) => product * side, 1);
  let x = Array.from({ length: size }, (_, at) => (bytes[at] ?? 0) / unit);
  let features = x;
  let side = shape[0];
  for (const layer of layers) {
    features = x;
    if (layer.kind === "flatten") continue;
    const [kernel, bias] = [values[layer.kernel], values[layer.bias]];
    if (layer.kind === "convolution") {
      x = convolved(x, side, kernel, bias.values, layer.strides[0]);
      side = Math.ceil(side / layer.strides[0]);
    } else {
      x = Array.from(bias.values, (start, to) =>
        x.reduce((sum, value, from) => sum + value * kernel.values[from * 11 + to], start),
      );
    }
    if (layer.relu) x = x.map((value) => Math.max(value, 0));
  }
  return { features, logits: x };
}

/** A square picture, padded as TensorFlow's "same" pads it. */
function convolved(x, side, { shape: [size, , from, to], values }, bias, stride) {
  const out = Math.ceil(side / stride);
  const before = Math.floor(Math.max((out - 1) * stride + size - side, 0) / 2);
  const result = [];
  for (let row = 0; row < out; row++) {
    for (let column = 0; column < out; column++) {
      for (let channel = 0; channel < to; channel++) {
        let sum = bias[channel];
        for (let down = 0; down < size; down++) {
          for (let across = 0; across < size; across++) {
            const [y, at] = [row * stride + down - before, column * stride + across - before];
            if (y < 0 || at < 0 || y >= side || at >= side) continue;
            for (let input = 0; input < from; input++) {
              const weight = values[((down * size + across) * from + input) * to + channel];
              sum += x[(y * side + at) * from + input] * weight;
            }
          }
        }
        result.push(sum);
      }
    }
  }
  return result;
}
