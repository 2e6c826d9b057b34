"""Where digits of a picture touch: cuts through the thinnest places of a piece of ink.

A cut goes from above the piece to below it and through as little ink as it can,
within a band beside its column: the shortest path of Burges and others, "Shortest
Path Segmentation" (1992), found for all columns at once.

`static/js/segmentation/cuts.js` is the same in JavaScript, step by step: where paths are
as thin as one another, a last bit would decide. Of equals the first is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from recognizer.preprocessing.distance import STEP, distances
from recognizer.preprocessing.picture import Mask
from recognizer.preprocessing.resampling import averaged

Path: TypeAlias = NDArray[np.float64]  # for each row of the mask the column of the cut
# Lengths in heights of the piece; it is looked at with so many rows.
_ROWS = 48
_BAND = 8  # columns to either side of a cut's own
_MIN_DISTANCE = 8  # from one cut to the next, and to the ends
# A cut costs no more than so many widths of the pen: one to enter ink, the rest within it.
_MAX_THICKNESS = 4.0
# Walking over paper costs a little, so that a cut is no longer than it must be.
_PAPER = 0.02
# A cut between two digits keeps as far from the middle of either: a share of the way.
_KEPT = 0.25


def candidates(mask: Mask, slant: float) -> list[Path]:
    """The cuts of one piece, left to right; `slant` in x for each y is that of the number."""
    piece = _Piece.of(mask, slant)
    columns = piece.ink.shape[1]
    middles = np.arange(_MIN_DISTANCE, columns - _MIN_DISTANCE)
    if len(middles) == 0:
        return []
    paths, thickness = piece.thinnest(middles)
    places = paths.mean(axis=1)
    inside = (places >= _MIN_DISTANCE) & (places <= columns - 1 - _MIN_DISTANCE)
    thickness[~inside] = np.inf
    chosen = _distinct(thickness, places, _MAX_THICKNESS * piece.pen)
    return [piece.in_mask(paths[at]) for at in chosen]


def between(mask: Mask, slant: float, places: Sequence[float]) -> list[Path]:
    """The thinnest cut between every two neighbours of `places`, in x halfway down the piece."""
    piece = _Piece.of(mask, slant)
    found = []
    for before, after in pairwise(places):
        keep = _KEPT * (after - before)
        first, last = (round(x * piece.scale) for x in (before + keep, after - keep))
        paths, thickness = piece.thinnest(np.arange(first, max(first, last) + 1))
        found.append(piece.in_mask(paths[int(thickness.argmin())]))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A piece of ink at the scale at which it is cut: (_ROWS, columns) in [0, 1]."""

    ink: NDArray[np.float64]
    scale: float
    height: int  # of the mask
    lean: NDArray[np.intp]  # of each row
    pen: float

    @classmethod
    def of(cls, mask: Mask, slant: float) -> _Piece:
        height, width = mask.shape
        scale = _ROWS / height
        ink = averaged(mask, max(1, round(width * scale)), _ROWS)
        lean = np.rint(slant * (np.arange(_ROWS) - _ROWS / 2)).astype(np.intp)
        return cls(ink, scale, height, lean, _pen(ink))

    def thinnest(
        self, middles: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """See `_thinnest`."""
        return _thinnest(self.ink, middles, self.lean, self.pen)

    def in_mask(self, path: NDArray[np.float64]) -> Path:
        """A path as it runs in the mask."""
        rows = np.clip((np.arange(self.height) * self.scale).astype(np.intp), 0, _ROWS - 1)
        return path[rows] / self.scale


def _pen(ink: NDArray[np.float64]) -> float:
    """The width of the pen in a small picture of ink, by its area and its outline."""
    mask = (ink > 0.5).astype(np.uint8)
    mask = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    middle = distances(mask)
    ridge = middle[(middle >= cv2.dilate(middle, STEP)) & (mask > 0)].astype(np.float64)
    return 2 * float(np.median(ridge)) - 1 if len(ridge) else 1.0


def _thinnest(
    ink: NDArray[np.float64], middles: NDArray[np.intp], lean: NDArray[np.intp], entry: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The path of least ink for each middle: (middles, rows) columns, (middles,) its cost.

    Going from paper into ink costs `entry` more: digits touch in one place, and a path
    through two strokes of a loop is worse than one along a touch.
    """
    band = np.arange(-_BAND, _BAND + 1)
    padded = np.pad(ink, ((0, 0), (4 * _ROWS, 4 * _ROWS)))
    # For each middle and each place in its band the best path to there, and the ink
    # there; no path comes from beside the band.
    best = np.pad(np.zeros((len(middles), len(band))), ((0, 0), (1, 1)), constant_values=np.inf)
    above = np.zeros_like(best)
    paths_above, ink_above = _three_abreast(best), _three_abreast(above)
    aside = _PAPER * np.array([1, 0, 1])[:, None, None]
    steps = np.zeros((_ROWS, len(middles), len(band)), dtype=np.intp)
    for row in range(_ROWS):
        places = middles[:, None] + band + lean[row] + 4 * _ROWS
        here = padded[row, np.clip(places, 0, padded.shape[1] - 1)]
        options = paths_above + entry * np.maximum(here - ink_above, 0) + aside
        steps[row] = options.argmin(axis=0) - 1
        best[:, 1:-1] = options.min(axis=0) + here
        above[:, 1:-1] = here
    best = best[:, 1:-1]
    at = best.argmin(axis=1)
    thickness = best[np.arange(len(middles)), at]
    paths = np.zeros((len(middles), _ROWS))
    for row in range(_ROWS - 1, -1, -1):
        paths[:, row] = middles + band[at] + lean[row]
        at = at + steps[row, np.arange(len(middles)), at]
    return paths, thickness


def _three_abreast(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """(middles, places + 2) -> a view, (3, middles, places): the left, same and right of each."""
    return np.moveaxis(sliding_window_view(table, 3, axis=1), -1, 0)


def _distinct(
    thickness: NDArray[np.float64], places: NDArray[np.float64], most: float
) -> list[int]:
    """The thinnest cuts, none next to a thinner one, left to right."""
    chosen: list[int] = []
    for at in np.argsort(thickness, kind="stable").tolist():
        if thickness[at] > most:
            break
        if all(abs(places[at] - places[other]) >= _MIN_DISTANCE for other in chosen):
            chosen.append(at)
    return sorted(chosen, key=lambda at: float(places[at]))
