"""What stands beside each group of pieces, once it is known what each is taken for by itself.

A slash is told from a 1 by the writer's other ones: it leans further than they do and ends lower,
or it is just like them. So a group is compared with what the rest of the number holds.
`static/js/segmentation/context.js` is the same in JavaScript.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Of a kind that more of the others are than this, it is not told how many.
MANY = 4.0
# As far as a group may be from the others' mean.
FURTHEST = 1.5
# Fewer of a kind than this are none.
NONE = 1e-6


def context(
    of_kind: NDArray[np.float64],
    likes: NDArray[np.float64],
    looks: NDArray[np.float64],
    groups: Sequence[tuple[int, ...]],
    path: Sequence[int],
    middles: Sequence[float],
) -> NDArray[np.float64]:
    """(groups, 3 * classes + kinds * features + 1), by those that share no piece with a group.

    `of_kind` (groups, classes) is what each is taken for, `path` the groups that are characters,
    left to right by their `middles` in x. Told is how many others are of each class, what the next
    one to the left and to the right is (0 where there is none), how far the group is from the mean
    of each of a few kinds, and how many are of the first one. `likes` (groups, kinds) is how likely
    each is of such a kind, `looks` (groups, features) how it looks.
    """
    holding = {piece: place for place, at in enumerate(path) for piece in groups[at]}
    owned = [{holding[piece] for piece in pieces if piece in holding} for pieces in groups]
    others = np.ones((len(groups), len(path)))
    for at, own in enumerate(owned):
        others[at, [*own]] = 0.0
    counts = np.minimum(others @ of_kind[path], MANY) / 2
    beside = _neighbours(of_kind, owned, path, middles)
    return np.column_stack([counts, *beside, *_compared(likes, looks, others, path)])


def _neighbours(
    of_kind: NDArray[np.float64],
    owned: Sequence[set[int]],
    path: Sequence[int],
    middles: Sequence[float],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(groups, classes) each: the next ones to the left and to the right."""
    places = [middles[at] for at in path]
    left, right = np.zeros_like(of_kind), np.zeros_like(of_kind)
    for at, own in enumerate(owned):
        after = bisect_left(places, middles[at])
        before = after - 1
        while before in own:
            before -= 1
        while after in own:
            after += 1
        if before >= 0:
            left[at] = of_kind[path[before]]
        if after < len(path):
            right[at] = of_kind[path[after]]
    return left, right


def _compared(
    likes: NDArray[np.float64],
    looks: NDArray[np.float64],
    others: NDArray[np.float64],
    path: Sequence[int],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each group is from each kind's mean, and how many of the first kind there are.

    `others` (groups, path) is 1 of those that are not its own. The less certain it is that there
    is one of a kind, the less a difference from it counts.
    """
    of_path = likes[path]  # (path, kinds)
    many = others @ of_path
    weighed = of_path[:, :, None] * looks[path][:, None, :]  # (path, kinds, features)
    sums = np.tensordot(others, weighed, axes=1)
    means = sums / np.maximum(many, NONE)[:, :, None]
    apart = np.clip(looks[:, None, :] - means, -FURTHEST, FURTHEST)
    apart *= np.minimum(many, 1.0)[:, :, None]
    return apart.reshape(len(looks), -1), np.minimum(many[:, 0], MANY) / 2
