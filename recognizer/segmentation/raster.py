"""A picture of whole numbers -> their lines, and what may be the digits of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recognizer import pricing
from recognizer.exceptions import Blank, OverLimit
from recognizer.preprocessing import stroke_width
from recognizer.preprocessing.binarisation import Binarised
from recognizer.preprocessing.picture import Grey, Mask
from recognizer.preprocessing.raster import glyph_of, ink_of
from recognizer.segmentation import components, grouping, signs
from recognizer.segmentation.components import Pieces
from recognizer.segmentation.lattice import Group, Lattice

if TYPE_CHECKING:
    from recognizer.pricing import Budget

# Pictures with more are of something else; each costs a millisecond.
_MAX_DIGITS = 32


def lines(grey: Grey, *, budget: Budget | None = None) -> list[Lattice]:
    """Whole numbers, one a line -> what may be the digits of each, from the highest line down.

    Raises as `digits` does.
    """
    ink = ink_of(grey, one=False)
    return [_digits(ink, mask, budget) for mask in components.lines(ink.mask)]


def digits(grey: Grey, *, budget: Budget | None = None) -> Lattice:
    """A whole number on one line -> what may be its digits, for the network to choose from.

    Signs and specks are among its groups. Raises `OverLimit`
    for more digits than any number has, and where they would cost more than `budget` has.
    """
    ink = ink_of(grey, one=False)
    return _digits(ink, ink.mask, budget)


def _digits(ink: Binarised, mask: Mask, budget: Budget | None) -> Lattice:
    found, groups, low = _parts(mask)
    if budget:
        budget.spend(pricing.traced(len(groups)), field="image")
    return lattice(ink, found, groups, low)


def lattice(ink: Binarised, found: Pieces, groups: list[Group], low: list[Group]) -> Lattice:
    """What `parts` found, ready to be read."""
    glyphs = [glyph_of(ink, found.mask(group.pieces)) for group in groups]
    every = groups + low
    return Lattice(
        glyphs,
        every,
        [glyph.box for glyph in glyphs] + [ink.box(found.mask(one.pieces)) for one in low],
        grouping.around(found.boxes, every),
        signs.traits(found.boxes, found.moments(), [group.pieces for group in every]),
        by_pen=False,
    )


def renders(grey: Grey) -> list[NDArray[np.float64]]:
    """Those glyphs' pixels before they are rounded. Raises as `digits` does."""
    ink, found, groups, _ = parts(grey)
    return [stroke_width.render(ink.depth, found.mask(one.pieces), ink.level) for one in groups]


def parts(grey: Grey) -> tuple[Binarised, Pieces, list[Group], list[Group]]:
    """The ink, its pieces, which of them may be digits, and which are too low for it."""
    ink = ink_of(grey, one=False)
    return ink, *_parts(ink.mask)


def _parts(mask: Mask) -> tuple[Pieces, list[Group], list[Group]]:
    """The pieces of the ink of one line."""
    found = components.taken_apart(mask)
    groups, low = grouping.candidates(found.boxes, in_order=False, chains=found.chains)
    # Without a piece that can be one by itself, nothing might be left once all are shared out.
    if all(len(group.pieces) > 1 for group in groups):
        raise Blank("no_digit_written", field="image")
    if sum(len(group.pieces) == 1 for group in groups) > _MAX_DIGITS:
        raise OverLimit("too_many_digits", field="image", most=_MAX_DIGITS)
    return found, groups, low
