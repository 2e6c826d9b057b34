"""Ink that runs pale: what is too pale to be ink by itself, but goes on where ink ends.

Two thresholds with connection, as in Canny, "A Computational Approach to Edge Detection" (1986).
"""

from __future__ import annotations

import cv2
import numpy as np

from recognizer.preprocessing.cleaning.pieces import Pieces, Rectangle
from recognizer.preprocessing.distance import STEP
from recognizer.preprocessing.picture import Mask

# Beside ink this share of its pen is its own soft edge, and so many pixels at least.
_SOFT, _MIN_SOFT = 0.4, 2
# A pale part is at least this share of the writing's longer side long, and no nearer to ink
# than that to be a part of it.
_MIN_LENGTH, _REACH = 0.08, 0.06
# It is no wider than so many pens.
_MAX_PEN = 1.6
# Pale pieces this many times as long as the writing are the paper's lines, and so are all
# where those away from the writing are together longer than this share of those at it.
_RULING, _MAX_ELSEWHERE, _DUST = 4.0, 0.5, 0.04


def with_pale_parts(mask: Mask, pale: Mask, foreign: Mask) -> Mask:
    """The writing with the pale parts that belong to it.

    `pale` is the mask with the palest ink in it. Where there are pale lines of the paper nothing
    is added: they would come with the writing that they run into.
    """
    x, y, width, height = cv2.boundingRect(mask)
    longest = max(width, height)
    if not longest:
        return mask
    pen = _pen(mask[y : y + height, x : x + width])
    soft = max(_MIN_SOFT, round(_SOFT * pen))
    box = cv2.boundingRect(pale)
    rest = _beside(pale, box, mask | foreign, soft)
    if cv2.countNonZero(rest) < _MIN_LENGTH * longest:
        return mask
    pieces = Pieces.of(rest, box)
    if _are_lines(pieces, longest):
        return mask
    near = cv2.dilate(mask, _square(soft + max(2, round(_REACH * longest))))
    close = np.bincount(pieces.labels[near > 0], minlength=len(pieces)) > 0
    chosen = close & (pieces.longer >= _MIN_LENGTH * longest)
    chosen[0] = False
    for number in np.flatnonzero(chosen):
        chosen[number] = _pen(pieces.within(int(number))) <= _MAX_PEN * pen
    elsewhere = ~close & (pieces.longer >= _DUST * longest)
    if pieces.longer[elsewhere].sum() >= _MAX_ELSEWHERE * pieces.longer[chosen].sum():
        return mask
    added = cv2.dilate(pieces.mask(chosen), _square(soft + 1))
    whole: Mask = mask | (pale & added & (1 - foreign))
    return whole


def _beside(pale: Mask, box: Rectangle, ink: Mask, reach: int) -> Mask:
    """The pale ink, all of it in the box, that is farther than so many pixels from other ink."""
    x, y, width, height = box
    rows = slice(max(0, y - reach), y + height + reach)
    part = rows, slice(max(0, x - reach), x + width + reach)
    rest = pale.copy()
    rest[part] = cv2.subtract(pale[part], cv2.dilate(ink[part], _square(reach)))
    return rest


def _are_lines(pieces: Pieces, longest: int) -> bool:
    height, width = pieces.labels.shape
    left, top, right, bottom = pieces.boxes[1:].T
    at_edge = (left == 0) | (top == 0) | (right == width) | (bottom == height)
    longer = pieces.longer[1:]
    return bool((longer > _RULING * longest).any() or (at_edge & (longer > longest / 2)).any())


def _pen(mask: Mask) -> float:
    """About the width of the strokes of a mask, in pixels."""
    outline = mask - cv2.erode(mask, STEP, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return 2 * cv2.countNonZero(mask) / max(1, cv2.countNonZero(outline))


def _square(reach: int) -> Mask:
    return np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
