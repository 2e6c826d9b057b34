"""What stands out from the paper and yet is not written: specks, frames, ruled lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import Blank
from recognizer.preprocessing.cleaning import cells, edges, frames
from recognizer.preprocessing.cleaning.lines import without_lines
from recognizer.preprocessing.cleaning.pieces import Chosen, Pieces
from recognizer.preprocessing.cleaning.points import points
from recognizer.preprocessing.cleaning.ruling import without_ruling
from recognizer.preprocessing.picture import Mask

# More pieces than this many, and one more for every so many pixels, are noise.
_MAX_COMPONENTS, _PIXELS_A_COMPONENT = 24, 200
# A piece shorter than this share of the longest is a speck.
_SPECK = 0.12
# and so is one that measures no more than this many widths of the longest one's pen.
_DOT = 1.5
# One that spans this share of the picture both ways, with nothing in the middle, is a frame.
_SPANNING, _MIDDLE = 0.85, 0.7
# It is not dropped unless something is left that measures this share of the picture.
_MIN_SIZE = 0.07
_NO_CELLS: cells.Boxes = np.zeros((0, 4), np.int64)


@dataclass(frozen=True, slots=True)
class Cleared:
    """Where writing can be; where foreign ink is; and where there is ink that may be too pale.

    `cells` are those of a form, `empty` says in which there is no ink at all. Of one digit there
    are cells only where nothing is written in them: then there is no ink in the mask.
    """

    mask: Mask
    foreign: Mask
    pale: Mask
    cells: cells.Boxes
    empty: Chosen


def cleared(
    mask: Mask, pale: Mask, dark: Mask, *, one: bool, frames_known: bool = False
) -> Cleared:
    """A mask taken apart. Raises `Blank` where there is nothing but noise or a frame.

    `pale` is the mask with the palest ink in it, which may be the paper's, `dark` that of the
    darkest. `one` says that there is one digit: of several some specks may be points between
    them. Where `frames_known`, no frames are looked for. Specks are in none of the masks.
    """
    whole = without_ruling(mask.copy())
    pieces = Pieces.of(whole)
    if len(pieces) > _MAX_COMPONENTS + mask.size / _PIXELS_A_COMPONENT:
        raise Blank("only_noise", field="image")
    rest, unruled = whole, pale
    if not frames_known:
        rest, unruled = _unframed(whole, pieces, mask, pale, one=one)
        pieces = pieces if rest is whole else Pieces.of(rest)
    if not rest.any():
        return _nothing_in(whole, mask, unruled)
    kept = np.arange(len(pieces)) > 0
    outlines = pieces.outlines()
    kept &= ~edges.from_outside(pieces, outlines, kept, one=one)
    frame = kept & _frames(pieces.labels, pieces.sizes)
    if (pieces.longer * (kept & ~frame)).max(initial=0) > _MIN_SIZE * max(mask.shape):
        kept &= ~frame
    if not kept.any():
        raise Blank("nothing_written", field="image")
    foreign = mask - (rest if kept[1:].all() else pieces.mask(kept))
    if unruled is not pale:
        foreign |= pale - unruled
    pen, specks = _specks(pieces, outlines, kept)
    if not one:
        specks &= ~points(pieces, kept & specks, kept & ~specks, pen, dark)
    kept &= ~specks
    known = one or rest is whole
    form = _NO_CELLS if known else cells.cells(whole - rest, max(1, round(pen)))
    written = rest if kept[1:].all() else pieces.mask(kept)
    # A speck makes no cell less empty.
    empty = cells.are_empty(form, whole & ~(rest - written) if len(form) else whole)
    return Cleared(written, foreign, unruled, form, empty)


def _nothing_in(whole: Mask, mask: Mask, pale: Mask) -> Cleared:
    """Of cells in which nothing is written. Raises `Blank` where there are none either."""
    pieces = Pieces.of(whole)
    if len(pieces) == 1:
        raise Blank("nothing_written", field="image")
    form = cells.cells(whole, 1)
    if not len(form):
        form = pieces.boxes[[int(pieces.longer.argmax())]]
    empty = cells.are_empty(form, whole)
    if not empty.any():
        raise Blank("nothing_written", field="image")
    return Cleared(np.zeros_like(whole), mask, pale, form, empty)


def _unframed(
    whole: Mask, pieces: Pieces, ruled: Mask, pale: Mask, *, one: bool
) -> tuple[Mask, Mask]:
    """`whole` and `pale` without frames and lines, those that are pieces of their own first; no
    ink where nothing is written within them."""
    if one:
        rest, pieces = _without(whole, pieces, frames.frames(pieces, one=True))
    else:
        rest = cells.without_cells(whole, pieces)
        pieces = pieces if rest is whole else Pieces.of(rest)
    if len(pieces) == 1 or (one and frames.is_empty_frame(pieces)):
        return np.zeros_like(whole), pale
    below = frames.underlines(pieces)
    if below.any():
        rest, _ = _without(rest, pieces, below & ~_goes_on_pale(pieces, below, pale))
    return without_lines(rest, ruled, pale)


def _goes_on_pale(pieces: Pieces, some: Chosen, pale: Mask) -> Chosen:
    """Which of some pieces are one with others in the mask with the palest ink."""
    paler = Pieces.of(pale)
    others = np.bincount(paler.labels[pieces.mask(~some) > 0], minlength=len(paler)) > 0
    joined: Chosen = np.zeros_like(some)
    for number in np.flatnonzero(some):
        joined[number] = others[paler.labels[pieces.labels == number]].any()
    return joined


def _without(mask: Mask, pieces: Pieces, foreign: NDArray[np.bool_]) -> tuple[Mask, Pieces]:
    if not foreign.any():
        return mask, pieces
    rest = pieces.mask(~foreign)
    return rest, Pieces.of(rest)


def _specks(pieces: Pieces, outlines: NDArray[np.intp], kept: Chosen) -> tuple[float, Chosen]:
    """The width of the writing's pen, and which pieces are too small for a digit of it."""
    longer, area = pieces.longer, pieces.areas
    # Of several as long, the largest: how pieces are numbered shall not matter.
    longest = np.argmax(longer * kept * pieces.labels.size + area * kept)
    pen = 2 * area[longest] / max(1, outlines[longest])
    specks: Chosen = longer < max(_SPECK * longer[longest], _DOT * pen)
    return float(pen), specks


def _frames(labels: NDArray[np.uint16], sizes: NDArray[np.int64]) -> NDArray[np.bool_]:
    spanning = sizes > _SPANNING * np.array(labels.shape[::-1])
    frames: NDArray[np.bool_] = spanning[:, 0] & spanning[:, 1]
    if frames[1:].any():
        height, width = (np.array(labels.shape) * (1 - _MIDDLE) / 2).astype(int)
        frames[labels[height : labels.shape[0] - height, width : labels.shape[1] - width]] = False
    return frames
