"""Digits as a thick marker leaves them, after the raster path has found its way through.

A marker fills loops and corners; `recognizer.tracing` opens them again as well as
geometry can. What it then gives is a glyph that no pen would have drawn, and a
network reads it if it has met such glyphs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from recognizer import raster
from recognizer.exceptions import Blank
from recognizer.glyph import SIZE
from training.examples import Examples

if TYPE_CHECKING:
    from recognizer.glyph import Pixels

LARGER = 6  # times, so that a glyph's body of 20 pixels is 120 wide
MARGIN = 12
# What the marker is wider than the digit's own pen, in pixels of the glyph.
WIDER = (0.3, 3.3)


def generate(count: int, digits: Examples, rng: np.random.Generator) -> Examples:
    """`count` of the digits, at random and with their weights, written anew with markers;
    fewer if there are fewer."""
    chosen = digits.select(rng.permutation(len(digits))[:count])
    widths = rng.uniform(*WIDER, len(chosen))
    pixels = np.empty((len(chosen), SIZE, SIZE), dtype=np.uint8)
    for row, (picture, wider) in enumerate(zip(chosen.pixels, widths, strict=True)):
        pixels[row] = _with_marker(picture, wider)
    return Examples(pixels, chosen.labels, chosen.weights)


def _with_marker(picture: Pixels, wider: float) -> Pixels:
    """(28, 28) -> (28, 28), its pen `wider` pixels wider on a sheet that is read as an image.

    A picture in which the raster path finds nothing to read stays as it is.
    """
    side = LARGER * SIZE
    large = cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC)
    across = 2 * round(LARGER * wider / 2) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across))
    # With paper around it, for a marker that goes beyond.
    roomy = cv2.copyMakeBorder(large, *4 * (MARGIN,), cv2.BORDER_CONSTANT, value=0)
    sheet = np.asarray(255 - cv2.dilate(roomy, disc), dtype=np.uint8)
    try:
        return raster.normalise(sheet).pixels
    except Blank:
        return picture
