"""The fit of the signs' classifiers, and their weights as both languages store them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks import ROOT
from benchmarks.common.people import part_writers
from benchmarks.ink.taken_apart import Kinds, Prepared
from recognizer.segmentation import signs
from recognizer.segmentation.signs import Classifier, Classifiers
from recognizer.segmentation.weights import restored, stored

SEED = 11
HIDDEN_ALONE, HIDDEN_AMONG = 48, 48
CLASSES = signs.FIRST_SIGN + len(signs.SIGNS)
EPOCHS, BATCH, RATE, DECAY = 30, 256, 3e-3, 1e-1
# What stands beside a group is what a classifier says that has not seen its writer, one of so many.
PARTS = 2
JS = ROOT / "static" / "js" / "segmentation" / "sign-weights.js"

# Where numbers come from; what is further composed is fitted on and not measured.
COMPOSED, TEXT, PAINTED, PHOTOGRAPHED = "composed", "in text", "painted", "photographed"
FURTHER = "further composed"
# How much one counts in the fit, beside one composed; and one without signs, which must stay so.
WEIGHTS = {TEXT: 4.0}
PLAIN = 2.5

Weighed: TypeAlias = tuple[Prepared, float]  # with how much it counts
Table: TypeAlias = NDArray[np.float32]


def fit(inputs: Sequence[Table], numbers: Sequence[Weighed], hidden_units: int) -> Classifier:
    """Adam (Kingma and Ba, 2015) on the cross entropy of every group.

    `inputs` are those of each number's groups, (groups, inputs).
    """
    chance = np.random.default_rng(SEED)
    x = np.concatenate(inputs)
    y = np.concatenate([one.classes for one, _ in numbers])
    w = np.concatenate([np.full(len(one.classes), weight) for one, weight in numbers])
    w = w.astype(np.float32)
    x = np.column_stack([x, np.ones(len(x), np.float32)])
    shapes = (x.shape[1], hidden_units), (hidden_units + 1, CLASSES)
    parts = [
        chance.normal(0, 1 / np.sqrt(fan_in), (fan_in, units)).astype(np.float32)
        for fan_in, units in shapes
    ]
    first, second = ([np.zeros_like(p) for p in parts] for _ in range(2))
    step, total = 0, EPOCHS * (len(x) // BATCH)
    for _ in range(EPOCHS):
        order = chance.permutation(len(x))
        for at in range(0, len(x) - BATCH + 1, BATCH):
            rows = order[at : at + BATCH]
            grads = _gradients(parts, x[rows], y[rows], w[rows])
            step += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / total))
            for part, grad, m, v in zip(parts, grads, first, second, strict=True):
                m += 0.1 * (grad - m)
                v += 0.001 * (grad * grad - v)
                part -= rate * (
                    m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8) + DECAY * part
                )
    return Classifier(*(restored(stored(part)) for part in parts))


def _gradients(parts: list[Table], x: Table, y: NDArray[np.int64], w: Table) -> list[Table]:
    hidden, output = parts
    between = np.maximum(x @ hidden, 0)
    full = np.column_stack([between, np.ones(len(x), np.float32)])
    logits = full @ output
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(y)), y] -= 1
    shares *= (w / w.sum())[:, None]
    back = (shares @ output[:-1].T) * (between > 0)
    return [x.T @ back, full.T @ shares]


def fit_on(material: dict[str, Kinds], held_out: set[str]) -> Classifiers:
    """Fitted on everybody else's numbers."""
    numbers = [
        (one, WEIGHTS.get(source, 1.0) * (PLAIN if kind == "plain" else 1.0))
        for source, kinds in material.items()
        for kind, some in kinds.items()
        for one in some
        if one.number.writer not in held_out
    ]
    alone = [one.lattice.inputs(one.answers).astype(np.float32) for one, _ in numbers]
    beside = _context(alone, numbers)
    both = [np.column_stack(pair) for pair in zip(alone, beside, strict=True)]
    return Classifiers(fit(alone, numbers, HIDDEN_ALONE), fit(both, numbers, HIDDEN_AMONG))


def _context(inputs: Sequence[Table], numbers: Sequence[Weighed]) -> list[Table]:
    """What stands beside each group, by classifiers that have not seen its writer: of those whom
    it has seen a classifier is surer than it will be of others."""
    found: dict[int, Table] = {}
    writers = sorted({one.number.writer for one, _ in numbers})
    for part in part_writers(writers, PARTS):
        rest = [at for at, (one, _) in enumerate(numbers) if one.number.writer not in part]
        fitted = fit([inputs[at] for at in rest], [numbers[at] for at in rest], HIDDEN_ALONE)
        for at, (one, _) in enumerate(numbers):
            if one.number.writer in part:
                of_kind = fitted.probabilities(inputs[at].astype(float))
                found[at] = one.lattice.context(of_kind, one.answers).astype(np.float32)
    return [found[at] for at in range(len(numbers))]


def write(fitted: Classifiers) -> None:
    """The weights of both languages."""
    tables = {
        name: {
            part: stored(table) for part, table in (("hidden", one.hidden), ("output", one.output))
        }
        for name, one in (("alone", fitted.alone), ("among", fitted.among))
    }
    signs.WEIGHTS.write_text(json.dumps(tables, indent=1) + "\n")
    head = "/** The weights of signs.js, as benchmarks/ink/signs.py fits them. */\n\n"
    script = (f"export const {name} = {json.dumps(tables[name])};\n" for name in tables)
    JS.write_text(head + "".join(script))
    subprocess.run([ROOT / "node_modules/.bin/biome", "format", "--write", JS], check=True)
