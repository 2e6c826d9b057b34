"""Which pieces of ink make up which digit of a whole number.

A piece is a stroke of the pen, or what is connected in a picture. A 4, 5 or 7
often takes two, and neighbours lean over one another, so a look at where the
pieces stand leaves doubt. Every group of pieces that may be a digit is therefore
read by the network, all in one batch, and of all the ways to share the pieces out
that one is taken in which place and reading together are likeliest: a
segmentation lattice, as Matan, Burges, LeCun and Denker describe it in
"Multi-Digit Recognition Using a Space Displacement Neural Network" (1992) and
Burges and others in "Shortest Path Segmentation" (1992).

`static/js/segmentation/` holds the same numbers; tests/golden/numbers.json holds the
two languages together.
"""

from __future__ import annotations

import heapq
import sys
from collections.abc import Sequence
from itertools import combinations, compress
from operator import not_

import numpy as np
from numpy.typing import NDArray

from recognizer.segmentation.affinity import SMALL, Boxes, Points, affinities
from recognizer.segmentation.lattice import Group
from recognizer.segmentation.signs import TALL

# Log-odds that neighbours which are connected in a picture are of one digit, and how
# wide they may be, in heights of the tallest.
CONNECTED = 5.0
MAX_WIDTH = 1.4
# and that pieces in the same cell of a form are.
SAME_CELL = 5.0
# The circles of a percent sign are no higher than this share of its stroke and no further from it;
# what is below the middle of a tall piece and beside it is otherwise taken for a point.
CIRCLE, CIRCLE_ASIDE = 0.6, 0.4
# Groups less likely than this are not read; no reading could make up for it.
MIN_AFFINITY = -7.0
# And no more than so many groups of several pieces: a scribble has thousands.
MAX_JOINED, MAX_PERCENTS = 24, 4
# Of connected neighbours no more than so many, the shortest: touching digits in twice as many
# pieces as any that were seen.
MAX_RUNS = 96


def upright(pieces: Sequence[Points], slant: float) -> Boxes:
    """The pieces' boxes once a common slant, in x for each y, is taken away."""
    boxes = []
    for points in pieces:
        x = points[:, 0] - slant * points[:, 1]
        left, top = x.min(), points[:, 1].min()
        boxes.append((left, top, x.max() - left, points[:, 1].max() - top))
    return np.array(boxes)


def around(boxes: Boxes, groups: Sequence[Group]) -> Boxes:
    """The box of each group of pieces."""
    parts = [boxes[[*group.pieces]] for group in groups]
    low = np.array([part[:, :2].min(axis=0) for part in parts])
    high = np.array([(part[:, :2] + part[:, 2:]).max(axis=0) for part in parts])
    return np.concatenate([low, high - low], axis=1)


def candidates(
    boxes: Boxes,
    *,
    in_order: bool,
    chains: Sequence[Sequence[int]] = (),
    cells: Sequence[int] = (),
) -> tuple[list[Group], list[Group]]:
    """Every piece alone and the likelier groups of several: what may be digits, and what not.

    The boxes are those of pieces set upright, see `upright`; `in_order` says
    whether the pieces come in the order of writing. What is less high than a
    share of the tallest piece is a dot, a sign, or a part of something higher.
    `chains` are connected pieces, from left to right; `cells` says in which cell of a form each
    piece stands, -1 in none.
    """
    affinity = affinities(boxes / _unit(boxes), in_order=in_order)
    if cells:
        of = np.array(cells)
        affinity += np.where(np.equal.outer(of, of) & (of >= 0), SAME_CELL, 0.0)
        affinity[np.not_equal.outer(of, of)] = -np.inf
    runs = _shortest([run for chain in chains for run in _runs(chain, boxes)])
    for chain in chains:
        affinity[np.ix_(chain, chain)] = -np.inf  # these are among the runs
    pairs = _pairs(affinity)
    joined = _likeliest([*pairs, *_threes(pairs)])
    known = {group.pieces for group in joined}
    percents = [one for one in _percents(boxes, cells) if one.pieces not in known][:MAX_PERCENTS]
    joined = [*joined[: MAX_JOINED - len(percents)], *percents]
    groups = [*(Group((piece,), 0.0) for piece in range(len(boxes))), *runs, *joined]
    least = max(SMALL * float(boxes[:, 3].max()), sys.float_info.min)
    tall = [_height(boxes[[*group.pieces]]) >= least for group in groups]
    return [*compress(groups, tall)], [*compress(groups, map(not_, tall))]


def _unit(boxes: Boxes) -> float:
    """The tallest piece's height; lying ink has only its width."""
    return float(boxes[:, 3].max() or boxes[:, 2].max() or 1.0)


def _runs(chain: Sequence[int], boxes: Boxes) -> list[Group]:
    """Neighbours in a chain, as far as they are no wider than a digit can be."""
    widest = MAX_WIDTH * _unit(boxes)
    ends = combinations(range(len(chain) + 1), 2)
    runs = [chain[start:end] for start, end in ends if end - start > 1]
    return [
        Group(tuple(sorted(run)), CONNECTED * (len(run) - 1))
        for run in runs
        if _width(boxes[[*run]]) <= widest
    ]


def _width(boxes: Boxes) -> float:
    return float((boxes[:, 0] + boxes[:, 2]).max() - boxes[:, 0].min())


def _height(boxes: Boxes) -> float:
    return float((boxes[:, 1] + boxes[:, 3]).max() - boxes[:, 1].min())


def _shortest(runs: list[Group]) -> list[Group]:
    if len(runs) <= MAX_RUNS:
        return runs
    return sorted(runs, key=lambda run: len(run.pieces))[:MAX_RUNS]


def _pairs(affinity: NDArray[np.float64]) -> list[Group]:
    """The likeliest groups of two; of equals the first."""
    one, other = np.nonzero(np.triu(affinity > MIN_AFFINITY, 1))
    values = affinity[one, other]
    best = np.argsort(-values, kind="stable")[:MAX_JOINED]
    return [Group((int(one[at]), int(other[at])), float(values[at])) for at in best]


def _likeliest(groups: list[Group]) -> list[Group]:
    return heapq.nlargest(MAX_JOINED, groups, key=lambda group: group.affinity)


def _threes(pairs: list[Group]) -> list[Group]:
    """Groups of three pieces of which any two may belong together."""
    affinity = {pair.pieces: pair.affinity for pair in pairs}
    threes = []
    for one, other in combinations(sorted(affinity), 2):
        if one[0] == other[0] and (one[1], other[1]) in affinity:
            total = affinity[one] + affinity[other] + affinity[one[1], other[1]]
            threes.append(Group((*one, other[1]), total))
    return threes


def _percents(boxes: Boxes, cells: Sequence[int]) -> list[Group]:
    """Every tall piece with the nearest small ones at its head to the left and its foot to the
    right."""
    left, top, width, height = boxes.T
    across, down = left + width / 2, top + height / 2
    tallest = height.max()
    groups = []
    for stroke in np.flatnonzero(height >= TALL * tallest).tolist():
        small = height <= CIRCLE * height[stroke]
        gaps = np.maximum(left - left[stroke] - width[stroke], left[stroke] - left - width)
        near = small & (gaps <= CIRCLE_ASIDE * height[stroke])
        if cells:
            near &= np.array(cells) == cells[stroke]
        before = np.flatnonzero(near & (across < across[stroke]) & (down < down[stroke]))
        after = np.flatnonzero(near & (across > across[stroke]) & (down > down[stroke]))
        if len(before) > 0 and len(after) > 0:
            circles = before[gaps[before].argmin()], after[gaps[after].argmin()]
            pieces = tuple(sorted(int(piece) for piece in (stroke, *circles)))
            groups.append(Group(pieces, 0.0))
    return groups
