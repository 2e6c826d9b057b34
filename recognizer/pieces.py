"""The ink of a picture in pieces of one digit each: what hangs together, cut at its necks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer import grouping, necks
from recognizer.debris import Mask
from recognizer.grouping import Boxes, Points

Labels: TypeAlias = NDArray[np.int32]  # (height, width), 0 paper, the pieces from 1

# What is wider than this, in heights of the tallest piece, may be several digits.
_WIDE = 0.5
# Ink that would come to more pieces than this is left whole: each is read several times.
# So is a line longer than as many of its heights, which would only take its time.
_MOST_PIECES = 32


@dataclass(frozen=True, slots=True)
class Pieces:
    """`boxes` are those of the pieces without their common slant, the first that of label 1.

    `chains` are pieces that hung together, counted from 0, left to right.
    """

    labels: Labels
    boxes: Boxes
    chains: list[list[int]]

    def mask(self, numbers: tuple[int, ...]) -> Mask:
        """Where the ink of these pieces is, counted from 0."""
        return np.isin(self.labels, np.array(numbers) + 1).astype(np.uint8)


def taken_apart(mask: Mask) -> Pieces:
    """A mask with some ink -> its pieces."""
    labels = _hanging_together(mask)
    slant, boxes = _upright(labels)
    tallest = boxes[:, 3].max()
    chains = []
    # What is too low for a digit, a line under the number say, has none to be cut into.
    wide = (boxes[:, 2] > _WIDE * tallest) & (boxes[:, 3] >= grouping.SMALL * tallest)
    for number in np.flatnonzero(wide) + 1:
        parts = _cut(labels, int(number), slant)
        if len(parts) > 1:
            chains.append(parts)
    return Pieces(labels, _upright(labels)[1] if chains else boxes, chains)


def _hanging_together(mask: Mask) -> Labels:
    """What hangs together, over corners too, numbered as it comes row by row."""
    count, labels = cv2.connectedComponents(mask)
    # OpenCV numbers them by blocks of pixels. Set backwards, what stays is where each begins.
    numbers = labels[mask > 0]
    first = np.full(count, -1)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    in_order = np.zeros(count, dtype=np.int32)
    in_order[np.argsort(first)] = np.arange(count)
    labels[mask > 0] = in_order[numbers]
    return np.asarray(labels, dtype=np.int32)


def _cut(labels: Labels, number: int, slant: float) -> list[int]:
    """Gives all parts but the first labels of their own; the parts, counted from 0."""
    x, y, width, height = cv2.boundingRect((labels == number).astype(np.uint8))
    if width > _MOST_PIECES * height:
        return [number - 1]
    around = labels[y : y + height, x : x + width]
    inside = around == number
    paths = necks.cuts(inside.astype(np.uint8), slant)
    most = int(labels.max())
    if most + len(paths) > _MOST_PIECES:
        return [number - 1]
    part = np.zeros(inside.shape, dtype=np.intp)
    for path in paths:
        part += np.arange(width) >= path[:, None]
    kinds = np.unique(part[inside])
    for place, kind in enumerate(kinds[1:], start=1):
        around[inside & (part == kind)] = most + place
    return [number - 1, *range(most, most + len(kinds) - 1)]


def _upright(labels: Labels) -> tuple[float, Boxes]:
    """The common slant, and the boxes without it."""
    pieces = _points(labels)
    slant = _slant(pieces)
    return slant, grouping.upright(pieces, slant)


def _slant(pieces: list[Points]) -> float:
    """In x for each y: the regression of x on y within each piece."""
    across = down = 0.0
    for points in pieces:
        # Sums of whole numbers, which every language finds the same.
        x, y = points.T
        across += float((x * y).sum() - x.sum() * y.sum() / len(points))
        down += float((y * y).sum() - y.sum() * y.sum() / len(points))
    return across / down if down > 0 else 0.0


def _points(labels: Labels) -> list[Points]:
    rows, columns = np.nonzero(labels > 0)
    numbers = labels[rows, columns]
    order = np.argsort(numbers, kind="stable")
    points = np.stack([columns, rows], axis=1)[order].astype(np.float64)
    return np.split(points, np.cumsum(np.bincount(numbers))[1:-1])
