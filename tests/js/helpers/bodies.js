/** Bodies of the API's answers, whole. */

/** One digit's reading; `change` says what is otherwise. */
export const reading = (change = {}) => ({
  digit: 4,
  verdict: "sure",
  confidence: 0.98,
  probabilities: Array.from({ length: 10 }, (_, digit) => (digit === 4 ? 0.98 : 0.002)),
  alternatives: [],
  ...change,
});

export const prediction = ({ model_version = 1, ...change } = {}) => ({
  ...reading(change),
  model_version,
});

export const stored = (change = {}) => ({
  id: "a1",
  receipt: "r1",
  url: "/api/v1/drawings/a1/",
  page: "/drawings/a1/?receipt=r1",
  label: "4",
  review: "pending",
  prediction: prediction(),
  ...change,
});

export const description = (change = {}) => ({
  version: 1,
  thresholds: { sure: 0.9, not_a_digit: 0.5, alternative: 0.05 },
  browser: {
    topology: { url: "/models/1/abc/network.json" },
    weights: { url: "/models/1/def/network.bin" },
  },
  ...change,
});

/** A remembered 4. */
export const remembered = (change = {}) => ({
  id: "d1",
  label: "4",
  drawn_at: "2026-03-03T10:00:00Z",
  telling: true,
  strokes: [
    [
      [120, 50],
      [90, 150],
      [200, 152],
    ],
    [
      [170, 60],
      [168, 240],
    ],
  ],
  canvas: [280, 280],
  ...change,
});

export const hand = (change = {}) => ({
  tag: "3-abc",
  generation: 3,
  remembers: true,
  back: false,
  mended: 0,
  per_label: {},
  drawings: [remembered()],
  ...change,
});

export const memory = (change = {}) => ({
  label: "4",
  drawing: "d1",
  similarity: 0.93,
  drawn_at: "2026-03-03T10:00:00Z",
  changed: true,
  ...change,
});

export const refusal = (code, message = "A sentence.") => ({
  error: { code, message, field: null },
});
