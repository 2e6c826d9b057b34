"""What may stand beside what in a number: doubtful signs are weighed with their neighbours.

A bracket that is closed was opened, a slash stands between digits. The chances of all ways to
read a row of characters are added up by the forward-backward algorithm, as Rabiner describes
it in "A Tutorial on Hidden Markov Models" (1989). `static/js/segmentation/syntax.js` is the
same in JavaScript.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

# How unlikely what the column names is after what the row names, in halves of a decimal
# power. Rows: the beginning, a digit, then the signs as in `SIGNS`; columns: a digit, the
# signs, the end.
#    0 - / . , : + ( ) $ % = end
FOLLOWING = [
    "0142442040449",  # the beginning
    "0000000102000",  # a digit
    "0442444141432",  # -
    "0343444243443",  # /
    "0132443323231",  # .
    "0134443333441",  # ,
    "0233443343443",  # :
    "0342444141443",  # +
    "0142441241444",  # (
    "1011111122210",  # )
    "0141443244443",  # $
    "3121131313410",  # %
    "0142442141441",  # =
]
OPENING, CLOSING = 7, 8  # the brackets' columns
# The kinds were learned with numbers without signs weighing 2.5: a sign counts so much more.
SIGN = 1.2
# A bracket without its other one, or within another.
UNPAIRED = 3
# Behind a comma are three digits of thousands, or some decimals; more are rather 1,234.56, its
# point lost in a digit that it touches.
_CROWDED = re.compile(",(?=0{5})")


def weighed(likeliness: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 12) how likely each character is a digit or a sign by itself -> in its row."""
    count, kinds = likeliness.shape
    if count == 0:
        return likeliness
    start, between, end = _transitions()
    likeliness = likeliness * np.where(np.arange(kinds) == 0, 1.0, SIGN)
    seen = np.concatenate([likeliness, likeliness], axis=1)  # outside brackets, and within
    ahead = np.zeros((count, 2 * kinds))
    back = np.zeros((count, 2 * kinds))
    ahead[0] = _share(start * seen[0])
    for at in range(1, count):
        ahead[at] = _share((ahead[at - 1] @ between) * seen[at])
    back[-1] = _share(end)
    for at in range(count - 2, -1, -1):
        back[at] = _share(between @ (back[at + 1] * seen[at + 1]))
    both = ahead * back
    joined = both[:, :kinds] + both[:, kinds:]
    return np.array([_share(row) for row in joined])


def crowded(row: str) -> list[int]:
    """Where commas are that more digits follow than one has; all digits are 0 in the row."""
    return [found.start() for found in _CROWDED.finditer(row)]


def _share(values: NDArray[np.float64]) -> NDArray[np.float64]:
    total = values.sum()
    return values / total if total > 0 else np.full_like(values, 1 / len(values))


@cache
def _transitions() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(24,), (24, 24) and (24,): from the beginning, from one to the next, and to the end.

    A state is a character, 12 of them after which no bracket is open, then 12 after which one
    is.
    """
    weight = np.array([[10 ** (-int(cost) / 2) for cost in row] for row in FOLLOWING])
    alone = 10 ** (-UNPAIRED / 2)
    kinds = weight.shape[1] - 1
    between = np.zeros((2, kinds + 1, 2, kinds))  # from open or not, after what, to the same
    for is_open in (0, 1):
        for kind in range(kinds):
            to, times = is_open, 1.0
            if kind == OPENING:
                to, times = 1, alone if is_open else 1.0
            elif kind == CLOSING:
                to, times = 0, 1.0 if is_open else alone
            between[is_open, :, to, kind] = weight[:, kind] * times
    end = np.concatenate([weight[1:, kinds], weight[1:, kinds] * alone])
    size = 2 * kinds
    return between[0, 0].reshape(size), between[:, 1:].reshape(size, size), end
