"""Ink told from paper, whatever the light, the paper and the size of the picture."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, replace

# Loaded with the process rather than with the first picture: it takes 17 MB
# and, once its files are cached, 20 ms.
import cv2
import numpy as np

from recognizer.exceptions import Blank
from recognizer.preprocessing.cleaning.noise import cleared
from recognizer.preprocessing.cleaning.pale import with_pale_parts
from recognizer.preprocessing.cleaning.pieces import Pieces, touching
from recognizer.preprocessing.glyph import Box, Cell
from recognizer.preprocessing.illumination import (
    Illumination,
    depth,
    polarities,
    rims,
    without_strokes,
)
from recognizer.preprocessing.picture import Depth, Grey, Mask
from recognizer.preprocessing.thresholding import Levels, levels

# A request has one thread; more would only take it from the others.
cv2.setNumThreads(1)

# A picture is halved until it has no more pixels than a square of this side,
# and for its light until no more than one of this.
_SIDE, _THUMB = 480, 64
# A picture with a side below so many pixels, or below this share of the other,
# has no room for a digit.
_MIN_SIDE, _MIN_ASPECT = 3, 1 / 64
# Ink that fills less than this share of a picture is looked at again from
# closer by, with this share of its longer side as margin.
_MAX_PART, _MARGIN = 0.5, 0.4
# A piece that lies on the rim of a dark thing with this share of it is its seam; it is not taken
# away unless something is left that measures this share of the picture.
_SEAM, _MIN_SIZE = 0.7, 0.07
# What is at least this share of the darkest ink is as dark as writing.
_DARK = 0.65


@dataclass(frozen=True, slots=True)
class Binarised:
    """The ink of a picture, or of that part of it which holds all the ink.

    `depth` is how far each pixel in and beside the mask stands out from its paper. `mask` is where
    that is more than `level` and can be writing, `foreign` where there are frames, lines and
    what reaches in from outside. A point (x, y) of theirs lies at `corner + (x, y) / scale` in
    the picture. `cells` are those of a form: of several digits all, of one only where nothing is
    written in it. Then there is no ink.
    """

    depth: Depth
    mask: Mask
    foreign: Mask
    level: float
    scale: float
    corner: tuple[int, int] = (0, 0)
    cells: tuple[Cell, ...] = ()

    @property
    def is_empty_form(self) -> bool:
        """Whether there are cells and nothing is written in them."""
        return bool(self.cells) and not self.mask.any()

    def box(self, mask: Mask) -> Box:
        """(x, y, width, height) of a mask's ink, in the picture's own pixels."""
        x, y, width, height = (side / self.scale for side in cv2.boundingRect(mask))
        return self.corner[0] + x, self.corner[1] + y, width, height


def binarise(grey: Grey, *, one: bool = True) -> Binarised:
    """(height, width) uint8, 0 black to 255 white -> the ink of `one` digit, or of several.

    Raises `Blank`.
    """
    whole = _binarise(grey, one=one)
    if not whole.mask.any():
        return whole
    if whole.scale < 1 or whole.foreign.any():
        rows, columns = _part_with_ink(whole, grey)
        if grey[rows, columns].size < _MAX_PART * grey.size:
            # What the halving has blurred is read from closer by.
            with suppress(Blank):
                closer = _closer(grey[rows, columns], whole, (columns.start, rows.start), one=one)
                return replace(closer, cells=whole.cells) if closer.mask.any() else whole
    return whole


def _part_with_ink(binarised: Binarised, grey: Grey) -> tuple[slice, slice]:
    x, y, width, height = binarised.box(binarised.mask)
    margin = _MARGIN * max(width, height)
    rows = slice(max(0, round(y - margin)), round(y + height + margin))
    return rows, slice(max(0, round(x - margin)), round(x + width + margin))


def _closer(part: Grey, whole: Binarised, corner: tuple[int, int], *, one: bool) -> Binarised:
    """The ink of a part. What was foreign on the whole is not found again: it is cut here."""
    small, scale = _small(part)
    places = (
        ((start + (np.arange(length) + 0.5) / scale) * whole.scale).astype(np.int64)
        for start, length in zip(corner[::-1], small.shape, strict=True)
    )
    rows, columns = (
        np.minimum(at, length - 1) for at, length in zip(places, whole.mask.shape, strict=True)
    )
    known = np.ix_(rows, columns)
    foreign = whole.foreign[known] if whole.foreign.any() else np.zeros_like(small)
    if not foreign.any():
        return replace(_on_paper(small, scale, foreign, one=one, frames_known=False), corner=corner)
    reach = round(scale / whole.scale)
    around = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    closer = _on_paper(small, scale, cv2.dilate(foreign, around), one=one, frames_known=True)
    # Of a pale frame there is more to be seen from here.
    mask = touching(closer.mask, cv2.dilate(whole.mask[known], around))
    return replace(closer, mask=mask, corner=corner)


def _binarise(grey: Grey, *, one: bool) -> Binarised:
    small, scale = _small(grey)
    return _on_paper(small, scale, np.zeros_like(small), one=one, frames_known=False)


def _small(grey: Grey) -> tuple[Grey, float]:
    if min(grey.shape) < max(_MIN_SIDE, _MIN_ASPECT * max(grey.shape)):
        raise Blank("picture_too_narrow", field="image")
    return halved(grey, _SIDE)


def _on_paper(
    small: Grey, scale: float, foreign: Mask, *, one: bool, frames_known: bool
) -> Binarised:
    """The ink of a picture that is small enough, without what is known to be `foreign`."""
    illumination = Illumination.on(halved(small, _THUMB)[0])
    empty = None
    for light_ink in polarities(illumination):
        with suppress(Blank):
            if light_ink:
                inked = _inked(255 - small, illumination.inverted(), foreign)
            else:
                inked = _inked(small, illumination, foreign)
            found = inked.cleared(scale, foreign, one=one, frames_known=frames_known)
            if not found.is_empty_form:
                return found
            empty = empty or found
    if empty:
        return empty
    raise Blank("nothing_written", field="image")


def halved(grey: Grey, side: int) -> tuple[Grey, float]:
    """The picture with at most `side` * `side` pixels, and its scale.

    Halving is many times as fast as a reduction by an uneven factor. A pixel is
    the mean of four, halves rounded up.
    """
    scale = 1.0
    while grey.size > side * side:
        height, width = grey.shape[0] // 2, grey.shape[1] // 2
        even = grey[: 2 * height, : 2 * width]
        grey = cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA)
        scale /= 2
    return grey, scale


@dataclass(frozen=True, slots=True)
class _Inked:
    """Dark ink on paper: how far each pixel stands out, and from where on it is ink.

    Where a dark thing's rim is, it may be that thing's.
    """

    faint: Depth
    levels: Levels
    rims: Mask | None

    def cleared(self, scale: float, foreign: Mask, *, one: bool, frames_known: bool) -> Binarised:
        """The binarised picture, with the darkest ink at 255. Raises `Blank`."""
        foreign = foreign | self._seams(foreign)
        ink, pale, dark = (
            self._above(level, foreign)
            for level in (self.levels.ink, self.levels.pale, _DARK * self.levels.darkest)
        )
        found = cleared(ink, pale, dark, one=one, frames_known=frames_known)
        foreign = foreign | found.foreign
        mask = with_pale_parts(found.mask, found.pale, foreign)
        depth, level = self._stronger(mask)
        if mask is not found.mask:
            # Pale ink is ink to all that follows.
            depth = np.maximum(depth, mask * np.uint8(math.floor(level) + 1))
        form = zip((found.cells / scale).tolist(), found.empty.tolist(), strict=True)
        cells = tuple(
            Cell((left, top, right - left, foot - top), is_empty)
            for (left, top, right, foot), is_empty in form
        )
        return Binarised(depth, mask, foreign, level, scale, cells=cells)

    def _above(self, level: float, foreign: Mask) -> Mask:
        # Depths are whole numbers.
        above: Mask = cv2.threshold(self.faint, math.floor(level), 1, cv2.THRESH_BINARY)[1]
        return cv2.subtract(above, foreign) if foreign.any() else above

    def _stronger(self, mask: Mask) -> tuple[Depth, float]:
        """The depths in and beside a mask with the darkest ink at 255, 0 elsewhere, and the level
        of ink among them."""
        share = 255 / self.levels.darkest
        stronger = np.minimum(np.rint(np.arange(256) * share), 255).astype(np.uint8)
        x, y, width, height = cv2.boundingRect(mask)
        part = slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)
        depth = np.zeros_like(self.faint)
        depth[part] = cv2.LUT(self.faint[part], stronger)
        return depth, self.levels.ink * share

    def _seams(self, foreign: Mask) -> Mask:
        """What lies along the rim of a dark thing, where there is other ink."""
        if self.rims is None:
            return np.zeros_like(foreign)
        pieces = Pieces.of(self._above(self.levels.ink, foreign))
        inside = np.bincount(pieces.labels[self.rims > 0], minlength=len(pieces))
        seams = inside >= _SEAM * pieces.areas
        left = (pieces.longer * ~seams).max()
        if left <= _MIN_SIZE * max(foreign.shape):
            return np.zeros_like(foreign)
        return pieces.mask(seams)


def _inked(grey: Grey, illumination: Illumination, foreign: Mask) -> _Inked:
    wide = without_strokes(illumination)
    faint = depth(grey, illumination.surface, wide)
    free = 1 - foreign if foreign.any() else None
    return _Inked(faint, levels(faint, free), rims(wide, grey.shape))
