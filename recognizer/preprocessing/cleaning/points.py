"""Decimal points, commas and colons of a number, told from the paper's specks by place and look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.cleaning.pieces import Chosen, Pieces
from recognizer.preprocessing.picture import Mask

# What is at least this share of the highest piece high tells where the digits are.
_TALL = 0.4
# A point is no further from one of them than this in x, and hangs no deeper below it; in its
# heights. It never stands above it.
_ASIDE, _BELOW = 0.6, 0.4
# It measures at least so many widths of the pen, and so much of the pen's square is ink.
_PENS, _AREA = 0.6, 0.3
# More points than so many for each digit are dirt.
_MOST = 2


def points(pieces: Pieces, specks: Chosen, written: Chosen, pen: float, dark: Mask) -> Chosen:
    """Which of the specks may be signs beside what is `written`; whether they are, reading tells.

    `pen` is the width of the writing's pen, `dark` where ink is as dark as writing.
    """
    heights = pieces.sizes[:, 1]
    tall = np.flatnonzero(written & (heights >= _TALL * (heights * written).max(initial=0)))
    found: Chosen = specks & (pieces.longer >= _PENS * pen) & (pieces.areas >= _AREA * pen * pen)
    for number in np.flatnonzero(found):
        found[number] = (dark & (pieces.labels == number)).any() and _is_beside(
            pieces, int(number), tall
        )
    return found if found.sum() <= _MOST * len(tall) else np.zeros_like(found)


def _is_beside(pieces: Pieces, number: int, tall: NDArray[np.intp]) -> bool:
    left, top, right, bottom = pieces.boxes[number]
    lefts, tops, rights, bottoms = pieces.boxes[tall].T
    heights = bottoms - tops
    aside = np.maximum(lefts - right, left - rights) <= _ASIDE * heights
    return bool((aside & (top >= tops) & (bottom <= bottoms + _BELOW * heights)).any())
