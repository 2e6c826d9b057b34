"""Places for boxes in layers and for the arrows between them, with few crossings.

By K. Sugiyama, S. Tagawa and M. Toda, "Methods for Visual Understanding of Hierarchical
System Structures" (1981): an arrow that passes a layer gets a point there; each layer is
put in the order of its neighbours' means; then all are moved as near to these as their order
and widths allow.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import fsum
from operator import mul
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Neighbours = dict[str, list[str]]
    Pool = tuple[float, float, int]  # place, weight, number of nodes

SWEEPS = 60
GAP = 18.0
# How much more an arrow's straightness counts for each of its two ends that is no box.
STRAIGHT = 4.0


@dataclass(frozen=True)
class Layout:
    """`x` is the middle of each node; `routes` the nodes that each arrow goes by, in order."""

    x: dict[str, float]
    routes: list[list[str]]


def arrange(
    rows: Sequence[Sequence[str]], arrows: Sequence[tuple[str, str]], widths: Mapping[str, float]
) -> Layout:
    """`rows` from the top, `arrows` from a node to one in a lower row."""
    routes, layered = _routes(rows, arrows)
    above: dict[str, list[str]] = defaultdict(list)
    below: dict[str, list[str]] = defaultdict(list)
    for route in routes:
        for upper, lower in pairwise(route):
            below[upper].append(lower)
            above[lower].append(upper)
    ordered = _ordered(layered, above, below)
    return Layout(_positions(ordered, above, below, widths), routes)


def _routes(
    rows: Sequence[Sequence[str]], arrows: Sequence[tuple[str, str]]
) -> tuple[list[list[str]], list[list[str]]]:
    """Each arrow's nodes, and the rows with the points that arrows pass."""
    row_of = {name: at for at, row in enumerate(rows) for name in row}
    layered = [list(row) for row in rows]
    routes = []
    for start, end in arrows:
        passed = range(row_of[start] + 1, row_of[end])
        points = [f"{start}>{end}@{at}" for at in passed]
        for at, point in zip(passed, points, strict=True):
            layered[at].append(point)
        routes.append([start, *points, end])
    return routes, layered


def _ordered(rows: list[list[str]], above: Neighbours, below: Neighbours) -> list[list[str]]:
    """The order with the fewest crossings of those that the sweeps come by."""
    best, fewest = rows, _crossings(rows, below)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        rows = _swept(rows, above if down else below, down=down)
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _swept(rows: list[list[str]], neighbours: Neighbours, *, down: bool) -> list[list[str]]:
    swept: list[list[str]] = []
    place: dict[str, float] = {}
    for row in rows if down else reversed(rows):
        own = {name: float(at) for at, name in enumerate(row)}
        means = {
            name: fmean(place[other] for other in neighbours[name])
            if neighbours[name]
            else own[name]
            for name in row
        }
        ordered = sorted(row, key=lambda name: (means[name], own[name]))
        place |= {name: float(at) for at, name in enumerate(ordered)}
        swept.append(ordered)
    return swept if down else swept[::-1]


def _crossings(rows: list[list[str]], below: Neighbours) -> int:
    count = 0
    for upper, lower in pairwise(rows):
        place = {name: at for at, name in enumerate(lower)}
        lines = [(at, place[end]) for at, name in enumerate(upper) for end in below[name]]
        count += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(lines, 2))
    return count


def _positions(
    rows: list[list[str]], above: Neighbours, below: Neighbours, widths: Mapping[str, float]
) -> dict[str, float]:
    x: dict[str, float] = {}
    for row in rows:
        x |= _spread(row, [(0.0, 1.0)] * len(row), widths)
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = [_wanted(name, above[name] + below[name], x, widths) for name in row]
            x |= _spread(row, wanted, widths)
    return x


def _wanted(
    name: str, around: list[str], x: Mapping[str, float], widths: Mapping[str, float]
) -> tuple[float, float]:
    """The mean of the neighbours' places, and its weight: what has no box shall be straight."""
    weights = [STRAIGHT ** ((name not in widths) + (other not in widths)) for other in around]
    if not around:
        return x[name], 1.0
    places = [x[other] for other in around]
    # `fsum`, so that every version of Python comes to the same places.
    return fsum(map(mul, weights, places)) / fsum(weights), fsum(weights)


def _spread(
    row: Sequence[str], wanted: Sequence[tuple[float, float]], widths: Mapping[str, float]
) -> dict[str, float]:
    """Places in this order, apart by widths and gaps, with the least squares to those wanted.

    Without the room that the nodes take, they need only not decrease: isotonic
    regression, by pooling neighbours that are in the wrong order. `wanted` are
    places with their weights.
    """
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (widths.get(left, 0) + widths.get(right, 0)) / 2 + GAP)
    pools: list[Pool] = []
    for (place, weight), offset in zip(wanted, offsets, strict=True):
        pools.append((place - offset, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            pools[-2:] = [_pooled(*pools[-2:])]
    places = [place for place, _weight, count in pools for _ in range(count)]
    return {name: place + offset for name, place, offset in zip(row, places, offsets, strict=True)}


def _pooled(one: Pool, other: Pool) -> Pool:
    weight = one[1] + other[1]
    return (one[0] * one[1] + other[0] * other[1]) / weight, weight, one[2] + other[2]
