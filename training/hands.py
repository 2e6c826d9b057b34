"""Digits as other schools teach them, which MNIST's American writers hardly wrote.

A 1 with a long upstroke, with or without a foot; a 7 with a bar, a serif or a
foot; a 9 whose tail curls back. All are drawn by the pen of `recognizer.ink`,
each a little differently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognizer import ink
from recognizer.glyph import SIZE
from training.doodles import smooth
from training.examples import Examples

if TYPE_CHECKING:
    from recognizer.ink import Stroke


def generate(count: int, rng: np.random.Generator) -> Examples:
    """`count` glyphs: half of them ones, a quarter sevens, a quarter nines."""
    writers = {1: _one, 7: _seven, 9: _nine}
    labels = rng.choice([1, 7, 9], count, p=[0.5, 0.25, 0.25])
    pixels = np.empty((count, SIZE, SIZE), dtype=np.uint8)
    for row, label in enumerate(labels):
        pixels[row] = ink.normalise(_by_hand(writers[int(label)](rng), rng)).pixels
    return Examples(pixels, labels)


def _by_hand(strokes: list[Stroke], rng: np.random.Generator) -> list[Stroke]:
    """Slanted to the right more often than to the left, each corner a little off, all rounded."""
    shear = rng.uniform(-0.35, 0.15)
    slant = np.array([[np.exp(rng.uniform(-0.2, 0.2)), shear], [0.0, 1.0]])
    unsteady = [stroke + rng.normal(0, 0.02, stroke.shape) for stroke in strokes]
    return [smooth(stroke @ slant.T) for stroke in unsteady]


def _one(rng: np.random.Generator) -> list[Stroke]:
    """The upstroke rises clearly; a level one would make it a 7."""
    reach = rng.uniform(0.15, 0.6)
    rise = reach * rng.uniform(0.5, 1.6)
    bend = (-reach / 2, rise * rng.uniform(0.3, 0.55))
    corner = [(0.0, 0.0), (0.01, 0.03)]  # twice, so that rounding leaves it sharp
    strokes = [np.array([(-reach, rise), bend, *corner, (0.0, 0.5), (0.0, 1.0)])]
    if rng.random() < 0.25:
        left, right = rng.uniform(0.1, 0.35, 2)
        strokes.append(np.array([(-left, 1.0), (right, 1.0)]))
    return strokes


def _seven(rng: np.random.Generator) -> list[Stroke]:
    width = rng.uniform(0.4, 0.7)
    foot = width * rng.uniform(0.3, 0.7)
    corner = [(width, 0.0), (width, 0.02)]
    points = [(0.0, 0.0), (width / 2, 0.0), *corner, ((width + foot) / 2, 0.45), (foot, 1.0)]
    if rng.random() < 0.4:
        points.insert(0, (-0.02, rng.uniform(0.08, 0.22)))
    if rng.random() < 0.2:
        points += [(foot + 0.02, 1.0), (foot + rng.uniform(0.1, 0.2), rng.uniform(0.93, 1.0))]
    strokes = [np.array(points)]
    if rng.random() < 0.8:
        middle, half, y = (width + foot) / 2, rng.uniform(0.15, 0.35), rng.uniform(0.42, 0.58)
        strokes.append(np.array([(middle - half, y), (middle + half, y - 0.03)]))
    return strokes


def _nine(rng: np.random.Generator) -> list[Stroke]:
    """A round head, down along its right side, and a tail that curls back to the left."""
    width, head = rng.uniform(0.45, 0.75), rng.uniform(0.4, 0.55)
    ring = np.array([(1.0, 0.2), (0.6, -0.08), (0.0, 0.1), (-0.05, 0.8), (0.45, 1.1), (1.0, 0.7)])
    end = (rng.uniform(-0.1, 0.3), 0.88)
    tail = np.array([(1.0, 0.15), (1.05, 0.6), (1.0, 0.95), (0.5, 1.05), end])
    return [np.concatenate([ring * (width, head), tail * (width, 1.0)])]
