"""Which pieces of ink stand on which line, by their places alone.

Tall pieces that stand beside one another are of one line, from neighbour to neighbour, so that a
line may climb or fall; small ones, such as points, dashes and bars, go to the line that is nearest.
`static/js/segmentation/lines.js` is the same in JavaScript.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from recognizer.segmentation.affinity import Boxes

# Lengths are in heights of the tallest piece unless said otherwise. What is at least as high as
# this may stand on a line of its own.
TALL = 0.4
# Ink that is nowhere higher than this share of its widest piece is dashes, and no lines.
FLAT = 0.1
# Neighbours on a line have this share of the lower one's height in common, and are no further
# apart in x than this.
SHARED = 0.2
REACH = 2.5
# No steeper, in y for each x, is a line taken to be; from how many heights of pairs it is known.
STEEPEST, KNOWN = 0.3, 3.0
# Between two lines there is so much paper, in heights of the lower one: digits in two halves have
# less. Where one is only so high beside the other it takes more: commas hang below their line.
BETWEEN = 0.08
LOW, HANGING = 0.65, 0.5


def found(boxes: Boxes) -> list[list[int]]:
    """(pieces, 4) of x, y, width, height -> the pieces of each line, the highest first.

    Every piece is on one line, in the pieces' order.
    """
    widest, unit = boxes[:, 2:].max(axis=0).tolist() if len(boxes) > 0 else (0.0, 0.0)
    tall = np.flatnonzero(boxes[:, 3] >= TALL * unit)
    if unit == 0 or unit < FLAT * widest or len(tall) < 2:
        return [[*range(len(boxes))]]
    own = boxes[tall]
    parts = _connected(_beside(own, unit))
    slope = _slope(own, parts, unit)
    level = own.copy()
    level[:, 1] -= slope * (own[:, 0] + own[:, 2] / 2)
    parts = _apart(level, parts)
    spans = [_span(level[part]) for part in parts]
    order = sorted(range(len(parts)), key=lambda at: sum(spans[at]))
    lines = [[int(tall[at]) for at in parts[place]] for place in order]
    for at in np.flatnonzero(boxes[:, 3] < TALL * unit):
        x, y, width, height = boxes[at]
        middle = y + height / 2 - slope * (x + width / 2)
        away = [max(spans[place][0] - middle, middle - spans[place][1]) for place in order]
        lines[int(np.argmin(away))].append(int(at))
    return [sorted(line) for line in lines]


def _beside(boxes: Boxes, unit: float) -> NDArray[np.bool_]:
    """Which tall pieces are neighbours on a line."""
    left, top, width, height = boxes.T
    right, foot = left + width, top + height
    shared = np.minimum.outer(foot, foot) - np.maximum.outer(top, top)
    apart = np.maximum.outer(left, left) - np.minimum.outer(right, right)
    near: NDArray[np.bool_] = (shared >= SHARED * np.minimum.outer(height, height)) & (
        apart <= REACH * unit
    )
    return near


def _connected(near: NDArray[np.bool_]) -> list[list[int]]:
    """The parts of a graph, each in order, by their first members."""
    parts: list[list[int]] = []
    left = set(range(len(near)))
    for start in range(len(near)):
        if start not in left:
            continue
        left.remove(start)
        part, waiting = [], [start]
        while waiting:
            at = waiting.pop()
            part.append(at)
            beside = [int(other) for other in np.flatnonzero(near[at]) if int(other) in left]
            left.difference_update(beside)
            waiting += beside
        parts.append(sorted(part))
    return parts


def _slope(boxes: Boxes, parts: list[list[int]], unit: float) -> float:
    """How far lines fall in y for each x, by the middles of their neighbours."""
    across = down = 0.0
    x, y = boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3] / 2
    for part in parts:
        row = sorted(part, key=lambda at: (x[at], at))
        for one, other in pairwise(row):
            across += float((x[other] - x[one]) ** 2)
            down += float((x[other] - x[one]) * (y[other] - y[one]))
    if across < (KNOWN * unit) ** 2:
        return 0.0
    return min(max(down / across, -STEEPEST), STEEPEST)


def _span(boxes: Boxes) -> tuple[float, float]:
    """Where a line's pieces begin and end in the middle of them, of two the lower."""
    at = (len(boxes) - 1) // 2
    return float(np.sort(boxes[:, 1])[at]), float(np.sort(boxes[:, 1] + boxes[:, 3])[at])


def _apart(level: Boxes, parts: list[list[int]]) -> list[list[int]]:
    """Parts with hardly any paper between them from top to foot are one line: with much space in
    it, or digits in two halves."""
    spans = [_span(level[part]) for part in parts]
    near = np.array([[_is_near(one, other) for other in spans] for one in spans])
    return [sorted(at for part in group for at in parts[part]) for group in _connected(near)]


def _is_near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    paper = max(one[0], other[0]) - min(one[1], other[1])
    low, high = sorted((one[1] - one[0], other[1] - other[0]))
    return paper < (HANGING if low < LOW * high else BETWEEN) * low
