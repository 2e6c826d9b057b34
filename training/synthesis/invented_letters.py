"""Invented letters: put together from strokes as those of real scripts are.

After Lake, Salakhutdinov and Tenenbaum (2015), "Human-level concept learning
through probabilistic program induction": a character is a few parts, each
begun, ended or crossed at a place of an earlier one, or standing free beside it.
No real alphabet was looked at, so any may serve to measure what was learned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.synthesis.doodles import smooth

if TYPE_CHECKING:
    from recognizer.preprocessing.strokes import Stroke

_QUARTER = np.pi / 2

# How many parts a letter has, and how likely each number is.
_PARTS = {1: 0.15, 2: 0.4, 3: 0.3, 4: 0.15}
# Where in a part another may be attached: at its start, at its end, somewhere along it.
_PLACES = (0.0, 1.0, None)
_FREE = 0.2  # share of the parts that touch no other
_WOBBLE = 0.03  # deviation of every corner, in shares of the longest part


def letter(rng: np.random.Generator) -> list[Stroke]:
    """The strokes of one letter, in no particular unit, y down."""
    count = int(rng.choice(list(_PARTS), p=list(_PARTS.values())))
    if count == 1:
        return [_meander(rng)]
    strokes = [_part(rng)]
    while len(strokes) < count:
        part, other = _part(rng), strokes[rng.integers(len(strokes))]
        free = rng.random() < _FREE
        strokes.append(_beside(part, other, rng) if free else _joined(part, other, rng))
    return strokes


def _part(rng: np.random.Generator) -> Stroke:
    """A bar, an arc, a corner, a hook, a ring or a tick, turned by quarters or halves of them."""
    shapes = (_bar, _arc, _corner, _hook, _ring, _tick)
    shape = shapes[rng.choice(len(shapes), p=(0.42, 0.18, 0.14, 0.1, 0.08, 0.08))]
    size = rng.uniform(0.45, 1.0)
    return _turned(shape(rng) * size, rng.integers(4) * _QUARTER + rng.normal(0, 0.08))


def _unsteady(corners: Stroke, rng: np.random.Generator) -> Stroke:
    return corners + rng.normal(0, _WOBBLE, corners.shape)


def _bar(rng: np.random.Generator) -> Stroke:
    lean = rng.choice([0.0, 0.5, 1.0], p=[0.7, 0.2, 0.1])
    return _unsteady(np.array([(0.0, 0.0), (0.5, 0.5 * lean), (1.0, lean)]), rng)


def _arc(rng: np.random.Generator) -> Stroke:
    angle = np.linspace(0, np.pi * rng.uniform(0.7, 1.4), 12)
    return np.stack([0.5 * np.cos(angle), rng.uniform(0.3, 0.8) * np.sin(angle)], axis=1)


def _corner(rng: np.random.Generator) -> Stroke:
    return _unsteady(np.array([(0.0, 0.0), (1.0, 0.0), (1.0, rng.uniform(0.4, 1.0))]), rng)


def _hook(rng: np.random.Generator) -> Stroke:
    side, back = rng.choice([-1, 1]), rng.uniform(0.15, 0.5)
    corners = [(0.0, 0.0), (0.7, 0.0), (1.0, 0.0), (1.05, side * back), (0.75, side * back)]
    return smooth(_unsteady(np.array(corners), rng))


def _ring(rng: np.random.Generator) -> Stroke:
    """A ring that is not quite closed, or a little more than closed."""
    around = rng.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi * rng.uniform(0.9, 1.05), 9)
    corners = np.stack([0.35 * np.cos(around), rng.uniform(0.25, 0.45) * np.sin(around)], axis=1)
    return smooth(_unsteady(corners, rng))


def _tick(rng: np.random.Generator) -> Stroke:
    return np.array([(0.0, 0.0), (rng.uniform(0.1, 0.25), rng.uniform(-0.1, 0.1))])


def _meander(rng: np.random.Generator) -> Stroke:
    """One line that turns three to six times, in corners or in curves."""
    turns = int(rng.integers(3, 7))
    by = rng.choice([-1.5, -1.0, -0.5, 0.5, 1.0, 1.5], turns, p=[0.1, 0.3, 0.1, 0.1, 0.3, 0.1])
    heading = (rng.integers(4) + np.cumsum(by)) * _QUARTER
    steps = rng.uniform(0.3, 1.0, turns)[:, None] * np.stack([np.cos(heading), np.sin(heading)], 1)
    corners = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    return smooth(corners) if rng.random() < 0.5 else corners


def _joined(part: Stroke, other: Stroke, rng: np.random.Generator) -> Stroke:
    """The part moved so that a place of it comes to lie on a place of the other."""
    return part + _place(other, rng) - _place(part, rng)


def _beside(part: Stroke, other: Stroke, rng: np.random.Generator) -> Stroke:
    """The part moved to a side of the other, with a gap between them."""
    side = _turned(np.array([1.0, 0.0]), rng.integers(4) * _QUARTER)
    reach = (np.ptp(part, axis=0) + np.ptp(other, axis=0)) / 2 + rng.uniform(0.1, 0.3)
    moved: Stroke = part - _middle(part) + _middle(other) + side * reach
    return moved


def _place(stroke: Stroke, rng: np.random.Generator) -> Stroke:
    share = _PLACES[rng.integers(len(_PLACES))]
    share = rng.uniform(0.25, 0.75) if share is None else share
    at = share * (len(stroke) - 1)
    before = min(int(at), len(stroke) - 2)
    start, end = stroke[before], stroke[before + 1]
    place: Stroke = start + (at - before) * (end - start)
    return place


def _middle(stroke: Stroke) -> Stroke:
    middle: Stroke = (stroke.min(axis=0) + stroke.max(axis=0)) / 2
    return middle


def _turned(points: Stroke, angle: float) -> Stroke:
    cosine, sine = np.cos(angle), np.sin(angle)
    turned: Stroke = points @ np.array([[cosine, sine], [-sine, cosine]])
    return turned
