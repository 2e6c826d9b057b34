"""Digits that touch: what a piece of ink says from left to right, read as a whole.

A cut through strokes that cross leaves halves which no reader of single digits knows. So a
network of its own looks at the whole piece, drawn by the normalisation's pen in a strip as high
as a digit, and says for each step along it which digit is there, or none: connectionist temporal
classification, of Graves and others (2006). Where two digits follow one another the piece is cut,
and what was read in between counts beside the single digit's reading.

`benchmarks/ink/touching.py` fits it on numbers composed of people's digits;
`static/js/segmentation/touching.js` is the same in JavaScript.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from recognizer.segmentation.weights import restored

Floats: TypeAlias = NDArray[np.float64]  # both languages add up the same

WEIGHTS = Path(__file__).with_name("touching_weights.json")
# The classes of a step: the network's eleven labels, and that no character is in its middle there.
NONE = 11
STEP = 2  # columns of the strip
# What is read at least so surely is taken as read.
LIKELY = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a strip says, from left to right: of each character eleven probabilities, and the
    strip's column in which it is seen. `probability` is that of just this text."""

    answers: list[NDArray[np.float64]]
    columns: list[int]
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A convolution: (rows, columns, channels, filters) and its biases.

    `padded` says whether it keeps the rows; of so many rows and columns `pooled` the largest
    value is kept afterwards.
    """

    kernel: Floats
    bias: Floats
    padded: bool
    pooled: tuple[int, int]


def read(strip: NDArray[np.float64]) -> Said:
    """(32, width) in [0, 1] -> what it says."""
    return said(steps(strip))


def steps(strip: NDArray[np.float64]) -> NDArray[np.float64]:
    """(32, width) in [0, 1] -> (width // 2, 12): for each step the probabilities of its classes."""
    values = strip[..., None]
    *layers, last = network()
    for layer in layers:
        values = _pooled(np.maximum(_convolved(values, layer), 0), layer.pooled)
    logits = _convolved(values, last)[0]
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _convolved(values: Floats, layer: Layer) -> Floats:
    rows, columns, channels, filters = layer.kernel.shape
    beside = (columns - 1) // 2
    above = (rows - 1) // 2 if layer.padded else 0
    padded = np.pad(values, ((above, above), (beside, beside), (0, 0)))
    windows = sliding_window_view(padded, (rows, columns), axis=(0, 1))
    height, width = windows.shape[:2]
    flat = windows.reshape(height * width, channels * rows * columns)
    kernel = layer.kernel.transpose(2, 0, 1, 3).reshape(-1, filters)
    return np.asarray((flat @ kernel + layer.bias).reshape(height, width, filters))


def _pooled(values: Floats, pooled: tuple[int, int]) -> Floats:
    rows, columns = pooled
    height, width, channels = values.shape
    height, width = height // rows, width // columns
    parts = values[: height * rows, : width * columns]
    return np.asarray(parts.reshape(height, rows, width, columns, channels).max(axis=(1, 3)))


def said(steps: NDArray[np.float64]) -> Said:
    """The likeliest class of each step, what follows itself taken once: what that spells."""
    best = steps.argmax(axis=1)
    bounds = [*np.flatnonzero(np.diff(best, prepend=NONE)).tolist(), len(best)]
    text, answers, columns = [], [], []
    for start, end in pairwise(bounds):
        character = int(best[start])
        if character != NONE:
            at = start + int(steps[start:end, character].argmax())
            text.append(character)
            answers.append(steps[at, :NONE] / steps[at, :NONE].sum())
            columns.append(STEP * at + 1)
    return Said(answers, columns, _probability(steps, text))


def _probability(steps: NDArray[np.float64], text: list[int]) -> float:
    """That of a text: of all ways to spell it, added up step by step.

    A state is a character or what is between two; one may stay, go on, or skip what is between
    two different characters.
    """
    states = np.array([NONE, *(state for character in text for state in (character, NONE))])
    before = np.concatenate([[NONE, NONE], states])[:-2]
    may_skip = (states != NONE) & (states != before)
    ahead = np.zeros(len(states) + 2)
    ahead[2] = 1.0  # before the first step, as if at what is before the first character
    for row in steps[:, states]:
        ahead[2:] = (ahead[2:] + ahead[1:-1] + np.where(may_skip, ahead[:-2], 0.0)) * row
    return float(ahead[2:][-2:].sum())


@cache
def network() -> list[Layer]:
    """The fitted one."""
    return layers_of(json.loads(WEIGHTS.read_text()))


def layers_of(weights: Sequence[Mapping[str, Any]]) -> list[Layer]:
    """Layers as they are stored."""
    return [
        Layer(restored(one["kernel"]), np.array(one["bias"]), one["padded"], tuple(one["pooled"]))
        for one in weights
    ]
