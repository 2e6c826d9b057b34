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
    _, labels = cv2.connectedComponents(mask)
    slant, boxes = _upright(labels)
    tallest = boxes[:, 3].max()
    chains = []
    for number in np.flatnonzero(boxes[:, 2] > _WIDE * tallest) + 1:
        parts = _cut(labels, int(number), slant)
        if len(parts) > 1:
            chains.append(parts)
    return Pieces(labels, _upright(labels)[1], chains)


def _cut(labels: Labels, number: int, slant: float) -> list[int]:
    """Gives all parts but the first labels of their own; the parts, counted from 0."""
    x, y, width, height = cv2.boundingRect((labels == number).astype(np.uint8))
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
    """The common slant, in x for each y: the regression of x on y within each piece."""
    pieces = _points(labels)
    within = np.concatenate([points - points.mean(axis=0) for points in pieces])
    down = float((within[:, 1] ** 2).sum())
    slant = float(within.prod(axis=1).sum()) / down if down > 0 else 0.0
    return slant, grouping.upright(pieces, slant)


def _points(labels: Labels) -> list[Points]:
    rows, columns = np.nonzero(labels)
    numbers = labels[rows, columns]
    order = np.argsort(numbers, kind="stable")
    points = np.stack([columns, rows], axis=1)[order].astype(np.float64)
    return np.split(points, np.cumsum(np.bincount(numbers))[1:-1])
