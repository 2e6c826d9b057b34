"""The connected pieces of a mask, with their boxes and areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.distance import STEP
from recognizer.preprocessing.picture import Mask

Rectangle: TypeAlias = Sequence[int]  # x, y, width, height, in pixels
Chosen: TypeAlias = NDArray[np.bool_]  # (pieces,), the paper, number 0, among them


@dataclass(frozen=True, eq=False)
class Pieces:
    """What is connected, over corners too; number 0 is the paper.

    `labels` is (height, width), `boxes` (pieces, 4) of left, top, right and bottom, the last
    two past the piece, and `areas` (pieces,) in pixels. How pieces are numbered is not said.
    """

    labels: NDArray[np.uint16]
    boxes: NDArray[np.int64]
    areas: NDArray[np.int64]

    @classmethod
    def of(cls, mask: Mask, box: Rectangle | None = None) -> Pieces:
        """The pieces of a mask; `box` is one that holds all of them, if it is known."""
        x, y, width, height = box or cv2.boundingRect(mask)
        inside = slice(y, y + height), slice(x, x + width)
        labels = np.zeros(mask.shape, dtype=np.uint16)
        stats = np.zeros((1, 5), dtype=np.int32)
        if width:
            _, labels[inside], stats, _ = cv2.connectedComponentsWithStats(
                mask[inside], ltype=cv2.CV_16U
            )
        boxes = stats[:, :4].astype(np.int64)
        boxes[:, :2] += (x, y)
        boxes[:, 2:] += boxes[:, :2]
        boxes[0] = 0
        return cls(labels, boxes, stats[:, cv2.CC_STAT_AREA].astype(np.int64))

    def __len__(self) -> int:
        return len(self.areas)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(pieces, 2) widths and heights."""
        sizes: NDArray[np.int64] = self.boxes[:, 2:] - self.boxes[:, :2]
        return sizes

    @cached_property
    def longer(self) -> NDArray[np.int64]:
        """(pieces,) the longer side of each."""
        longer: NDArray[np.int64] = self.sizes.max(axis=1)
        return longer

    def within(self, number: int) -> Mask:
        """One piece alone, cut to its box."""
        left, top, right, bottom = self.boxes[number]
        alone: Mask = (self.labels[top:bottom, left:right] == number).astype(np.uint8)
        return alone

    def mask(self, kept: Chosen) -> Mask:
        """The mask of some pieces."""
        mask: Mask = np.zeros(self.labels.shape, np.uint8)
        kept = kept & (np.arange(len(self)) > 0)
        if kept.any():
            # Writing fills a small part of most pictures.
            part = _within(around(self.boxes[kept]))
            mask[part] = kept.astype(np.uint8)[self.labels[part]]
        return mask

    def outlines(self) -> NDArray[np.intp]:
        """(pieces,) the pixels of each that paper, or the picture's edge, is beside."""
        if len(self) == 1:
            return np.zeros(1, np.intp)
        labels = self.labels[_within(around(self.boxes[1:]))]
        ink = (labels > 0).astype(np.uint8)
        inner = cv2.erode(ink, STEP, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        return np.bincount(labels[ink > inner], minlength=len(self))


def _within(box: NDArray[np.int64]) -> tuple[slice, slice]:
    left, top, right, bottom = box.tolist()
    return slice(top, bottom), slice(left, right)


def touching(mask: Mask, other: Mask) -> Mask:
    """The pieces of a mask that have a pixel in the other."""
    pieces = Pieces.of(mask)
    return pieces.mask(np.bincount(pieces.labels[other > 0], minlength=len(pieces)) > 0)


def around(boxes: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n, 4) boxes, n at least 1 -> the box around them all."""
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])
