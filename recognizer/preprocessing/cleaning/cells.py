"""The cells of a form: what lines go around, and whether anything but the lines is there."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.cleaning import frames, lines
from recognizer.preprocessing.cleaning.pieces import Chosen, Pieces
from recognizer.preprocessing.picture import Mask

Boxes: TypeAlias = NDArray[np.int64]  # (n, 4) of left, top, right and bottom, the last two past it

# A cell fills this share of its box, the cells of a form this share of the form's.
_FULL, _COVERED = 0.75, 0.6
_MIN_SIDE = 8  # pixels
# So much at each side of a cell is left to its lines, and to what comes over them from beside.
_INNER = 0.15
# What is longer than this share of the largest cell is written in it, or beside it.
_CONTENT = 0.15
_FLAT = 2.5
_ACROSS = 0.8  # of its shorter side a form's lines are long at least
# Where strokes cross lines these are open, over no more than twice this share of a form's side.
_CROSSED = 0.05
_SIDE = 0.9  # of a cell's shorter side is no digit's straight stroke
# Cells are of one form whose sides differ by no more than this share.
_ALIKE = 0.3
# What is left of a form without its lines was written over them, where it is this share of a
# cell's height long.
_OVER_LINES = 0.25


def cells(form: Mask, reach: int) -> Boxes:
    """What the lines of a form go around; they may be open over twice so many pixels."""
    closed = cv2.dilate(form, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    paper = Pieces.of(1 - cv2.copyMakeBorder(closed, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0))
    sizes = paper.sizes
    inside = paper.areas >= _FULL * sizes.prod(axis=1)
    inside &= sizes.min(axis=1) >= _MIN_SIDE
    inside[[0, paper.labels[0, 0]]] = False
    boxes: Boxes = paper.boxes[inside] - 1 + np.array([-reach, -reach, reach, reach])
    return boxes[np.lexsort((boxes[:, 0], boxes[:, 1]))]


def are_empty(boxes: Boxes, ink: Mask) -> NDArray[np.bool_]:
    """(n,) whether there is no ink in the middle of each cell, be it foreign or not."""
    insets = np.rint(_INNER * (boxes[:, 2:] - boxes[:, :2])).astype(np.int64)
    inner = np.maximum(boxes + np.concatenate([insets, -insets], axis=1), 0).tolist()
    return np.array(
        [not ink[top:bottom, left:right].any() for left, top, right, bottom in inner],
        dtype=np.bool_,
    )


def without_cells(mask: Mask, pieces: Pieces) -> Mask:
    """What is written in and beside the cells of a form, without its lines; the mask itself where
    there is no form, and no ink at all where nothing is written."""
    if _is_empty(pieces):
        return np.zeros_like(mask)
    form = frames.frames(pieces, one=False)
    form[[number for number in frames.longest(pieces) if _is_row(pieces, number)]] = True
    if not form.any():
        return mask
    over_lines = [_over_lines(pieces, int(number)) for number in np.flatnonzero(form)]
    form |= _like_those(pieces, form)
    rest = pieces.mask(~form)
    for written in over_lines:
        rest |= written
    # Where a form's lines are broken there are more of them, longer than any digit's.
    sides = cells(mask - rest, 1)
    sides = sides[:, 2:] - sides[:, :2]
    return lines.without_frame(rest, _SIDE * float(sides.min())) if len(sides) else rest


def _over_lines(pieces: Pieces, number: int) -> Mask:
    """What is written over the lines of a piece that goes around cells."""
    alone = pieces.mask(np.arange(len(pieces)) == number)
    size = pieces.sizes[number]
    rest = lines.without_frame(alone, _ACROSS * float(size.min()))
    found = cells(alone - rest, max(1, round(_CROSSED * int(size.min()))))
    if _area(found) < _COVERED * size.prod():
        return np.zeros_like(alone)
    parts = Pieces.of(rest)
    least = _OVER_LINES * float(np.sort(found[:, 3] - found[:, 1])[(len(found) - 1) // 2])
    # What is left of the lines themselves lies flat.
    return parts.mask((parts.longer >= least) & (parts.sizes[:, 0] < _FLAT * parts.sizes[:, 1]))


def _area(boxes: Boxes) -> int:
    return int((boxes[:, 2:] - boxes[:, :2]).prod(axis=1).sum())


def _like_those(pieces: Pieces, form: Chosen) -> Chosen:
    """Pieces that go around nothing, whose cells are of the same size as those of a form."""
    known = cells(pieces.mask(form), 1)
    sizes = known[:, 2:] - known[:, :2]
    found = np.zeros_like(form)
    if not len(sizes):
        return found
    least = (1 - _ALIKE) * sizes.min(axis=0)
    for number in np.flatnonzero(~form & (pieces.sizes >= least).all(axis=1)):
        own = cells(pieces.within(int(number)), 1)
        size = own[:, 2:] - own[:, :2]
        off = np.abs(size[:, None] - sizes[None]) / sizes[None]
        alike = (off.max(axis=2) <= _ALIKE).any(axis=1) if len(size) else np.zeros(0, np.bool_)
        found[number] = alike.any() and _area(own) >= _COVERED * pieces.sizes[number].prod()
    return found


def _is_row(pieces: Pieces, number: int) -> bool:
    """Whether a piece is the lines of cells side by side; an 8 is such lines of two, one above
    the other."""
    if pieces.sizes[number].min() < _MIN_SIDE:
        return False
    own = cells(pieces.within(number), 1)
    if len(own) < 2 or _area(own) < _COVERED * pieces.sizes[number].prod():
        return False
    middles = (own[:, 1] + own[:, 3]) / 2
    return bool(((own[1:, 1] < middles[:-1]) & (middles[:-1] < own[1:, 3])).any())


def _is_empty(pieces: Pieces) -> bool:
    """Whether there are cells and nothing in them nor beside them."""
    long = [int(at) for at in np.flatnonzero(pieces.longer >= _MIN_SIDE) if at]
    sides = pieces.sizes[long].min(axis=1)
    if not long or (pieces.longer[long] < _CONTENT * sides.max()).all():
        return False
    large = [at for at in long if pieces.longer[at] >= _CONTENT * sides.max()]
    return all(_is_form(pieces, number) for number in large)


def _is_form(pieces: Pieces, number: int) -> bool:
    """Whether a piece is nothing but the lines of one cell or of some side by side."""
    alone = pieces.within(number)
    return frames.is_empty_box(alone) or (_is_row(pieces, number) and not _content(alone))


def _content(alone: Mask) -> bool:
    """Whether there is ink within the cells of a form."""
    return any(
        alone[top + 2 : bottom - 2, left + 2 : right - 2].any()
        for left, top, right, bottom in cells(alone, 1)
    )
