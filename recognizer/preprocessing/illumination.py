"""The illumination of a picture: which side of it the ink is on, and how far each pixel stands out.

All of it is found on a thumbnail, where strokes are a few pixels wide and
noise has been averaged away. A relief is a thumbnail less the paper's surface:
grey levels above (light) or below it (dark).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.distance import STEP, distances
from recognizer.preprocessing.picture import Depth, Grey, Mask

Relief: TypeAlias = NDArray[np.float32]  # (height, width), grey levels
# Share of the picture's side: what is nowhere wider than this can be a stroke.
_MAX_STROKE_WIDTH = 0.4
# Light is read from the rim where this share of it lies within so many grey
# levels of one smooth surface.
_RIM_OF_PAPER, _SMOOTH = 0.85, 10.1
# No digit covers more of a picture than this share.
_MAX_INK = 0.6
# What is so many grey levels lighter than the surface is no longer paper. Neither
# is a whole number: levels are, and rounding shall not decide between them.
_MIN_CONTRAST = 24.1
# Dividing by darker paper than this would only raise noise.
_MIN_PAPER = 32


@dataclass(frozen=True, slots=True)
class Illumination:
    """The paper's surface, what stands out from it, and the relief closed and opened."""

    surface: Relief
    relief: Relief
    filled: Relief
    cut: Relief

    @classmethod
    def on(cls, thumb: Grey) -> Illumination:
        surface = _surface(thumb.astype(np.float32))
        relief = thumb - surface
        half = max(1, round(_MAX_STROKE_WIDTH / 2 * math.sqrt(thumb.size)))
        kernel = np.ones((2 * half + 1, 2 * half + 1), np.uint8)
        filled = cv2.morphologyEx(relief, cv2.MORPH_CLOSE, kernel)
        cut = cv2.morphologyEx(relief, cv2.MORPH_OPEN, kernel)
        return cls(surface, relief, filled, cut)

    def inverted(self) -> Illumination:
        """The illumination of the picture's negative."""
        return Illumination(255 - self.surface, -self.relief, -self.cut, -self.filled)


def _surface(thumb: Relief) -> Relief:
    """The paper's grey as a quadratic surface, for light that falls off to a side or all around.

    It is fitted to the picture's rim, which is paper as a rule: least squares,
    repeated without what lies far off. Where it does not fit, as with a shadow's
    edge or a picture cut out close to the ink, the surface is level.
    """
    y, x = (np.arange(side) * (2 / max(1, side - 1)) - 1 for side in thumb.shape)
    places = (_rim(np.broadcast_to(side, thumb.shape)) for side in (x, y[:, None]))
    at_rim = np.stack(_terms(*places), axis=1)
    grey = _rim(thumb)
    paper = np.ones(len(grey), dtype=bool)
    for _ in range(3):
        sample = at_rim[paper]
        # The ridge keeps it solvable for a picture of a few pixels.
        normal = sample.T @ sample + 1e-6 * len(sample) * np.eye(6)
        weights = np.linalg.solve(normal, sample.T @ grey[paper])
        before, paper = paper, np.abs(at_rim @ weights - grey) < _SMOOTH
        if np.count_nonzero(paper) / len(paper) < _RIM_OF_PAPER:
            return np.full_like(thumb, np.median(grey))
        if np.array_equal(before, paper):
            break  # It would be the same surface again.
    terms = _terms(x, y[:, None])
    surface = sum(weight * term for weight, term in zip(weights, terms, strict=True))
    # In steps that float32 holds exactly: what is found on it then hangs on no rounding.
    stepped: Relief = (np.rint(np.clip(surface, 0, 255) * 1024) / 1024).astype(np.float32)
    return stepped


def _terms(x: NDArray[np.floating], y: NDArray[np.floating]) -> list[NDArray[np.floating]]:
    """What a quadratic surface is a sum of."""
    return [np.ones_like(x), x, y, x * x, x * y, y * y]


def _rim(table: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.concatenate([table[0], table[-1], table[1:-1, 0], table[1:-1, -1]])


def polarities(illumination: Illumination) -> tuple[bool, ...]:
    """Polarities of the ink, True for light on dark; where both may be, the likelier first.

    Ink stands out both from the picture's paper and from what is around it: the
    hole of a light 0 does the latter only, a shadow the former only.
    """
    relief = illumination.relief
    darker = np.minimum(illumination.filled - relief, np.maximum(-relief, 0))
    lighter = np.minimum(relief - illumination.cut, np.maximum(relief, 0))
    if _cubes(lighter) <= _cubes(darker):
        return (False,)
    # Wider than any stroke, or nearly everything, it may be the sheet itself on a
    # darker table or in a dark frame.
    light_part = (relief > _MIN_CONTRAST).astype(np.uint8)
    wide = 2 * float(distances(light_part).max()) > _MAX_STROKE_WIDTH * math.sqrt(relief.size)
    sheet = wide or int(light_part.sum()) > _MAX_INK * relief.size
    return (False, True) if sheet else (True,)


def _cubes(levels: Relief) -> float:
    return float((levels * levels * levels).sum(dtype=np.float64))


def depth(grey: Grey, surface: Relief, wide: Relief) -> Depth:
    """How far dark ink on `grey` stands out, as a share of its paper's light.

    Light falls on ink as it does on paper, so it is their ratio that tells. `wide` is what
    `without_strokes` leaves of the relief.
    """
    paper = np.clip(np.rint(surface + wide), 0, 255).astype(np.uint8)
    paper = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR_EXACT)
    missing = cv2.subtract(paper, grey)
    share: Depth = cv2.divide(missing, cv2.max(paper, _MIN_PAPER), scale=255)
    return share


def rims(wide: Relief, shape: tuple[int, ...]) -> Mask | None:
    """Where things darker than paper and wider than any stroke begin, in a picture of that shape.

    A thumbnail does not tell where to the pixel, so that a seam is left there that may look like
    ink. None where there is no such thing.
    """
    thing = (wide < -_MIN_CONTRAST).astype(np.uint8)
    if not thing.any():
        return None
    around = np.ones((3, 3), np.uint8)
    rim = cv2.dilate(thing, around) - cv2.erode(thing, around)
    rows, columns = (
        np.arange(side) * small // side for side, small in zip(shape, rim.shape, strict=True)
    )
    near: Mask = rim[np.ix_(rows, columns)]
    return near


def without_strokes(illumination: Illumination) -> Relief:
    """Closing by reconstruction: strokes vanish, wide shadows keep their outlines.

    Vincent, "Morphological Grayscale Reconstruction in Image Analysis" (1993).
    """
    filled = illumination.filled
    for _ in range(round(_MAX_STROKE_WIDTH * math.sqrt(filled.size))):
        filled = cv2.max(cv2.erode(filled, STEP), illumination.relief)
    return filled
