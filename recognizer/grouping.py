"""Which pieces of ink make up which digit of a whole number.

A piece is a stroke of the pen, or what hangs together in a picture. A 4, 5 or 7
often takes two, and neighbours lean over one another, so a look at where the
pieces stand leaves doubt. Every group of pieces that may be a digit is therefore
read by the network, all in one batch, and of all the ways to share the pieces out
that one is taken in which place and reading together are likeliest: a
segmentation lattice, as Matan, Burges, LeCun and Denker describe it in
"Multi-Digit Recognition Using a Space Displacement Neural Network" (1992) and
Burges and others in "Shortest Path Segmentation" (1992).

`static/js/grouping.js` holds the same numbers; tests/golden/numbers.json holds the
two languages together.
"""

from __future__ import annotations

import heapq
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recognizer.glyph import Glyph

Points: TypeAlias = NDArray[np.float64]  # (points, 2): x, y
Boxes: TypeAlias = NDArray[np.float64]  # (pieces, 4): x, y, width, height
# By the set of later pieces that are in a group already: the best score, and its groups.
Ways: TypeAlias = dict[frozenset[int], tuple[float, tuple[int, ...]]]

# Log-odds that two pieces are of one digit. Lengths are in heights of the tallest
# piece. Fitted on numbers composed of the even writers' pen digits
# (benchmarks/numbers.py) as a conditional random field over all ways to share the
# strokes out, the network's log-probabilities weighing `READING`.
BIAS = 0.3
NEXT = 3.0  # one was written right after the other; half of it where nobody knows
APART = -9.0  # a height between their middles in x
FEET = 5.0  # a height between their lower ends: a digit stands on the line,
FEET_SOON = 8.0  # and the first quarter of a height tells most
SOON = 0.25
NARROWER = -3.5  # the narrower one's width: what is wide is a digit by itself,
LOWER = -3.0  # and so is what is tall
OVERLAP = 6.0  # in x; less than 0 where there is a gap
READING = 3.0
# The same of neighbours that hang together in a picture, and how wide they may be.
HANGING = 5.0
WIDEST = 1.4

# Groups less likely than this are not read; no reading could make up for it.
LEAST = -7.0
# And no more than so many groups of several pieces: a scribble has thousands.
MOST_JOINED = 24
# Where the best ways so far are so many, the rest is not followed.
MOST_WAYS = 64
# What is lower than this share of the tallest piece is a dot, a sign or a part.
SMALL = 0.3
# A probability below this says no more than this.
FAINTEST = 1e-3


@dataclass(frozen=True, slots=True)
class Group:
    """Pieces that may be one digit, by their numbers; `kinship` is 0 for a single one."""

    pieces: tuple[int, ...]
    kinship: float


@dataclass(frozen=True, slots=True)
class Lattice:
    """A number that is yet to be read.

    `glyphs` are those of the first groups, one each; the groups after them are
    dots and signs, which are passed over.
    """

    glyphs: list[Glyph]
    groups: list[Group]

    @classmethod
    def of(cls, glyph: Glyph) -> Lattice:
        """A single digit, about which there is no doubt."""
        return cls([glyph], [Group((0,), 0.0)])

    def best(self, probabilities: Sequence[float]) -> list[int]:
        """The glyphs that make up the number, left to right.

        `probabilities` has one a glyph: that of the digit it most looks like.
        """
        scores = [group.kinship for group in self.groups]
        for at, probability in enumerate(probabilities):
            scores[at] += READING * math.log(max(probability, FAINTEST))
        digits = [at for at in likeliest(self.groups, scores) if at < len(self.glyphs)]
        return sorted(digits, key=lambda at: _middle(self.glyphs[at]))


def _middle(glyph: Glyph) -> float:
    return glyph.box[0] + glyph.box[2] / 2


def upright(pieces: Sequence[Points], slant: float) -> Boxes:
    """The pieces' boxes once a common slant, in x for each y, is taken away."""
    boxes = []
    for points in pieces:
        x = points[:, 0] - slant * points[:, 1]
        left, top = x.min(), points[:, 1].min()
        boxes.append((left, top, x.max() - left, points[:, 1].max() - top))
    return np.array(boxes)


def candidates(
    boxes: Boxes, *, in_order: bool, chains: Sequence[Sequence[int]] = ()
) -> tuple[list[Group], list[Group]]:
    """Every piece alone and the likelier groups of several: what may be digits, and what not.

    The boxes are those of pieces set upright, see `upright`; `in_order` says
    whether the pieces come in the order of writing. What is less high than a
    share of the tallest piece is a dot, a sign, or a part of something higher.
    `chains` are pieces that hang together, from left to right.
    """
    kinship = _kinship(boxes / _unit(boxes), in_order=in_order)
    runs = [run for chain in chains for run in _runs(chain, boxes)]
    for chain in chains:
        kinship[np.ix_(chain, chain)] = -np.inf  # these are among the runs
    pairs = [
        Group((int(one), int(other)), float(kinship[one, other]))
        for one, other in np.argwhere(np.triu(kinship > LEAST, 1))
    ]
    pairs = _likeliest(pairs)
    joined = _likeliest([*pairs, *_threes(pairs)])
    groups = [*(Group((piece,), 0.0) for piece in range(len(boxes))), *runs, *joined]
    least = max(SMALL * float(boxes[:, 3].max()), sys.float_info.min)
    digits = [group for group in groups if _height(boxes[[*group.pieces]]) >= least]
    return digits, [group for group in groups if group not in digits]


def _unit(boxes: Boxes) -> float:
    """The tallest piece's height; lying ink has only its width."""
    return float(boxes[:, 3].max() or boxes[:, 2].max() or 1.0)


def _runs(chain: Sequence[int], boxes: Boxes) -> list[Group]:
    """Neighbours in a chain, as far as they are no wider than a digit can be."""
    widest = WIDEST * _unit(boxes)
    ends = combinations(range(len(chain) + 1), 2)
    runs = [chain[start:end] for start, end in ends if end - start > 1]
    return [
        Group(tuple(sorted(run)), HANGING * (len(run) - 1))
        for run in runs
        if _width(boxes[[*run]]) <= widest
    ]


def _width(boxes: Boxes) -> float:
    return float((boxes[:, 0] + boxes[:, 2]).max() - boxes[:, 0].min())


def _height(boxes: Boxes) -> float:
    return float((boxes[:, 1] + boxes[:, 3]).max() - boxes[:, 1].min())


def _kinship(boxes: Boxes, *, in_order: bool) -> NDArray[np.float64]:
    """(pieces, 4), the tallest 1 high -> (pieces, pieces) log-odds of belonging together."""
    left, top, width, height = boxes.T
    right, foot, middle = left + width, top + height, left + width / 2
    feet = np.abs(np.subtract.outer(foot, foot))
    overlap = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    order = np.arange(len(boxes))
    following = np.abs(np.subtract.outer(order, order)) == 1 if in_order else 0.5
    kinship: NDArray[np.float64] = (
        BIAS
        + NEXT * following
        + APART * np.abs(np.subtract.outer(middle, middle))
        + FEET * feet
        + FEET_SOON * np.minimum(feet, SOON)
        + NARROWER * np.minimum.outer(width, width)
        + LOWER * np.minimum.outer(height, height)
        + OVERLAP * overlap
    )
    # A point or a comma hangs below the middle of its neighbour, and beside it.
    lower = np.minimum.outer(height, height) < SMALL
    hanging = np.where(np.less.outer(height, height), top[:, None] - top, top - top[:, None])
    taller = np.maximum.outer(height, height)
    kinship[lower & (hanging > taller / 2) & (overlap <= 0)] = -np.inf
    return kinship


def _likeliest(groups: list[Group]) -> list[Group]:
    return heapq.nlargest(MOST_JOINED, groups, key=lambda group: group.kinship)


def _threes(pairs: list[Group]) -> list[Group]:
    """Groups of three pieces of which any two may belong together."""
    kinship = {pair.pieces: pair.kinship for pair in pairs}
    threes = []
    for one, other in combinations(sorted(kinship), 2):
        if one[0] == other[0] and (one[1], other[1]) in kinship:
            total = kinship[one] + kinship[other] + kinship[one[1], other[1]]
            threes.append(Group((*one, other[1]), total))
    return threes


def likeliest(groups: Sequence[Group], scores: Sequence[float]) -> list[int]:
    """The groups of the highest total score that together hold every piece once.

    Every piece must be a group by itself as well. Piece by piece, the best way to
    each set of later pieces that are in a group already is followed.
    """
    ways: Ways = {frozenset(): (0.0, ())}
    for piece, numbers in _starting(groups):
        longer: Ways = {}
        for taken, (score, way) in ways.items():
            if piece in taken:
                _keep(longer, taken - {piece}, score, way)
                continue
            for number in numbers:
                later = frozenset(groups[number].pieces[1:])
                if not later & taken:
                    _keep(longer, taken | later, score + scores[number], (*way, number))
        ways = dict(heapq.nlargest(MOST_WAYS, longer.items(), key=lambda way: way[1][0]))
    return list(ways[frozenset()][1])


def _starting(groups: Sequence[Group]) -> list[tuple[int, list[int]]]:
    """Every piece with the groups whose first piece it is."""
    starting: dict[int, list[int]] = {}
    for number, group in enumerate(groups):
        starting.setdefault(group.pieces[0], []).append(number)
    return sorted(starting.items())


def _keep(ways: Ways, taken: frozenset[int], score: float, way: tuple[int, ...]) -> None:
    if taken not in ways or score > ways[taken][0]:
        ways[taken] = (score, way)
