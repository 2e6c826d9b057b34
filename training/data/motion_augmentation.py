"""Augmentation of the pen's motion: the same digit written a little differently, as maps.

What turns, slants or stretches the writing moves its ink to other cells and turns its
directions with it. Both are done on the maps, so that examples need not keep their strokes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recognizer.preprocessing.motion import CELLS, DIRECTIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_MIDDLE = (CELLS - 1) / 2
_AXIS = np.arange(CELLS, dtype=np.float32) - np.float32(_MIDDLE)
_KNOTS = np.array([-_MIDDLE, 0, _MIDDLE], dtype=np.float32)
_ANGLES = np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS)


@dataclass(frozen=True, slots=True)
class MotionVariation:
    """How differently the same digit may be written, the most for each kind of variation."""

    rotation: float = 12.0  # degrees, to either side
    shear: float = 0.25
    stretch: float = 0.14  # of one side, as a natural logarithm
    shift: float = 0.2  # cells
    tremor: float = 0.2  # deviation, in cells, of 3x3 control points
    # Share of the examples that are written the other way round, every stroke from its end.
    reversed: float = 0.15


STANDARD = MotionVariation()


def augment(
    maps: Floats, rng: np.random.Generator, variation: MotionVariation = STANDARD
) -> Floats:
    """Each map varied at random: (n, 8, 8, 10) float32 -> the same."""
    count = len(maps)
    affine = _affine(count, rng, variation)
    moved = _moved(maps, *_source(affine, rng, variation))
    directions = moved[..., :DIRECTIONS] @ _turn(affine)[:, None]
    pen = moved[..., DIRECTIONS:]
    backward = rng.random(count) < variation.reversed
    directions[backward] = np.roll(directions[backward], DIRECTIONS // 2, axis=-1)
    pen[backward] = pen[backward][..., ::-1]
    return np.concatenate([directions, pen], axis=-1)


def _affine(count: int, rng: np.random.Generator, by: MotionVariation) -> Floats:
    """(n, 2, 2): from a place in the new writing, seen from the middle, to that in the old."""
    angle = np.deg2rad(rng.uniform(-by.rotation, by.rotation, count))
    shear = rng.uniform(-by.shear, by.shear, count)
    wide, high = np.exp(rng.uniform(-by.stretch, by.stretch, (2, count)))
    cosine, sine = np.cos(angle), np.sin(angle)
    rows = [
        [cosine * wide, (cosine * shear - sine) * high],
        [sine * wide, (sine * shear + cosine) * high],
    ]
    return np.moveaxis(np.array(rows, dtype=np.float32), 2, 0)


def _source(affine: Floats, rng: np.random.Generator, by: MotionVariation) -> tuple[Floats, Floats]:
    """Where in its map each new cell's ink comes from: columns and rows, (n, 8, 8) each."""
    count = len(affine)
    spread = np.exp(-0.5 * ((_AXIS[:, None] - _KNOTS) / (0.6 * _MIDDLE)) ** 2)
    spread /= np.linalg.norm(spread, axis=1, keepdims=True)
    knots = rng.normal(0, by.tremor, (2, count, 3, 3)).astype(np.float32)
    tremor = spread @ knots @ spread.T
    shift = rng.uniform(-by.shift, by.shift, (2, count, 1, 1)).astype(np.float32) + _MIDDLE
    places = np.stack(np.meshgrid(_AXIS, _AXIS), axis=-1)  # (rows, columns, x and y)
    old = np.einsum("nij,rcj->inrc", affine, places) + shift + tremor
    return old[0].astype(np.float32), old[1].astype(np.float32)


def _moved(maps: Floats, x: Floats, y: Floats) -> Floats:
    """The maps read at other places, linearly between cells; beyond the frame there is no ink."""
    framed = np.pad(maps, ((0, 0), (1, 1), (1, 1), (0, 0)))
    x, y = (np.clip(place + 1, 0, CELLS + 0.999) for place in (x, y))
    left, top = x.astype(np.intp), y.astype(np.intp)
    right_share, low_share = (x - left)[..., None], (y - top)[..., None]
    row = np.arange(len(maps))[:, None, None]
    above = framed[row, top, left] * (1 - right_share) + framed[row, top, left + 1] * right_share
    below = (
        framed[row, top + 1, left] * (1 - right_share)
        + framed[row, top + 1, left + 1] * right_share
    )
    moved: Floats = (above * (1 - low_share) + below * low_share).astype(np.float32)
    return moved


def _turn(affine: Floats) -> Floats:
    """(n, 8, 8): how much of a length in each old direction is written in each new one."""
    along = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])
    new = np.linalg.inv(affine) @ along  # (n, 2, 8)
    length = np.hypot(new[:, 0], new[:, 1])
    turn = np.arctan2(new[:, 1], new[:, 0]) * (DIRECTIONS / (2 * np.pi)) % DIRECTIONS
    first = np.floor(turn).astype(np.intp)
    share = turn - first
    mixed = np.zeros((len(affine), DIRECTIONS, DIRECTIONS), dtype=np.float32)
    row, old = np.arange(len(affine))[:, None], np.arange(DIRECTIONS)[None]
    mixed[row, old, first % DIRECTIONS] = length * (1 - share)
    mixed[row, old, (first + 1) % DIRECTIONS] += length * share
    return mixed
