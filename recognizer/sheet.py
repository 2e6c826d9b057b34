"""A picture as a sheet with ink on it, whatever the light, the paper and the size."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

# Loaded with the process rather than with the first picture: it takes 17 MB
# and, once its files are cached, 20 ms.
import cv2
import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from recognizer.debris import Mask, cleared
from recognizer.exceptions import Blank
from recognizer.glyph import Box
from recognizer.light import Depth, Grey, Light, depth, polarities

# A request has one thread; more would only take it from the others.
cv2.setNumThreads(1)

# A picture is halved until it has no more pixels than a square of this side,
# and for its light until no more than one of this.
_SIDE, _THUMB = 480, 64
# A picture with a side below so many pixels, or below this share of the other,
# has no room for a digit.
_NARROWEST, _SLIMMEST = 3, 1 / 64

# Grey levels of 255: less contrast is JPEG's doing, or the paper's own.
_FAINTEST = 20.0
# How many times the paper's noise the ink must stand out.
_CLEAREST = 4.5
# Share of the darkest ink's depth at which a stroke has its edge.
_EDGE = 0.45

# Ink that fills less than this share of a picture is looked at again from
# closer by, with this share of its longer side as margin.
_SMALL, _MARGIN = 0.5, 0.4


@dataclass(frozen=True, slots=True)
class Sheet:
    """The ink of a picture, or of that part of it which holds all the ink.

    `depth` is how far each pixel stands out from its paper. `mask` is where
    that is more than `level` and can be writing. A point (x, y) of theirs lies at
    `corner + (x, y) / scale` in the picture.
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
    if whole.scale < 1:
        rows, columns = _part_with_ink(whole, grey)
        if grey[rows, columns].size < _SMALL * grey.size:
            # What the halving has blurred is read from closer by.
            with suppress(Blank):
                closer = _look(grey[rows, columns])
                return replace(closer, corner=(columns.start, rows.start))
    return whole


def _part_with_ink(sheet: Sheet, grey: Grey) -> tuple[slice, slice]:
    x, y, width, height = sheet.box(sheet.mask)
    margin = _MARGIN * max(width, height)
    rows = slice(max(0, round(y - margin)), round(y + height + margin))
    return rows, slice(max(0, round(x - margin)), round(x + width + margin))


def _look(grey: Grey) -> Sheet:
    if min(grey.shape) < max(_NARROWEST, _SLIMMEST * max(grey.shape)):
        raise Blank(_("This picture is too narrow to hold a digit."), field="image")
    small, scale = halved(grey, _SIDE)
    light = Light.on(halved(small, _THUMB)[0])
    for light_ink in polarities(light):
        with suppress(Blank):
            if light_ink:
                return _inked(255 - small, light.inverted(), scale)
            return _inked(small, light, scale)
    raise Blank(_("There is nothing written on this picture."), field="image")


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


def _inked(grey: Grey, light: Light, scale: float) -> Sheet:
    """Dark ink on paper -> its sheet, with the darkest ink at 255."""
    faint = depth(grey, light)
    level, darkest = levels(faint)
    stronger = np.minimum(np.rint(np.arange(256) * (255 / darkest)), 255).astype(np.uint8)
    strengthened = cv2.LUT(faint, stronger)
    mask = cleared((faint > level).astype(np.uint8))
    return Sheet(strengthened, mask, level * 255 / darkest, scale)


def levels(depths: Depth) -> tuple[float, float]:
    """The depth where ink begins and that of the darkest ink. Raises `Blank`.

    Otsu, "A Threshold Selection Method from Gray-Level Histograms" (1979), but
    not below about half of the darkest ink, or ruled lines would count.
    """
    histogram = cv2.calcHist([depths], [0], None, [256], [0, 256]).ravel().astype(np.float64)
    otsu = _otsu(histogram)
    paper, ink = histogram[: otsu + 1], histogram[otsu + 1 :]
    if not ink.any():
        raise Blank(_("There is nothing written on this picture."), field="image")
    median = _quantile(paper, 0.5)
    contrast = otsu + 1 + float(ink @ np.arange(len(ink))) / float(ink.sum()) - median
    # The quartile of a normal distribution lies at 0.674 of its deviation. The
    # upper one would take the soft edges of strokes for noise.
    noise = (median - _quantile(paper, 0.25)) / 0.674
    if contrast < max(_FAINTEST, _CLEAREST * noise):
        raise Blank(_("There is nothing written on this picture."), field="image")
    darkest = otsu + 1 + _quantile(ink, 0.98)
    return max(otsu, _EDGE * darkest), darkest


def _otsu(histogram: NDArray[np.float64]) -> int:
    """The level up to which depths are paper: the two classes' means are then farthest apart."""
    count = np.cumsum(histogram)
    mass = np.cumsum(histogram * np.arange(256))
    # Of whole numbers up to here, so that every language finds the same.
    apart = mass * count[-1] - count * mass[-1]
    split = np.maximum(count * (count[-1] - count), 1)
    return int(np.argmax(apart * apart / split))


def _quantile(histogram: NDArray[np.float64], share: float) -> float:
    reach = np.cumsum(histogram)
    return float(np.searchsorted(reach, share * reach[-1]))
