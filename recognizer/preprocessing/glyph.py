"""What the network sees: one digit, 28x28, placed as MNIST places its digits.

The numbers here are the normalisation, version 2: the picture of version 1 and, of ink,
maps of the pen's motion beside it (`preprocessing.motion`). `ink` and `raster` both end
in a `Glyph`; `static/js/preprocessing/glyph.js` holds the same numbers, and the golden vectors
in `tests/golden/` hold the two languages together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

NORMALISATION = 2
SIZE = 28  # pixels a side
BODY = 20.0  # the longer side of the ink, pen included, in pixels
CENTRE = 13.5  # where the centre of mass goes; a pixel's centre has whole coordinates
PEN = 2.0  # diameter of the round pen, in pixels
MAPS = (8, 8, 10)  # rows and columns of cells, and channels, of the pen's motion
Pixels: TypeAlias = NDArray[np.uint8]
Maps: TypeAlias = NDArray[np.uint8]
Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a form: its box, in the picture's own pixels, and whether it has no ink at all."""

    box: Box
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Glyph:
    """One normalised digit.

    `pixels` is (28, 28) uint8, 0 paper to 255 ink. `box` is (x, y, width,
    height) of the ink in the units of the input. `motion` is (8, 8, 10) uint8, as
    `preprocessing.motion` gives it, and None of a picture, of which nobody knows how it
    was written. `beside` is (11,), what was read of it beside the neighbours that it touches
    (`segmentation.touching`), as probabilities; None of what stands alone.
    """

    pixels: Pixels
    box: Box
    motion: Maps | None = None
    beside: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Glyphs:
    """n glyphs as the network takes them, row by row.

    `pixels` is (n, 28, 28) uint8. `motion` is (n, 8, 8, 10) uint8 and `has_ink` (n,) bool:
    where it is false the row was a picture, and its motion is 0. Raises `ValueError` where
    these do not fit together.
    """

    pixels: Pixels
    motion: Maps
    has_ink: NDArray[np.bool_]

    def __post_init__(self) -> None:
        count = len(self.has_ink)
        _require("Pixels", self.pixels, (count, SIZE, SIZE), np.uint8)
        _require("Motion", self.motion, (count, *MAPS), np.uint8)
        _require("Whether there is ink", self.has_ink, (count,), np.bool_)

    @classmethod
    def of(cls, glyphs: Sequence[Glyph]) -> Glyphs:
        """Single glyphs, in order."""
        none = np.zeros(MAPS, dtype=np.uint8)
        maps = [none if glyph.motion is None else glyph.motion for glyph in glyphs]
        return cls(
            np.array([glyph.pixels for glyph in glyphs], np.uint8).reshape(-1, SIZE, SIZE),
            np.array(maps, np.uint8).reshape(-1, *MAPS),
            np.array([glyph.motion is not None for glyph in glyphs], np.bool_),
        )

    @classmethod
    def of_pictures(cls, pixels: Pixels) -> Glyphs:
        """Pictures alone, (n, 28, 28) uint8. Their motion takes no memory."""
        none = np.broadcast_to(np.zeros(MAPS, np.uint8), (len(pixels), *MAPS))
        return cls(pixels, none, np.zeros(len(pixels), np.bool_))

    @classmethod
    def joined(cls, parts: Sequence[Glyphs]) -> Glyphs:
        """The glyphs of all parts, in order; none where there is no part."""
        pixels = np.concatenate([np.empty((0, SIZE, SIZE), np.uint8), *(p.pixels for p in parts)])
        if not any(part.has_ink.any() for part in parts):
            return cls.of_pictures(pixels)
        return cls(
            pixels,
            np.concatenate([part.motion for part in parts]),
            np.concatenate([part.has_ink for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.has_ink)

    def __getitem__(self, rows: slice | NDArray[Any]) -> Glyphs:
        """The glyphs of some rows, given as a slice, an index array or a mask."""
        if not self.has_ink.any():
            return Glyphs.of_pictures(self.pixels[rows])
        return Glyphs(self.pixels[rows], self.motion[rows], self.has_ink[rows])

    def pictures(self) -> Glyphs:
        """The same glyphs as pictures, without how they were written."""
        return Glyphs.of_pictures(self.pixels)


def _require(name: str, array: NDArray[Any], shape: tuple[int, ...], kind: type) -> None:
    if array.shape != shape or array.dtype != kind:
        raise ValueError(
            f"{name} must be {shape} {kind.__name__}, not {array.shape} {array.dtype}."
        )


def centre_of_mass(image: NDArray[np.floating]) -> tuple[float, float]:
    """(x, y) of the ink's centre in pixels; `image` must hold some ink."""
    rows, columns = image.sum(axis=1), image.sum(axis=0)
    total = float(rows.sum())
    return (
        float(columns @ np.arange(image.shape[1])) / total,
        float(rows @ np.arange(image.shape[0])) / total,
    )
