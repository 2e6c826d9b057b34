"""Digits in thick strokes, such as a marker's, as the raster path normalises them.

A marker fills loops and corners; `recognizer.preprocessing.stroke_width` opens them
again as well as geometry can. The glyph is one that no thin pen would have drawn,
and a network reads it if it has learned from such glyphs.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import cv2
import numpy as np

from recognizer.exceptions import Blank
from recognizer.preprocessing import raster
from recognizer.preprocessing.glyph import SIZE
from training.examples import Examples

if TYPE_CHECKING:
    from recognizer.preprocessing.glyph import Pixels

SCALE = 6  # a glyph's body of 20 pixels is painted 120 wide
MARGIN = 12
# By how much the marker is wider than the digit's own pen, in pixels of the glyph.
WIDER = (0.3, 3.3)


def generate(count: int, digits: Examples, rng: np.random.Generator) -> Examples:
    """`count` of the digits, chosen at random, in thick strokes; all where there are fewer.

    They keep their labels and weights.
    """
    chosen = digits.select(rng.permutation(len(digits))[:count])
    widths = rng.uniform(*WIDER, len(chosen))
    pixels = np.empty((len(chosen), SIZE, SIZE), dtype=np.uint8)
    for row, (picture, wider) in enumerate(zip(chosen.pixels, widths, strict=True)):
        pixels[row] = thickened(picture, wider)
    return Examples.of_pictures(pixels, chosen.labels, chosen.weights)


def width_of(key: bytes, share: float) -> float | None:
    """By how much the strokes of what has this key are thicker; None where they are not.

    A hash of the key decides, so that of the same drawings the same `share` are, in every run.
    """
    digest = hashlib.sha256(b"thick" + key).digest()
    chance, width = (int.from_bytes(digest[at : at + 8]) / 2**64 for at in (0, 8))
    return WIDER[0] + width * (WIDER[1] - WIDER[0]) if chance < share else None


def thickened(picture: Pixels, wider: float) -> Pixels:
    """A glyph painted with a pen `wider` pixels wider, and normalised by the raster path.

    A picture in which the raster path finds nothing to read stays as it is.
    """
    side = SCALE * SIZE
    large = cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC)
    across = 2 * round(SCALE * wider / 2) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across))
    # Paper around it leaves room for a marker that goes beyond.
    roomy = cv2.copyMakeBorder(large, *4 * (MARGIN,), cv2.BORDER_CONSTANT, value=0)
    sheet = np.asarray(255 - cv2.dilate(roomy, disc), dtype=np.uint8)
    try:
        return raster.normalise(sheet).pixels
    except Blank:
        return picture
