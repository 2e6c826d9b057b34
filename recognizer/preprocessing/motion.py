"""From pen strokes to maps of the pen's motion: where it wrote, and which way it went.

A picture does not tell a 1 that was retraced from a narrow 4; the way of the pen does. On
a grid over the glyph's own frame there is, cell by cell, how much ink was written in each of
eight directions, and where the pen was put down and lifted. Lengths are shared linearly
between neighbouring directions and neighbouring cells, so that nothing jumps. After Bai and
Huo (2005), "A study on the use of 8-directional features for online handwritten Chinese
character recognition"; `static/js/preprocessing/motion.js` holds the same numbers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.glyph import MAPS, SIZE, Maps
from recognizer.preprocessing.strokes import Stroke

if TYPE_CHECKING:
    from collections.abc import Sequence

CELLS, _, CHANNELS = MAPS  # a side of the grid over the glyph's 28 pixels
DIRECTIONS = 8  # from +x on, clockwise as y points down; then come the two of the pen
PEN_DOWN, PEN_UP = DIRECTIONS, DIRECTIONS + 1
LENGTH = 4.0  # pixels of ink in a cell that count as 1, as one pen-down does
LEVELS = 64  # steps of a stored map's value that count as 1; what is above 255 is cut off
# Strokes are looked at in steps of a pixel, and twice smoothed: the corners of a tablet of
# few units are no turns of the hand. A drawing at the limits is looked at in longer steps.
STEP = 1.0
MOST_STEPS = 2000
_SMOOTHINGS = 2
# How much a length may exceed a whole number of steps and be one: languages add up to other
# last bits, and one step more would show in all of the map.
_WHOLE = 1e-9
# To the right and down: the four cells around a point.
_CORNERS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])


def normalise(placed: Sequence[Stroke]) -> Maps:
    """Strokes in the glyph's pixels -> (8, 8, 10) uint8 of rows, columns and channels."""
    return np.minimum(np.rint(maps(placed) * LEVELS), 255).astype(np.uint8)


def maps(placed: Sequence[Stroke]) -> NDArray[np.float64]:
    """The same before rounding: (8, 8, 10), not below 0.

    `placed` are strokes in the glyph's pixels, as `ink.place` gives them, each of one point
    or more; what lies beyond the frame counts in the cell next to it.
    """
    reached = [_reached(stroke) for stroke in placed]
    step = max(STEP, sum(float(one[-1]) for one in reached) / MOST_STEPS)
    paths = [
        _smoothed(_in_steps(stroke, far, step)) for stroke, far in zip(placed, reached, strict=True)
    ]
    middles, along = _steps(paths)
    length = np.hypot(along[:, 0], along[:, 1]) / LENGTH
    turn = np.arctan2(along[:, 1], along[:, 0]) * (DIRECTIONS / (2 * math.pi)) % DIRECTIONS
    first = turn.astype(np.intp)
    share = turn - first
    # A step's length goes to its two nearest directions.
    parts = [
        (middles, first % DIRECTIONS, length * (1 - share)),
        (middles, (first + 1) % DIRECTIONS, length * share),
        _ends([stroke[0] for stroke in placed], PEN_DOWN),
        _ends([stroke[-1] for stroke in placed], PEN_UP),
    ]
    points, channels, amounts = (np.concatenate(values) for values in zip(*parts, strict=True))
    return _shared_out(points, channels, amounts)


def _reached(stroke: Stroke) -> NDArray[np.float64]:
    """How far the pen had come at each point."""
    along = stroke[1:] - stroke[:-1]
    reached = np.zeros(len(stroke))
    np.cumsum(np.hypot(along[:, 0], along[:, 1]), out=reached[1:])
    return reached


def _in_steps(stroke: Stroke, reached: NDArray[np.float64], step: float) -> Stroke:
    """The stroke's line in points equally far apart, at most `step`; a dot stays one point."""
    length = float(reached[-1])
    if length == 0:
        return stroke[:1]
    count = max(math.ceil(length / step - _WHOLE), 1)
    at = np.arange(count + 1) * (length / count)
    path = np.empty((count + 1, 2))
    path[:, 0] = np.interp(at, reached, stroke[:, 0])
    path[:, 1] = np.interp(at, reached, stroke[:, 1])
    return path


def _smoothed(path: Stroke) -> Stroke:
    """Each point but the ends nearer to its neighbours."""
    for _ in range(_SMOOTHINGS):
        path[1:-1] = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4
    return path


def _steps(paths: Sequence[Stroke]) -> tuple[Stroke, Stroke]:
    """The middles of all paths' steps, and how far each goes in x and y."""
    along = np.concatenate([path[1:] - path[:-1] for path in paths])
    return np.concatenate([path[:-1] for path in paths]) + along / 2, along


def _ends(
    points: list[NDArray[np.float64]], channel: int
) -> tuple[Stroke, NDArray[np.intp], NDArray[np.float64]]:
    count = len(points)
    return np.array(points), np.full(count, channel), np.ones(count)


def _shared_out(
    points: Stroke, channels: NDArray[np.intp], amounts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Amounts at points, in pixels, each in the four cells whose middles are nearest."""
    at = (points + 0.5) * (CELLS / SIZE) - 0.5
    corner = np.floor(at)
    cells = corner[:, None] + _CORNERS
    near = 1 - np.abs(at[:, None] - cells)
    shares = near[..., 0] * near[..., 1] * amounts[:, None]
    inside = np.minimum(np.maximum(cells, 0), CELLS - 1).astype(np.intp)
    index = (inside[..., 1] * CELLS + inside[..., 0]) * CHANNELS + channels[:, None]
    found = np.zeros(CELLS * CELLS * CHANNELS)
    found += np.bincount(index.ravel(), shares.ravel(), len(found))
    return found.reshape(MAPS)
