"""Stroke-width normalisation: the trajectory of a digit's pen is found and drawn anew, 28x28.

`static/js/preprocessing/stroke-width.js` is the same in JavaScript. So that both give the
same pixels, every step has a plain definition: whole numbers, true distances,
averages by area. `tests/golden/raster.json` holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from recognizer.preprocessing.distance import STEP, distances
from recognizer.preprocessing.glyph import BODY, CENTRE, PEN, SIZE, centre_of_mass
from recognizer.preprocessing.picture import Depth, Mask
from recognizer.preprocessing.resampling import averaged

# Distances from the trajectory in pixels, negative in a filled loop that it goes around.
DistanceMap: TypeAlias = NDArray[np.float32]
Image: TypeAlias = NDArray[np.float64]  # (28, 28) in [0, 1]
Places: TypeAlias = NDArray[np.float64]  # along one side, in pixels
# The pen is followed in a picture of the digit with a longer side of at least
# so many pixels, and with at most four times the square of that in all.
_FINE = 100
# A digit of so few pixels has no detail that drawing it anew would bring out:
# with a pen about as wide as MNIST's it is only moved,
_COARSE = 40
_PENS = (1.2, 4.5)  # in pixels of the glyph
# and where its scale is as near as this to 1, not even scaled.
_SAME = 0.15
# On the middle line of a stroke the distance to its edge grows to no side;
# everywhere else it grows by one a pixel.
_FLAT = 0.6
# Where strokes have run together, their common middle is farther from the edge
# than half a pen. So half a pen is what only this share of the line is below,
_THIN_QUANTILE = 0.1
# and no more than this share of the digit's longer side: a pen makes strokes.
_MAX_HALF_WIDTH = 0.18
# How dark a filled loop is inside of the trajectory, where nobody knows how the pen went.
# Left white, an angle that ran full is taken for a loop.
_FILLED_LOOP = 0.85
_ROUNDING = 1e-6  # of a pixel: less is rounding
# Several digits in one piece are drawn in so many rows, their ink in so many of them, with so many
# columns of paper on either side;
STRIP_ROWS, _STRIP_BODY, _STRIP_MARGIN = 32, 24.0, 4
# the pen is followed in a picture at least so high, and at most twice that.
_STRIP_FINE = 75
_BORDER = 2  # of paper, around what is followed


def render(depth: Depth, mask: Mask, level: float) -> Image:
    """The digit under `mask` as `ink` would have drawn it: (28, 28) in [0, 1].

    `depth` is (height, width), 0 paper to 255 ink; what is above `level` is
    ink. `mask` must hold some.
    """
    x, y, width, height = cv2.boundingRect(mask)
    longer = max(width, height)
    # Where the ink fades out, beside the mask, it is still the digit's.
    around = slice(max(0, y - 1), y + height + 1), slice(max(0, x - 1), x + width + 1)
    ink = depth[around] * cv2.dilate(mask[around], STEP)
    fine, scale = _at_work(ink, mask[around], longer, level)
    trajectory, inside, half = _trajectory(fine, max(fine.shape))
    pen = 2 * half / scale * BODY / longer
    if longer <= _COARSE and _PENS[0] <= pen <= _PENS[1]:
        return _moved(ink, BODY / longer)
    return _drawn(trajectory, inside)


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Several digits in one piece: `pixels` is (STRIP_ROWS, width) in [0, 1], set upright.

    A column's middle lies, halfway down, at `left` + column / `scale` in x of the mask.
    """

    pixels: Image
    left: float
    scale: float

    def places(self, columns: Sequence[int]) -> list[float]:
        """Where columns lie in x of the mask, halfway down the piece."""
        return [self.left + column / self.scale for column in columns]


def strip(depth: Depth, mask: Mask, level: float, slant: float) -> Strip:
    """The piece under `mask` drawn with the pen of `render`, at one scale for its height.

    `slant` is how far it leans in x for each y. `depth`, `mask` and `level` are as for `render`.
    """
    x, y, width, height = cv2.boundingRect(mask)
    top, left = max(0, y - 1), max(0, x - 1)
    around = slice(top, y + height + 1), slice(left, x + width + 1)
    fine, scale = mask[around], 1.0
    if height < _STRIP_FINE:
        scale = float(-(-_STRIP_FINE // height))
        fine = _enlarged(depth[around] * cv2.dilate(fine, STEP), fine, int(scale), level)
    while fine.shape[0] > 2 * _STRIP_FINE:
        fine, scale = _half(fine), scale / 2
    trajectory, inside, _ = _trajectory(fine, fine.shape[0])
    drawn = _upright(trajectory, inside, slant)
    # A pixel's middle has whole coordinates, there and in the mask.
    first = (drawn.left - _BORDER + 0.5) / scale - 0.5
    return Strip(drawn.pixels, left + first, drawn.scale * scale)


def _upright(trajectory: Mask, inside: Mask, slant: float) -> Strip:
    """The trajectory as `_drawn` draws it, in as many columns as it takes."""
    left, _, width, height = cv2.boundingRect(trajectory)
    scale = (_STRIP_BODY - PEN) / (max(height, 2) - 1)
    away, room = _distance_map(trajectory, inside, scale)
    columns = math.ceil(scale * (width - 1 + abs(slant) * (height - 1)) + PEN) + 2 * _STRIP_MARGIN
    down = (np.arange(STRIP_ROWS) - (STRIP_ROWS - 1) / 2)[:, None] / scale
    across = (np.arange(columns) - (columns - 1) / 2) / scale
    middle_x, middle_y = (width - 1) / 2 + room, (height - 1) / 2 + room
    x = across + slant * down + middle_x
    pixels = _pen(scale * _interpolated(away, x, np.broadcast_to(down + middle_y, x.shape)))
    return Strip(pixels, left + middle_x - room + across[0], scale)


def _interpolated(away: DistanceMap, x: Places, y: Places) -> Places:
    """The distances at places of the picture; beyond it there is no ink."""
    rows, down, seen_rows = _between(away.shape[0], y)
    columns, across, seen_columns = _between(away.shape[1], x)
    above = (1 - across) * away[rows, columns] + across * away[rows, columns + 1]
    below = (1 - across) * away[rows + 1, columns] + across * away[rows + 1, columns + 1]
    return np.where(seen_rows & seen_columns, (1 - down) * above + down * below, np.inf)


def _at_work(ink: Depth, mask: Mask, longer: int, level: float) -> tuple[Mask, float]:
    """The digit's mask at the size where its pen is followed, and its scale."""
    if longer >= _FINE:
        return _halved(mask)
    times = -(-_FINE // longer)
    return _enlarged(ink, mask, times, level), float(times)


def _enlarged(ink: Depth, mask: Mask, times: int, level: float) -> Mask:
    size = times * mask.shape[1], times * mask.shape[0]
    fine: Mask = (cv2.resize(ink, size, interpolation=cv2.INTER_LINEAR_EXACT) > level).astype(
        np.uint8
    )
    if not fine.any():  # a few lone pixels, which interpolation has levelled
        fine = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
    return fine


def _halved(mask: Mask) -> tuple[Mask, float]:
    scale = 1.0
    while mask.size > (2 * _FINE) ** 2:
        mask = _half(mask)
        scale /= 2
    return mask, scale


def _half(mask: Mask) -> Mask:
    """A pixel is ink where any of its four was: hairlines stay whole, and every pen
    grows by the same."""
    height, width = mask.shape
    even = cv2.copyMakeBorder(mask, 0, height % 2, 0, width % 2, cv2.BORDER_CONSTANT)
    half: Mask = even[::2, ::2] | even[::2, 1::2] | even[1::2, ::2] | even[1::2, 1::2]
    return half


def _trajectory(mask: Mask, size: int) -> tuple[Mask, Mask, float]:
    """The trajectory of the pen's middle, what it encloses, and half the pen's width.

    `size` is a digit's longer side.

    The pen went where the ink's edge is half its width away. In a plain stroke
    that is the middle line. In a filled loop, wider than the pen,
    it is a line around the middle: the loop. Where the stroke is thinner than
    elsewhere there is no such place, and its middle line stands in.
    """
    mask = cv2.copyMakeBorder(mask, *4 * (_BORDER,), cv2.BORDER_CONSTANT)
    from_edge = distances(mask)
    across = cv2.Sobel(from_edge, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(from_edge, cv2.CV_32F, 0, 1, scale=1 / 8)
    middle = (across * across + down * down < _FLAT * _FLAT) & (from_edge > 0)
    half = min(_half_a_pen(from_edge, middle), _MAX_HALF_WIDTH * size)
    deep = (from_edge >= half).astype(np.uint8)
    inside = cv2.erode(deep, STEP)
    thin = (middle & (from_edge < half)).astype(np.uint8)
    return (deep - inside) | thin, inside, half


def _half_a_pen(from_edge: DistanceMap, middle: NDArray[np.bool_]) -> float:
    if not middle.any():
        return float(from_edge.max())
    line = from_edge[middle]
    at = int(_THIN_QUANTILE * len(line))
    return float(np.partition(line, at)[at])


def _drawn(trajectory: Mask, inside: Mask) -> Image:
    """The trajectory drawn as `ink` draws a stroke: scaled, drawn, centred by mass, drawn again.

    A pixel's value is clamp(PEN/2 + 0.5 - d, 0, 1), d being its distance from
    the trajectory in pixels of the glyph.
    """
    _, _, width, height = cv2.boundingRect(trajectory)
    scale = (BODY - PEN) / (max(width, height, 2) - 1)
    away, room = _distance_map(trajectory, inside, scale)
    middle = (width - 1) / 2 + room, (height - 1) / 2 + room
    x, y = centre_of_mass(_penned(away, scale, *middle))
    return _penned(away, scale, middle[0] + (x - CENTRE) / scale, middle[1] + (y - CENTRE) / scale)


def _distance_map(trajectory: Mask, inside: Mask, scale: float) -> tuple[DistanceMap, int]:
    """How far from the trajectory each pixel around it is, and the room for the pen beside it."""
    x, y, width, height = cv2.boundingRect(trajectory)
    room = math.ceil((PEN / 2 + 0.5) / scale) + 1
    box = slice(y, y + height), slice(x, x + width)
    paper = cv2.copyMakeBorder(1 - trajectory[box], *4 * (room,), cv2.BORDER_CONSTANT, value=1)
    away = distances(paper)
    away[room : room + height, room : room + width][inside[box] > 0] *= -1
    return away, room


def _penned(away: DistanceMap, scale: float, x: float, y: float) -> Image:
    """The glyph whose centre lies at (x, y) of the picture of distances."""
    from_centre = np.arange(SIZE, dtype=np.float64) - CENTRE
    rows, down, seen_rows = _between(away.shape[0], from_centre / scale + y)
    columns, across, seen_columns = _between(away.shape[1], from_centre / scale + x)
    lines = (1 - down)[:, None] * away[rows] + down[:, None] * away[rows + 1]
    places = (1 - across) * lines[:, columns] + across * lines[:, columns + 1]
    # Beyond the picture of distances there is no ink.
    image: Image = np.outer(seen_rows, seen_columns) * _pen(scale * places)
    return image


def _between(length: int, places: Places) -> tuple[NDArray[np.intp], Places, NDArray[np.bool_]]:
    """The pixel before each place, how far the place is from it, and whether it is in there."""
    before = np.minimum(np.maximum(np.floor(places), 0), length - 2).astype(np.intp)
    return before, places - before, (places >= 0) & (places <= length - 1)


def _pen(away: NDArray[np.float64]) -> NDArray[np.float64]:
    ink = np.minimum(np.maximum(PEN / 2 + 0.5 - np.abs(away), 0), 1)
    return np.where(away < 0, np.maximum(ink, _FILLED_LOOP), ink)


def _moved(ink: Depth, scale: float) -> Image:
    """The ink as it is: scaled by area average, centred by mass."""
    image = ink / 255
    if abs(scale - 1) > _SAME:
        height, width = (max(1, int(side * scale + 0.5)) for side in ink.shape)
        image = averaged(ink, width, height) / 255
    # Whole pixels keep it sharp. The centre comes to lie between 13.5 and 14.5,
    # as it does in MNIST, whose digits therefore stay what they are.
    middle = np.array(centre_of_mass(image))
    right, down = np.ceil(CENTRE - middle - _ROUNDING).astype(int)
    moved = np.zeros((SIZE, SIZE))
    top, left = max(0, down), max(0, right)
    part = image[top - down : SIZE - down, left - right : SIZE - right]
    moved[top : top + part.shape[0], left : left + part.shape[1]] = part
    return moved
