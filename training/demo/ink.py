"""Generated ink on a sheet, with times: every digit, and what is none. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from recognizer.labels import NOT_A_DIGIT
from training.synthesis import digit_variants, doodles

if TYPE_CHECKING:
    from recognizer.preprocessing.strokes import Stroke

SIDE = 1000
# Milliseconds between two points, and between two strokes.
STEP, LIFT = 14, 160
# The digits that `digit_variants` does not write: corners of a line, in a box of 1 by 1.
CORNERS: dict[int, list[list[tuple[float, float]]]] = {
    2: [[(0.05, 0.25), (0.2, 0.02), (0.75, 0.0), (0.85, 0.3), (0.45, 0.65), (0.0, 1.0),
         (0.45, 0.93), (0.95, 0.98)]],
    3: [[(0.05, 0.1), (0.4, -0.02), (0.85, 0.1), (0.75, 0.4), (0.35, 0.48), (0.85, 0.55),
         (0.9, 0.9), (0.4, 1.02), (0.0, 0.88)]],
    5: [[(0.8, 0.0), (0.15, 0.02), (0.08, 0.45), (0.55, 0.35), (0.9, 0.6), (0.7, 0.98),
         (0.05, 0.95)]],
    8: [[(0.75, 0.12), (0.4, -0.05), (0.08, 0.2), (0.5, 0.48), (0.9, 0.75), (0.5, 1.05),
         (0.08, 0.78), (0.5, 0.48), (0.85, 0.2), (0.7, 0.08)]],
}  # fmt: skip
DOODLES = (doodles.scribble, doodles.zigzag, doodles.spiral, doodles.sign)
# Of a hundred drawings so many are no digit, and so many are drawn in haste, each point as far
# off as `HASTE` of the digit's height: the network misreads some of those.
NON_DIGITS, HASTY, HASTE = 4, 30, 0.055


def draw(count: int, rng: np.random.Generator) -> list[tuple[str, list[list[list[float]]]]]:
    """`count` labels with their strokes of [x, y, ms], on a sheet `SIDE` wide and high."""
    written = iter(_variants(count, rng))
    found = []
    for _ in range(count):
        if rng.random() * 100 < NON_DIGITS:
            strokes = DOODLES[rng.integers(len(DOODLES))](rng)
            found.append((NOT_A_DIGIT, _on_sheet(strokes, rng)))
            continue
        digit = int(rng.integers(10))
        if digit in CORNERS:
            found.append((str(digit), _on_sheet(_by_corners(digit, rng), rng)))
        else:
            label, strokes = next(written)
            found.append((str(label), _on_sheet(strokes, rng)))
    return found


def _variants(count: int, rng: np.random.Generator) -> list[tuple[int, list[Stroke]]]:
    labels, drawings = digit_variants.draw(count, rng)
    return [(int(label), strokes) for label, strokes in zip(labels, drawings, strict=True)]


def _by_corners(digit: int, rng: np.random.Generator) -> list[Stroke]:
    """A digit by its corners, each a little off, rounded, slanted and more or less wide."""
    shear, width = rng.uniform(-0.3, 0.1), rng.uniform(0.5, 0.85)
    lean = np.array([[width, 0.0], [shear, 1.0]])
    return [
        doodles.smooth((np.array(corners) + rng.normal(0, 0.035, (len(corners), 2))) @ lean)
        for corners in CORNERS[digit]
    ]


def _on_sheet(strokes: list[Stroke], rng: np.random.Generator) -> list[list[list[float]]]:
    """Strokes of any unit placed on the sheet at random, with the time of every point."""
    if rng.random() * 100 < HASTY:
        strokes = [stroke + _wobble(len(stroke), rng) for stroke in strokes]
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    size = rng.uniform(0.45, 0.75) * SIDE
    scale = size / max(float(span.max()), 1e-6)
    corner = rng.uniform(0.05, 0.2, 2) * SIDE
    placed, clock = [], 0
    for stroke in strokes:
        line: list[Any] = []
        for x, y in (stroke - low) * scale + corner:
            line.append([round(float(x), 1), round(float(y), 1), clock])
            clock += STEP
        placed.append(line)
        clock += LIFT
    return placed


def _wobble(count: int, rng: np.random.Generator) -> Stroke:
    """(count, 2) by how much a hasty hand is off, more or less alike from point to point."""
    corners = rng.normal(0, HASTE, (max(4, count // 4), 2)) * rng.uniform(0.5, 2.2)
    at = np.linspace(0, len(corners) - 1, count)
    return np.stack([np.interp(at, range(len(corners)), corners[:, axis]) for axis in (0, 1)], 1)
