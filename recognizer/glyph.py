"""What the network sees: one digit, 28x28, placed as MNIST places its digits.

The numbers here are the normalisation, version 1. `ink` and `raster` both end
in a `Glyph`; `static/js/ink.js` holds the same numbers, and the golden vectors
in `tests/golden/` hold the two languages together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

NORMALISATION = 1
SIZE = 28  # pixels a side
BODY = 20.0  # the longer side of the ink, pen included, in pixels
CENTRE = 13.5  # where the centre of mass goes; a pixel's centre has whole coordinates
PEN = 2.0  # diameter of the round pen, in pixels

Pixels: TypeAlias = NDArray[np.uint8]
Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Glyph:
    """One normalised digit.

    `pixels` is (28, 28) uint8, 0 paper to 255 ink. `box` is (x, y, width,
    height) of the ink in the units of the input.
    """

    pixels: Pixels
    box: Box

    @classmethod
    def of_bytes(cls, content: bytes) -> Glyph:
        """A stored drawing's 784 bytes -> the glyph they were."""
        pixels = np.frombuffer(content, dtype=np.uint8).reshape(SIZE, SIZE)
        return cls(pixels=pixels, box=(0.0, 0.0, float(SIZE), float(SIZE)))


def centre_of_mass(image: NDArray[np.floating]) -> tuple[float, float]:
    """(x, y) of the ink's centre in pixels; `image` must hold some ink."""
    rows, columns = image.sum(axis=1), image.sum(axis=0)
    total = float(rows.sum())
    return (
        float(columns @ np.arange(image.shape[1])) / total,
        float(rows @ np.arange(image.shape[0])) / total,
    )
