"""A picture of whole numbers -> their lines, and what may be the digits of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recognizer import pricing
from recognizer.exceptions import Blank, OverLimit
from recognizer.preprocessing import stroke_width
from recognizer.preprocessing.binarisation import Binarised
from recognizer.preprocessing.glyph import Box, Cell, Glyph
from recognizer.preprocessing.picture import Grey, Mask
from recognizer.preprocessing.raster import glyph_of, ink_of
from recognizer.segmentation import cells, components, grouping, signs
from recognizer.segmentation.components import Pieces
from recognizer.segmentation.lattice import Group, Lattice

if TYPE_CHECKING:
    from recognizer.pricing import Budget

# Pictures with more are of something else; each costs a millisecond.
_MAX_DIGITS = 32


def lines(grey: Grey, *, budget: Budget | None = None) -> list[Lattice]:
    """Whole numbers, one a line -> what may be the digits of each, from the highest line down.

    Cells of a form in which nothing is written are on their lines. Raises as `digits` does.
    """
    ink = ink_of(grey, one=False)
    masks = [] if ink.is_empty_form else components.lines(ink.mask)
    boxes = [ink.box(mask) for mask in masks]
    return [
        _digits(ink, masks[line], budget, unread) if line is not None else _of_cells(unread)
        for line, unread in cells.rows(boxes, cells.unread(ink))
    ]


def digits(grey: Grey, *, budget: Budget | None = None) -> Lattice:
    """A whole number on one line -> what may be its digits, for the network to choose from.

    Signs and specks are among its groups. Raises `OverLimit`
    for more digits than any number has, and where they would cost more than `budget` has, and
    `Blank`.
    """
    ink = ink_of(grey, one=False)
    if ink.is_empty_form:
        raise Blank("nothing_written", field="image")
    return _digits(ink, ink.mask, budget)


def _of_cells(unread: list[Cell]) -> Lattice:
    """A line of nothing but cells in which nothing was found."""
    none = np.zeros((0, 4))
    places = [(cell, cell.box[0] + cell.box[2] / 2) for cell in unread]
    return Lattice([], [], [], none, np.zeros((0, 0)), by_pen=False, unread=places)


def _digits(
    ink: Binarised, mask: Mask, budget: Budget | None, unread: Sequence[Cell] = ()
) -> Lattice:
    found, groups, low = _parts(ink, mask, budget)
    if budget:
        budget.spend(pricing.traced(len(groups)), field="image")
    return lattice(ink, found, groups, low, unread)


def lattice(
    ink: Binarised,
    found: Pieces,
    groups: list[Group],
    low: list[Group],
    unread: Sequence[Cell] = (),
) -> Lattice:
    """What `parts` found, ready to be read, with the `unread` cells on the line."""
    glyphs = [_glyph(ink, found, group) for group in groups]
    every = groups + low
    boxes = [glyph.box for glyph in glyphs] + [ink.box(found.mask(one.pieces)) for one in low]
    return Lattice(
        glyphs,
        every,
        boxes,
        grouping.around(found.boxes, every),
        signs.traits(
            found.boxes,
            found.moments(),
            [group.pieces for group in every],
            found.cut,
        ),
        by_pen=False,
        certain=[_certain(found, group) for group in every],
        cells=[cells.holding(box, ink.cells) for box in boxes],
        unread=[(cell, _middle(ink, cell.box, found.slant)) for cell in unread],
    )


def _certain(found: Pieces, group: Group) -> float:
    """How surely a group is one character, by what was read of all that it touched."""
    alone = len(group.pieces) == 1
    return min(
        (found.certain.get(at, 1.0) for at in group.pieces if alone or at not in found.read),
        default=1.0,
    )


def _glyph(ink: Binarised, found: Pieces, group: Group) -> Glyph:
    """What the network sees of a group, with what was read of it beside its neighbours."""
    glyph = glyph_of(ink, found.mask(group.pieces))
    beside = found.read.get(group.pieces[0]) if len(group.pieces) == 1 else None
    return replace(glyph, beside=beside)


def _middle(ink: Binarised, cell: Box, slant: float) -> float:
    """Where a cell's middle is in x once the slant is taken away."""
    x = (cell[0] + cell[2] / 2 - ink.corner[0]) * ink.scale
    return x - slant * (cell[1] + cell[3] / 2 - ink.corner[1]) * ink.scale


def renders(grey: Grey) -> list[NDArray[np.float64]]:
    """Those glyphs' pixels before they are rounded. Raises as `digits` does."""
    ink, found, groups, _ = parts(grey)
    return [stroke_width.render(ink.depth, found.mask(one.pieces), ink.level) for one in groups]


def parts(grey: Grey) -> tuple[Binarised, Pieces, list[Group], list[Group]]:
    """The ink, its pieces, which of them may be digits, and which are too low for it."""
    ink = ink_of(grey, one=False)
    return ink, *_parts(ink, ink.mask)


def _parts(
    ink: Binarised, mask: Mask, budget: Budget | None = None
) -> tuple[Pieces, list[Group], list[Group]]:
    """The pieces of the ink of one line."""
    found = components.taken_apart(mask, ink.depth, ink.level, budget=budget)
    standing = [
        cells.holding(ink.box(found.mask((piece,))), ink.cells)
        for piece in range(len(found.boxes) if ink.cells else 0)
    ]
    groups, low = grouping.candidates(
        found.boxes, in_order=False, chains=found.chains, cells=standing
    )
    # Without a piece that can be one by itself, nothing might be left once all are shared out.
    if all(len(group.pieces) > 1 for group in groups):
        raise Blank("no_digit_written", field="image")
    if sum(len(group.pieces) == 1 for group in groups) > _MAX_DIGITS:
        raise OverLimit("too_many_digits", field="image", most=_MAX_DIGITS)
    return found, groups, low
