"""From a grey picture to the 28x28 the network reads.

Whatever made the picture, the network is to see what `ink` would have drawn.
So the way of the pen is found again and drawn anew with the normalisation's
own pen: a marker, a brush and a pencil give the same glyph.
"""

from __future__ import annotations

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from digitsite.exceptions import TooLarge
from recognizer import grouping, pieces, tracing
from recognizer.debris import Mask
from recognizer.exceptions import Blank
from recognizer.glyph import Glyph
from recognizer.grouping import Group, Lattice
from recognizer.light import Grey
from recognizer.pieces import Pieces
from recognizer.sheet import Sheet, look

# Ink whose longer side is below this share of the picture's shorter is a dot.
_DOT_SHARE = 0.03
# Pictures with more are of something else; each costs a millisecond.
_MOST_DIGITS = 32


def normalise(grey: Grey) -> Glyph:
    """(height, width) uint8, 0 black to 255 white -> the glyph of the digit in it.

    The ink may be darker or lighter than its paper. `box` is in the picture's
    pixels. Raises `Blank` where there is no ink.
    """
    sheet = _look(grey)
    return _glyph(sheet, sheet.mask)


def render(grey: Grey) -> NDArray[np.float64]:
    """That digit's pixels before they are rounded: (28, 28) in [0, 1]. Raises `Blank`."""
    sheet = _look(grey)
    return tracing.render(sheet.depth, sheet.mask, sheet.level)


def digits(grey: Grey) -> Lattice:
    """The same for a whole number -> what may be its digits, for the network to choose from.

    Decimal points, minus signs and specks are passed over. Raises `TooLarge`
    for more digits than any number has.
    """
    sheet, found, groups, signs = _taken_apart(grey)
    glyphs = [_glyph(sheet, found.mask(group.pieces)) for group in groups]
    return Lattice(glyphs, groups + signs)


def renders(grey: Grey) -> list[NDArray[np.float64]]:
    """Those glyphs' pixels before they are rounded. Raises as `digits` does."""
    sheet, found, groups, _ = _taken_apart(grey)
    return [tracing.render(sheet.depth, found.mask(one.pieces), sheet.level) for one in groups]


def _taken_apart(grey: Grey) -> tuple[Sheet, Pieces, list[Group], list[Group]]:
    """The ink, its pieces, which of them may be digits, and which are passed over."""
    sheet = _look(grey)
    found = pieces.taken_apart(sheet.mask)
    groups, signs = grouping.candidates(found.boxes, in_order=False, chains=found.chains)
    if not groups:
        raise Blank(_("There is no digit on this picture."), field="image")
    if sum(len(group.pieces) == 1 for group in groups) > _MOST_DIGITS:
        raise TooLarge(
            _("There are more than %(most)s digits.") % {"most": _MOST_DIGITS}, field="image"
        )
    return sheet, found, groups, signs


def _look(grey: Grey) -> Sheet:
    sheet = look(grey)
    if max(sheet.box(sheet.mask)[2:]) < _DOT_SHARE * min(grey.shape):
        raise Blank(_("That is only a dot; please write a digit."), field="image")
    return sheet


def _glyph(sheet: Sheet, mask: Mask) -> Glyph:
    image = tracing.render(sheet.depth, mask, sheet.level)
    return Glyph(pixels=np.rint(image * 255).astype(np.uint8), box=sheet.box(mask))
