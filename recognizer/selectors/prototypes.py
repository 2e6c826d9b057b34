"""Prototypes: ten digits drawn by nobody, and drawings in between two of them.

The page about the model shows with them where one digit turns into another for
the live version. Visitors agree to their drawings being learned from, not to
their being shown, so what everybody sees is made here.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyph

STEPS = 7  # drawings from one digit to another, both included
CANVAS = [140.0, 180.0]
_POINTS = 60
_MARGIN = 20.0

# One stroke each, 100 wide and 140 high, y down. A point that stands twice is a corner.
_KNOTS = {
    0: [(50, 0), (18, 18), (5, 70), (18, 122), (50, 140), (82, 122), (95, 70), (82, 18), (50, 0)],
    1: [(30, 28), (54, 0), (54, 0), (53, 45), (52, 95), (52, 140)],
    2: [
        (10, 35), (25, 8), (55, 0), (85, 18), (85, 48), (60, 85), (12, 138), (12, 138), (50, 137),
        (95, 138),
    ],
    3: [
        (12, 18), (45, 0), (80, 15), (80, 48), (42, 66), (42, 66), (85, 85), (88, 118), (50, 140),
        (10, 122),
    ],
    4: [
        (60, 0), (35, 45), (8, 92), (8, 92), (50, 92), (96, 92), (96, 92), (72, 92), (72, 92),
        (72, 45), (72, 45), (72, 92), (72, 140),
    ],
    5: [
        (85, 0), (25, 0), (25, 0), (18, 58), (18, 58), (50, 48), (85, 65), (90, 100), (60, 138),
        (12, 128),
    ],
    6: [
        (75, 2), (40, 25), (12, 75), (12, 115), (45, 140), (85, 120), (82, 85), (50, 72), (16, 95),
    ],
    7: [(8, 4), (50, 4), (92, 4), (92, 4), (70, 50), (48, 95), (35, 140)],
    8: [
        (82, 20), (50, 0), (18, 20), (25, 50), (55, 70), (88, 100), (75, 134), (45, 140),
        (14, 118), (22, 85), (60, 60), (85, 38), (82, 20),
    ],
    9: [
        (85, 35), (60, 3), (22, 12), (12, 45), (38, 70), (75, 58), (87, 30), (87, 30), (85, 80),
        (72, 140),
    ],
}  # fmt: skip


def strokes(one: int, other: int, step: int) -> list[list[list[float]]]:
    """The drawing number `step`, below `STEPS`, between two digits, as strokes on `CANVAS`."""
    share = step / (STEPS - 1)
    points = (1 - share) * _stroke(one) + share * _stroke(other) + _MARGIN
    return [points.round(1).tolist()]


@cache
def glyphs(one: int, other: int) -> list[Glyph]:
    """The glyphs of all `STEPS` drawings between two digits."""
    drawings = [strokes(one, other, step) for step in range(STEPS)]
    return [ink.normalise([np.array(stroke) for stroke in drawing]) for drawing in drawings]


@cache
def _stroke(digit: int) -> NDArray[np.float64]:
    """(_POINTS, 2): a smooth curve through the digit's knots, its points at equal distances."""
    knots = np.array(_KNOTS[digit], dtype=float)
    curve = np.concatenate(
        [_between(*knots[[max(at - 1, 0), at, at + 1, min(at + 2, len(knots) - 1)]])
         for at in range(len(knots) - 1)]
    )  # fmt: skip
    lengths = np.hypot(*np.diff(curve, axis=0).T)
    reached = np.concatenate([[0.0], np.cumsum(lengths)])
    at = np.linspace(0, reached[-1], _POINTS)
    return np.stack([np.interp(at, reached, curve[:, axis]) for axis in (0, 1)], axis=1)


def _between(
    before: NDArray[np.float64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    after: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(12, 2) points of the spline of Catmull and Rom (1974) from `start` to `end`."""
    t = np.linspace(0, 1, 12)[:, None]
    return 0.5 * (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    )
