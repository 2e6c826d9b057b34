"""From a grey picture to the 28x28 the network reads.

Whatever made the picture, the network is to see what `ink` would have drawn.
So the pen's trajectory is found again and drawn anew with the normalisation's
own pen: a marker, a brush and a pencil give the same glyph.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import Blank, EmptyCell
from recognizer.preprocessing import stroke_width
from recognizer.preprocessing.binarisation import Binarised, binarise
from recognizer.preprocessing.glyph import Glyph
from recognizer.preprocessing.picture import Grey, Mask

# Ink whose longer side is below this share of the picture's shorter is a dot.
_DOT_SHARE = 0.03


def normalise(grey: Grey) -> Glyph:
    """(height, width) uint8, 0 black to 255 white -> the glyph of the digit in it.

    The ink may be darker or lighter than its paper. `box` is in the picture's
    pixels. Raises `Blank` where there is no ink, and `EmptyCell` where but a cell of a form is.
    """
    ink = _digit_in(grey)
    return glyph_of(ink, ink.mask)


def render(grey: Grey) -> NDArray[np.float64]:
    """That digit's pixels before they are rounded: (28, 28) in [0, 1]. Raises `Blank`."""
    ink = _digit_in(grey)
    return stroke_width.render(ink.depth, ink.mask, ink.level)


def _digit_in(grey: Grey) -> Binarised:
    ink = ink_of(grey)
    if ink.is_empty_form:
        raise EmptyCell(ink.cells[0].box)
    return ink


def ink_of(grey: Grey, *, one: bool = True) -> Binarised:
    """The ink of `one` digit, or of several; none in an empty form. Raises `Blank`."""
    ink = binarise(grey, one=one)
    if not ink.is_empty_form and max(ink.box(ink.mask)[2:]) < _DOT_SHARE * min(grey.shape):
        raise Blank("dot_written", field="image")
    return ink


def glyph_of(ink: Binarised, mask: Mask) -> Glyph:
    image = stroke_width.render(ink.depth, mask, ink.level)
    return Glyph(pixels=np.rint(image * 255).astype(np.uint8), box=ink.box(mask))
