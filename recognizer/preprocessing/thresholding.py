"""Where ink begins: Otsu's threshold, with what paper and ruling ask of it."""

from __future__ import annotations

from dataclasses import dataclass

# Loaded with the process rather than with the first picture: it takes 17 MB
# and, once its files are cached, 20 ms.
import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import Blank
from recognizer.preprocessing.picture import Depth, Mask

# Grey levels of 255: less contrast is JPEG's doing, or the paper's own.
_MIN_CONTRAST = 20.0
# How many times the paper's noise the ink must stand out.
_MIN_CONTRAST_TO_NOISE = 4.5
# Share of the darkest ink's depth at which a stroke has its edge.
_EDGE = 0.45
# What is paler than that can still be part of a line: this share of the level, so many times
# the paper's noise and so many grey levels from it.
_PALE, _PALE_TO_NOISE, _PALE_CONTRAST = 0.4, 4.0, 6.0


@dataclass(frozen=True, slots=True)
class Levels:
    """Depths: from `pale` on there may be ink, above `ink` there is; `darkest` is its darkest."""

    pale: float
    ink: float
    darkest: float


def levels(depths: Depth, where: Mask | None) -> Levels:
    """The depths where ink begins, of all pixels or of those that are 1 in `where`. Raises `Blank`.

    Otsu, "A Threshold Selection Method from Gray-Level Histograms" (1979), but
    not below about half of the darkest ink, or ruled lines would count.
    """
    histogram = cv2.calcHist([depths], [0], where, [256], [0, 256]).ravel().astype(np.float64)
    otsu = _otsu(histogram)
    ink = histogram[otsu + 1 :]
    if not ink.any():
        raise Blank("nothing_written", field="image")
    of_paper, of_ink = np.cumsum(histogram[: otsu + 1]), np.cumsum(ink)
    median = _quantile(of_paper, 0.5)
    contrast = otsu + 1 + float(ink @ np.arange(len(ink))) / float(ink.sum()) - median
    # The quartile of a normal distribution lies at 0.674 of its deviation. The
    # upper one would take the soft edges of strokes for noise.
    noise = (median - _quantile(of_paper, 0.25)) / 0.674
    if contrast < max(_MIN_CONTRAST, _MIN_CONTRAST_TO_NOISE * noise):
        raise Blank("nothing_written", field="image")
    darkest = otsu + 1 + _quantile(of_ink, 0.98)
    level = max(otsu, _EDGE * darkest)
    pale = max(_PALE * level, median + max(_PALE_TO_NOISE * noise, _PALE_CONTRAST))
    return Levels(min(pale, level), level, darkest)


def _otsu(histogram: NDArray[np.float64]) -> int:
    """The level up to which depths are paper: the two classes' means are then farthest apart."""
    count = np.cumsum(histogram)
    mass = np.cumsum(histogram * np.arange(256))
    # Of whole numbers up to here, so that every language finds the same.
    apart = mass * count[-1] - count * mass[-1]
    split = np.maximum(count * (count[-1] - count), 1)
    return int(np.argmax(apart * apart / split))


def _quantile(reach: NDArray[np.float64], share: float) -> float:
    return float(np.searchsorted(reach, share * reach[-1]))
