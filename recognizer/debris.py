"""What stands out from the paper and yet is not written: specks, frames, ruled lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import cv2
import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from recognizer.exceptions import Blank
from recognizer.light import STEP

Mask: TypeAlias = NDArray[np.uint8]  # (height, width), 1 where there is ink, else 0

# More pieces than this many, and one more for every so many pixels, are noise.
_MOST_PIECES, _PIXELS_A_PIECE = 24, 200
# A piece shorter than this share of the longest is a speck.
_SPECK = 0.12
# and so is one that measures no more than this many widths of the longest one's pen.
_DOT = 1.5
# One with more of its outline than this along the picture's edge reaches in from outside.
_ALONG_EDGE = 0.45
# One that spans this share of the picture both ways, with nothing in the middle, is a frame.
_SPANNING, _MIDDLE = 0.85, 0.7
# Neither is dropped unless something is left that measures this share of the picture.
_LEAST = 0.07

# A ruled line goes from edge to edge, no thicker and no steeper than these
# shares of the picture, and is seen along most of its way.
_THICK, _STEEP, _SEEN = 0.03, 0.1, 0.8
_LOOKS = 50  # at so many places
_MOST_LINES = 40  # more are a pattern, which only costs time


def cleared(mask: Mask) -> Mask:
    """Only the pieces that can be writing. Raises `Blank` where it is all noise."""
    mask = _without_ruling(mask)
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(mask, ltype=cv2.CV_16U)
    if count > _MOST_PIECES + mask.size / _PIXELS_A_PIECE:
        raise Blank(_("There is nothing but noise on this picture."), field="image")
    sizes = stats[:, 2:4]
    longer = sizes.max(axis=1)
    kept = np.ones(count, dtype=np.bool_)
    kept[0] = False  # the paper
    outline = mask - cv2.erode(mask, STEP, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    outlines = np.bincount(labels[outline > 0], minlength=count)
    for foreign in (_from_outside(labels, outlines), _frames(labels, sizes)):
        rest: NDArray[np.bool_] = kept & ~foreign
        if longer[rest].max(initial=0) > _LEAST * max(mask.shape):
            kept = rest
    # Of several as long, the largest: how pieces are numbered shall not matter.
    area = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    longest = np.argmax((longer * kept).astype(np.int64) * mask.size + area * kept)
    pen = 2 * area[longest] / max(1, outlines[longest])
    kept = kept & (longer >= max(_SPECK * longer[longest], _DOT * pen))
    return mask if kept[1:].all() else kept[labels].astype(np.uint8)


def _from_outside(labels: NDArray[np.uint16], outlines: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Pieces that lie along the picture's edge: a table, a hand, a shadow in the corner."""
    edge = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    along: NDArray[np.bool_] = np.bincount(edge, minlength=len(outlines)) > _ALONG_EDGE * outlines
    return along


def _frames(labels: NDArray[np.uint16], sizes: NDArray[np.int32]) -> NDArray[np.bool_]:
    spanning = sizes > _SPANNING * np.array(labels.shape[::-1])
    frames: NDArray[np.bool_] = spanning[:, 0] & spanning[:, 1]
    if frames[1:].any():
        height, width = (np.array(labels.shape) * (1 - _MIDDLE) / 2).astype(int)
        frames[labels[height : labels.shape[0] - height, width : labels.shape[1] - width]] = False
    return frames


def _without_ruling(mask: Mask) -> Mask:
    """Without parallel lines across the picture, be they along it or upright."""
    # All are looked for before any is erased, or they would seem to end where they crossed.
    found = [(across, [*_lines(across)]) for across in (mask, mask.T)]
    for across, lines in found:
        if len(lines) > 1:  # a single one may be the bar of a 7 that fills the picture
            for rows, thickness in lines:
                _erase(across, rows, thickness)
    return mask


def _lines(mask: Mask) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Lines from the left edge to the right: the row of each column, and the thickness."""
    height, width = mask.shape
    thickest = max(2, round(_THICK * height))
    inset = min(2, width // 8)
    starts, ends = (_runs(mask[:, at], thickest) for at in (inset, -1 - inset))
    if not ends or max(len(starts), len(ends)) > _MOST_LINES:
        return
    # Ink within a pixel of a line is seen on it.
    near = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    columns = _way(0, np.array([2 * (width - 1)]), _LOOKS)[0]
    goals = np.array([end for end, _ in ends])
    for start, thickness in starts:
        ways = _way(start, goals, _LOOKS)
        seen = near[ways, columns].mean(axis=1) * (np.abs(goals - start) <= 2 * _STEEP * width)
        if seen.max() >= _SEEN:
            yield _way(start, goals[[seen.argmax()]], width)[0], thickness


def _way(start: int, goals: NDArray[np.int64], steps: int) -> NDArray[np.int64]:
    """(goals, steps) whole numbers from half of `start` to half of each goal, rounded down."""
    last = steps - 1
    return (start * last + np.multiply.outer(goals - start, np.arange(steps))) // (2 * last)


def _runs(column: Mask, longest: int) -> list[tuple[int, int]]:
    """Twice the middle, and the length, of each run of ink that is no longer than a line's."""
    steps = np.flatnonzero(np.diff(column, prepend=0, append=0))
    return [
        (int(start + end), int(end - start))
        for start, end in zip(steps[::2], steps[1::2], strict=True)
        if end - start <= longest
    ]


def _erase(mask: Mask, rows: NDArray[np.int64], thickness: int) -> None:
    """Takes a line away where no stroke crosses it."""
    reach = thickness // 2 + 1
    columns = np.arange(mask.shape[1])
    beside = cv2.dilate(mask, np.ones((1, 3), np.uint8))
    above = beside[np.clip(rows - reach - 1, 0, mask.shape[0] - 1), columns]
    below = beside[np.clip(rows + reach + 1, 0, mask.shape[0] - 1), columns]
    bare = columns[(above & below) == 0]
    for shift in range(-reach, reach + 1):
        mask[np.clip(rows[bare] + shift, 0, mask.shape[0] - 1), bare] = 0
