"""What is ink in a grey picture, and what is only paper, light, noise or print."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

# Loaded with the process rather than with the first picture: it takes 17 MB
# and, once its files are cached, 20 ms.
import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import Blank
from recognizer.glyph import Box

# A request has one thread; more would only take it from the others.
cv2.setNumThreads(1)

Grey: TypeAlias = NDArray[np.uint8]  # (height, width), 0 black to 255 white
Depth: TypeAlias = NDArray[np.uint8]  # (height, width), 0 paper to 255 ink
Mask: TypeAlias = NDArray[np.uint8]  # (height, width), 0 or 1
Relief: TypeAlias = NDArray[np.float32]  # (height, width), grey levels above the paper

# A picture is reduced to the pixels of a square of this side before ink is
# looked for in it, and to those of a smaller one for its light.
_SIDE, _THUMB = 400, 64
_LONGEST = 4  # times that side: the most a narrow strip may measure

# Share of the picture's side: what is nowhere wider than this can be a stroke.
_WIDEST = 0.4
# Grey levels around the paper's surface that still are paper.
_PAPER = 24.0
# Share of the rim that must be paper for the light to be read from it.
_RIM_OF_PAPER = 0.85
_EVEN = 10.0
# No paper is darker than this; below, dividing by it would only raise noise.
_DARKEST_PAPER = 32

# Grey levels of 255: less contrast is JPEG's doing, or the paper's own.
_FAINTEST = 20.0
# How many times the paper's noise the ink must stand out.
_CLEAREST = 4.5
# Share of the darkest ink's depth at which a stroke has its edge.
_EDGE = 0.45

# Pieces shorter than this share of the longest are specks.
_SPECK = 0.12
# Pieces with more of their outline than this along the picture's edge are no ink,
_ALONG_EDGE = 0.35
# nor are those that span more than this share of the picture both ways;
_SPANNING = 0.85
# but only where something is left that is longer than this share of its side.
_LEAST = 0.05

# Ink that takes up little of a large picture is looked at again, with this
# share of its longer side as margin.
_MARGIN = 0.4


@dataclass(frozen=True, slots=True)
class Sheet:
    """The ink of a picture, or of that part of it which holds all the ink.

    `depth` is how far each pixel stands out from its paper, `mask` where it
    is ink: where the depth is above `level` and the piece is no speck or frame. A
    point (x, y) here lies at `corner + (x, y) / scale` in the picture.
    """

    depth: Depth
    mask: Mask
    level: float
    scale: float
    corner: tuple[int, int] = (0, 0)

    def box(self, mask: Mask) -> Box:
        """(x, y, width, height) of a mask's ink, in the picture's own pixels."""
        x, y, width, height = (side / self.scale for side in cv2.boundingRect(mask))
        return self.corner[0] + x, self.corner[1] + y, width, height


def look(grey: Grey) -> Sheet:
    """(height, width) uint8, 0 black to 255 white -> its ink. Raises `Blank`."""
    whole = _look(grey)
    rows, columns = _part_with_ink(whole, grey)
    if whole.scale == 1 or grey[rows, columns].size > 0.5 * grey.size:
        return whole
    # Small on a large sheet: what the reduction has blurred is read from closer by.
    with suppress(Blank):
        return replace(_look(grey[rows, columns]), corner=(columns.start, rows.start))
    return whole


def _part_with_ink(sheet: Sheet, grey: Grey) -> tuple[slice, slice]:
    x, y, width, height = sheet.box(sheet.mask)
    margin = _MARGIN * max(width, height)
    top, bottom = max(0, round(y - margin)), min(grey.shape[0], round(y + height + margin))
    left, right = max(0, round(x - margin)), min(grey.shape[1], round(x + width + margin))
    return slice(top, bottom), slice(left, right)


def _look(grey: Grey) -> Sheet:
    small, scale = _reduced(grey, _SIDE)
    thumb, _ = _reduced(small, _THUMB)
    surface = _surface(thumb.astype(np.float32))
    relief = thumb - surface
    for light_ink in _polarities(relief):
        with suppress(Blank):
            if light_ink:
                return _sheet(255 - small, 255 - surface, -relief, scale)
            return _sheet(small, surface, relief, scale)
    raise Blank("There is nothing written on this picture.", field="image")


def _sheet(grey: Grey, surface: Relief, relief: Relief, scale: float) -> Sheet:
    depth = _depth(grey, surface + _without_strokes(relief))
    level, darkest = _levels(depth)
    depth = cv2.convertScaleAbs(depth, alpha=255 / darkest)
    level *= 255 / darkest
    return Sheet(depth, _cleaned((depth > level).astype(np.uint8)), level, scale)


def _reduced(grey: Grey, side: int) -> tuple[Grey, float]:
    """The picture with at most `side` * `side` pixels, and its scale."""
    height, width = grey.shape
    scale = min(1.0, side / math.sqrt(height * width), _LONGEST * side / max(height, width))
    if scale == 1.0:
        return grey, scale
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA), scale


# --- paper and light --------------------------------------------------------------


def _surface(thumb: Relief) -> Relief:
    """The paper's grey as a quadratic surface, for light that falls off to a side or all around.

    It is fitted to the picture's rim, which is paper as a rule (least squares,
    repeated without what lies far off). Where that does not hold, at the edge
    of a shadow or in a picture cut out close to the ink, the surface is level.
    """
    height, width = thumb.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    rim = np.pad(np.zeros((height - 2, width - 2), dtype=bool), 1, constant_values=True)
    paper = np.ones(np.count_nonzero(rim), dtype=bool)
    for _ in range(3):
        weights, *_ = np.linalg.lstsq(terms[rim][paper], thumb[rim][paper], rcond=None)
        paper = np.abs(terms[rim] @ weights - thumb[rim]) < _EVEN
        if paper.mean() < _RIM_OF_PAPER:
            return np.full_like(thumb, np.median(thumb[rim]))
    return np.clip(terms @ weights, 0, 255).astype(np.float32)


def _polarities(relief: Relief) -> tuple[bool, ...]:
    """Whether the ink is light; where two answers are possible the likelier first.

    Ink stands out both from the picture's paper and from what is around it: the
    hole of a light 0 does the latter only, a shadow the former only.
    """
    kernel = _kernel(relief)
    filled = cv2.morphologyEx(relief, cv2.MORPH_CLOSE, kernel)
    cut = cv2.morphologyEx(relief, cv2.MORPH_OPEN, kernel)
    dark = np.minimum(filled - relief, np.maximum(-relief, 0))
    light = np.minimum(relief - cut, np.maximum(relief, 0))
    if float((light**3).sum()) <= float((dark**3).sum()):
        return (False,)
    # Wider than any stroke, it may be the sheet itself, on a darker table.
    radius = cv2.distanceTransform((relief > _PAPER).astype(np.uint8), cv2.DIST_L2, 3).max()
    return (False, True) if 2 * radius > _WIDEST * math.sqrt(relief.size) else (True,)


def _kernel(relief: Relief) -> Mask:
    half = max(1, round(_WIDEST / 2 * math.sqrt(relief.size)))
    return np.ones((2 * half + 1, 2 * half + 1), np.uint8)


def _without_strokes(relief: Relief) -> Relief:
    """Closing by reconstruction: dark strokes vanish, wide shadows keep their outlines.

    Vincent, "Morphological Grayscale Reconstruction in Image Analysis" (1993).
    """
    kernel = _kernel(relief)
    filled = cv2.morphologyEx(
        relief, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    step = np.ones((3, 3), np.uint8)
    for _ in range(len(kernel)):
        filled = np.maximum(cv2.erode(filled, step), relief)
    return filled


def _depth(grey: Grey, paper: Relief) -> Depth:
    """Light falls on ink as on paper, so it is their ratio that tells."""
    paper = np.clip(paper, _DARKEST_PAPER, 255).astype(np.uint8)
    paper = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    depth: Depth = 255 - cv2.divide(grey, paper, scale=255)
    return depth


# --- ink --------------------------------------------------------------------------


def _levels(depth: Depth) -> tuple[float, float]:
    """The depth at which ink begins and that of the darkest ink. Raises `Blank`.

    Otsu, "A Threshold Selection Method from Gray-Level Histograms" (1979); but
    never below about half of the darkest ink, or ruled lines would count.
    """
    otsu, _ = cv2.threshold(depth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    histogram = np.bincount(depth.ravel(), minlength=256)
    paper, ink = np.split(histogram, [int(otsu) + 1])
    if not ink.any():
        raise Blank("There is only paper.", field="image")
    median = _quantile(paper, 0.5)
    contrast = otsu + 1 + float(ink @ np.arange(len(ink))) / float(ink.sum()) - median
    # The quartile of a normal distribution lies at 0.674 of its deviation.
    noise = (_quantile(paper, 0.75) - median) / 0.674
    if contrast < max(_FAINTEST, _CLEAREST * noise):
        raise Blank("There is only paper.", field="image")
    darkest = otsu + 1 + _quantile(ink, 0.98)
    return max(otsu, _EDGE * darkest), darkest


def _quantile(histogram: NDArray[np.intp], share: float) -> float:
    reach = np.cumsum(histogram)
    return float(np.searchsorted(reach, share * reach[-1]))


def _cleaned(mask: Mask) -> Mask:
    """Without specks, frames and what reaches in over the picture's edge."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    longer = stats[:, 2:4].max(axis=1)
    longer[0] = 0
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    along_edge = np.bincount(rim, minlength=count) > _ALONG_EDGE * 2 * stats[:, 2:4].sum(axis=1)
    spanning = (stats[:, 2:4] > _SPANNING * np.array(mask.shape[::-1])).all(axis=1)
    kept = longer > 0
    for foreign in (along_edge, spanning):
        rest = kept & ~foreign
        if longer[rest].max(initial=0) > _LEAST * max(mask.shape):
            kept = rest
    kept &= longer >= _SPECK * longer[kept].max(initial=0)
    return kept[labels].astype(np.uint8)
