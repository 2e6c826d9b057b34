"""The ink of a picture in pieces of one digit each: what is connected, cut where digits touch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer import pricing
from recognizer.exceptions import OverLimit
from recognizer.preprocessing import stroke_width
from recognizer.preprocessing.picture import Depth, Mask
from recognizer.segmentation import cuts, grouping, signs, touching
from recognizer.segmentation import lines as line_finder
from recognizer.segmentation.affinity import SMALL, Boxes, Points
from recognizer.segmentation.signs import Moments

if TYPE_CHECKING:
    from recognizer.pricing import Budget

Labels: TypeAlias = NDArray[np.int32]  # (height, width), 0 paper, the pieces from 1
# What is wider than this, in heights of the tallest piece, may be several digits.
_WIDE = 0.5
# Ink that would come to more pieces than this is left whole: each is read several times.
# All that is cut is together no longer than as many of its heights: lines under the number
# and patterns would only take their time.
_MAX_PIECES = 32
# What touches and could not be read as a whole is no surer than this to be what its parts spell:
# there may be a point among it.
_UNREAD = touching.LIKELY
# No number has so many pieces of ink before anything is cut: it is a text or a pattern.
_MAX_COMPONENTS = 100


@dataclass(frozen=True, slots=True)
class Pieces:
    """`boxes` are those of the pieces without their common slant, the first that of label 1.

    `chains` are pieces that were connected and may belong together, counted from 0, left to
    right; `cut` are all that were connected. `read` is what was read of a piece beside what it
    touched: eleven probabilities; and `certain` how surely all of that was read.
    """

    labels: Labels
    boxes: Boxes
    chains: list[list[int]]
    slant: float
    cut: set[int]
    read: dict[int, NDArray[np.float64]]
    certain: dict[int, float]

    def moments(self) -> Moments:
        """Those of the pieces' pixels without the slant."""
        return np.array(
            [signs.pixel_moments(points, self.slant) for points in _points(self.labels)]
        )

    def mask(self, numbers: tuple[int, ...]) -> Mask:
        """Where the ink of these pieces is, counted from 0."""
        wanted = np.zeros(len(self.boxes) + 1, dtype=np.uint8)
        wanted[np.array(numbers) + 1] = 1
        return wanted[self.labels]


def lines(mask: Mask) -> list[Mask]:
    """A mask with some ink -> a mask for each of its lines, the highest first. Raises as
    `taken_apart`."""
    labels = _connected(mask)
    found = line_finder.found(grouping.upright(_points(labels), 0.0))
    if len(found) == 1:
        return [mask]
    masks = []
    for line in found:
        wanted = np.zeros(labels.max() + 1, dtype=np.uint8)
        wanted[np.array(line) + 1] = 1
        masks.append(wanted[labels])
    return masks


def connected(mask: Mask) -> tuple[Labels, float, Boxes]:
    """What is connected, from 1, their common slant, and their boxes without it. Raises as
    `taken_apart`."""
    labels = _connected(mask)
    return labels, *_upright(labels)


def taken_apart(mask: Mask, depth: Depth, level: float, *, budget: Budget | None = None) -> Pieces:
    """A mask with some ink -> its pieces. Raises `OverLimit` for more than any number has.

    What is wide is read as a whole and cut between its characters; where that is not clear it is
    cut wherever it is thin. Raises `OverLimit` too where that would cost more than `budget` has.
    """
    labels, slant, boxes = connected(mask)
    tallest = boxes[:, 3].max()
    chains: list[list[int]] = []
    cut: set[int] = set()
    read: dict[int, NDArray[np.float64]] = {}
    certain: dict[int, float] = {}
    room = float(_MAX_PIECES)
    # What is too low for a digit, a line under the number say, has none to be cut into.
    wide = (boxes[:, 2] > _WIDE * tallest) & (boxes[:, 3] >= SMALL * tallest)
    for number in (np.flatnonzero(wide) + 1).tolist():
        whole = (labels == number).astype(np.uint8)
        box = cv2.boundingRect(whole)
        if box[2] / box[3] > room:
            continue
        room -= box[2] / box[3]
        if budget:
            budget.spend(pricing.STRIP * box[2] / box[3], field="image")
        strip = stroke_width.strip(depth, whole, level, slant)
        said = touching.read(strip.pixels)
        own = _within(whole, box)
        if said.probability >= touching.LIKELY:
            places = [place - box[0] for place in strip.places(said.columns)]
            parts = _cut(labels, number, box, cuts.between(own, slant, places))
        else:
            parts = _cut(labels, number, box, cuts.candidates(own, slant))
        if said.probability >= touching.LIKELY and len(parts) == len(said.answers):
            read |= dict(zip(parts, said.answers, strict=True))
            certain |= dict.fromkeys(parts, said.probability)
        elif len(parts) > 1:
            chains.append(parts)
            certain |= dict.fromkeys(parts, _UNREAD)
        if len(parts) > 1:
            cut |= {*parts}
    if cut:
        slant, boxes = _upright(labels)
    return Pieces(labels, boxes, chains, slant, cut, read, certain)


def _within(mask: Mask, box: tuple[int, int, int, int]) -> Mask:
    x, y, width, height = box
    return mask[y : y + height, x : x + width]


def _connected(mask: Mask) -> Labels:
    """Connected components, over corners too, numbered as it comes row by row."""
    count, labels = cv2.connectedComponents(mask)
    if count - 1 > _MAX_COMPONENTS:
        raise OverLimit("too_many_pieces", field="image", most=_MAX_COMPONENTS)
    # OpenCV numbers them by blocks of pixels. Set backwards, what stays is where each begins.
    numbers = labels[mask > 0]
    first = np.full(count, -1)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    in_order = np.zeros(count, dtype=np.int32)
    in_order[np.argsort(first)] = np.arange(count)
    labels[mask > 0] = in_order[numbers]
    return np.asarray(labels, dtype=np.int32)


def _cut(
    labels: Labels, number: int, box: tuple[int, int, int, int], paths: Sequence[cuts.Path]
) -> list[int]:
    """Gives all parts but the first labels of their own; the parts, counted from 0, left to right.

    `box` is the piece's (x, y, width, height).
    """
    x, y, width, height = box
    around = labels[y : y + height, x : x + width]
    inside = around == number
    most = int(labels.max())
    if most + len(paths) > _MAX_PIECES:
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
