"""Pen strokes of whole numbers -> their lines, and what may be the digits of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognizer import pricing
from recognizer.exceptions import Blank
from recognizer.preprocessing.ink import bounding_box, is_dot, normalise, pieces
from recognizer.preprocessing.strokes import Stroke
from recognizer.segmentation import grouping, signs
from recognizer.segmentation import lines as line_finder
from recognizer.segmentation.lattice import Lattice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.pricing import Budget

SLANT_STEP = 2**-32


def lines(
    strokes: Sequence[Stroke],
    *,
    canvas: tuple[float, float] | None = None,
    budget: Budget | None = None,
) -> list[Lattice]:
    """Whole numbers, one a line -> what may be the digits of each, from the highest line down.

    Raises as `digits` does.
    """
    boxes = grouping.upright(strokes, 0.0)
    return [
        digits([strokes[piece] for piece in line], canvas=canvas, budget=budget)
        for line in line_finder.found(boxes)
    ]


def digits(
    strokes: Sequence[Stroke],
    *,
    canvas: tuple[float, float] | None = None,
    budget: Budget | None = None,
) -> Lattice:
    """A whole number's strokes -> what may be its digits, for the network to choose from.

    Signs and stray dots are among its groups. Raises `Blank`
    where nothing else is there, and `OverLimit` where that would cost more than `budget` has.
    """
    # Far off, the last bits of a product would decide which strokes are joined.
    corner = np.array(bounding_box(strokes)[:2])
    moved = [stroke - corner for stroke in strokes]
    slant = _slant(moved)
    boxes = grouping.upright(moved, slant)
    groups, low = grouping.candidates(boxes, in_order=True)
    drawn = [(group, [strokes[piece] for piece in group.pieces]) for group in groups]
    digits = [one for one in drawn if not is_dot(bounding_box(one[1]), canvas)]
    # Without a stroke that can be one by itself, nothing would be left once all are shared out.
    if all(len(parts) > 1 for _, parts in digits):
        raise Blank("no_digit_drawn", field="strokes")
    dots = [group for group, parts in drawn if is_dot(bounding_box(parts), canvas)]
    if budget:
        cost = pricing.groups(len(digits), sum(pieces(parts) for _, parts in digits))
        budget.spend(cost, field="strokes")
    glyphs = [normalise(parts) for _, parts in digits]
    every = [group for group, _ in digits] + dots + low
    return Lattice(
        glyphs,
        every,
        [bounding_box([strokes[piece] for piece in group.pieces]) for group in every],
        grouping.around(boxes, every),
        signs.traits(boxes, signs.moments(moved, slant), [group.pieces for group in every]),
        by_pen=True,
    )


def _slant(strokes: Sequence[Stroke]) -> float:
    """How far the strokes go in x for each y: the regression of x on y within each stroke.

    In steps of `SLANT_STEP`: languages add up in other orders, and where pieces stand alike
    the last bit of the sum would decide which of them are joined.
    """
    across, down = 0.0, 0.0
    for points in strokes:
        along = np.diff(points, axis=0)
        length = np.hypot(along[:, 0], along[:, 1])
        if length.sum() > 0:
            middles = (points[1:] + points[:-1]) / 2
            middles -= length @ middles / length.sum()
            # What the ink of a segment has about its own middle is a twelfth.
            across += float(length @ (middles.prod(axis=1) + along.prod(axis=1) / 12))
            down += float(length @ (middles[:, 1] ** 2 + along[:, 1] ** 2 / 12))
    return float(np.rint(across / down / SLANT_STEP)) * SLANT_STEP if down > 0 else 0.0
