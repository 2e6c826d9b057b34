"""The log-odds that two pieces of ink belong to one digit, from where they stand."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]  # (points, 2): x, y
Boxes: TypeAlias = NDArray[np.float64]  # (pieces, 4): x, y, width, height

# Log-odds that two pieces are of one digit. Lengths are in heights of the tallest
# piece. Fitted on numbers composed of the even writers' pen digits
# (benchmarks/ink/numbers.py) as a conditional random field over all ways to share the
# strokes out, the network's log-probabilities weighing `READING`.
BIAS = 0.3
NEXT = 3.0  # one was written right after the other; half of it where nobody knows
APART = -9.0  # a height between their middles in x
BASELINE_GAP = 5.0  # a height between their lower ends: a digit stands on the line,
BASELINE_GAP_NEAR = 8.0  # and the first quarter of a height tells most
NEAR = 0.25
NARROWER = -3.5  # the narrower one's width: what is wide is a digit by itself,
LOWER = -3.0  # and so is what is tall
OVERLAP = 6.0  # in x; less than 0 where there is a gap

# What is lower than this share of the tallest piece is a dot, a sign or a part.
SMALL = 0.3


def affinities(boxes: Boxes, *, in_order: bool) -> NDArray[np.float64]:
    """(pieces, 4), the tallest 1 high -> (pieces, pieces) log-odds of belonging together."""
    left, top, width, height = boxes.T
    right, foot, middle = left + width, top + height, left + width / 2
    gap = np.abs(np.subtract.outer(foot, foot))
    overlap = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    order = np.arange(len(boxes))
    following = np.abs(np.subtract.outer(order, order)) == 1 if in_order else 0.5
    affinity: NDArray[np.float64] = (
        BIAS
        + NEXT * following
        + APART * np.abs(np.subtract.outer(middle, middle))
        + BASELINE_GAP * gap
        + BASELINE_GAP_NEAR * np.minimum(gap, NEAR)
        + NARROWER * np.minimum.outer(width, width)
        + LOWER * np.minimum.outer(height, height)
        + OVERLAP * overlap
    )
    # A point or a comma hangs below the middle of its neighbour, and beside it.
    lower = np.minimum.outer(height, height) < SMALL
    hanging = np.where(np.less.outer(height, height), top[:, None] - top, top - top[:, None])
    taller = np.maximum.outer(height, height)
    beside = lower & (taller >= SMALL) & (hanging > taller / 2) & (overlap <= 0)
    affinity[beside] = -np.inf
    return affinity
