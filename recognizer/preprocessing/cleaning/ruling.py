"""Ruled lines of the paper: found from edge to edge and taken away."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.picture import Mask

# A ruled line goes from edge to edge, no thicker and no steeper than these
# shares of the picture, and is seen along most of its way.
_MAX_THICKNESS, _MAX_SLOPE, _MIN_SEEN = 0.03, 0.1, 0.8
_SAMPLES = 50  # at so many places
_MAX_LINES = 40  # more are a pattern, which only costs time


def without_ruling(mask: Mask) -> Mask:
    """Without parallel lines across the picture, be they along it or upright."""
    # All are looked for before any is erased, or they would seem to end where they crossed.
    found = [(across, [*_lines(across)]) for across in (mask, mask.T)]
    for across, lines in found:
        if len(lines) > 1:  # a single one may be the bar of a 7 that fills the picture
            for rows, thickness in lines:
                erase(across, rows, thickness, np.arange(across.shape[1]))
    return mask


def _lines(mask: Mask) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Lines from the left edge to the right: the row of each column, and the thickness."""
    height, width = mask.shape
    thickest = max(2, round(_MAX_THICKNESS * height))
    inset = min(2, width // 8)
    starts, ends = (_runs(mask[:, at], thickest) for at in (inset, -1 - inset))
    if not starts or not ends or max(len(starts), len(ends)) > _MAX_LINES:
        return
    # Ink within a pixel of a line is seen on it.
    near = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    columns = _way(0, np.array([2 * (width - 1)]), _SAMPLES)[0]
    goals = np.array([end for end, _ in ends])
    for start, thickness in starts:
        ways = _way(start, goals, _SAMPLES)
        seen = near[ways, columns].mean(axis=1) * (np.abs(goals - start) <= 2 * _MAX_SLOPE * width)
        if seen.max() >= _MIN_SEEN:
            yield _way(start, goals[[seen.argmax()]], width)[0], thickness


def _way(start: int, goals: NDArray[np.int64], steps: int) -> NDArray[np.int64]:
    """(goals, steps) whole numbers from half of `start` to half of each goal, rounded down."""
    last = steps - 1
    return (start * last + np.multiply.outer(goals - start, np.arange(steps))) // (2 * last)


def _runs(column: Mask, longest: int) -> list[tuple[int, int]]:
    """Twice the middle, and the length, of each run of ink that is no longer than a line's."""
    if not column.any():
        return []
    steps = np.flatnonzero(np.diff(column, prepend=0, append=0))
    return [
        (int(start + end), int(end - start))
        for start, end in zip(steps[::2], steps[1::2], strict=True)
        if end - start <= longest
    ]


def erase(mask: Mask, rows: NDArray[np.int64], thickness: int, columns: NDArray[np.int64]) -> None:
    """Takes a line, its row in each of some columns, away where no stroke crosses it."""
    reach = thickness // 2 + 1
    last = mask.shape[0] - 1
    beside = cv2.dilate(mask, np.ones((1, 3), np.uint8))
    above = beside[np.clip(rows - reach - 1, 0, last), columns]
    below = beside[np.clip(rows + reach + 1, 0, last), columns]
    bare = (above & below) == 0
    along = rows[bare, None] + np.arange(-reach, reach + 1)
    mask[np.clip(along, 0, last), columns[bare, None]] = 0
