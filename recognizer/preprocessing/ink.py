"""From pen strokes to the 28x28 the network reads.

Strokes are polylines, y down, in any unit. Nothing of the device enters: no
canvas pixels, no device pixel ratio, no brush width. The bounding box of the
ink is scaled, a round pen of constant width is drawn *after* the scaling, and
the picture is shifted until its centre of mass is where MNIST has it. How the pen went
is mapped in the same place (`motion`).
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import Blank
from recognizer.preprocessing import motion
from recognizer.preprocessing.glyph import (
    BODY,
    CENTRE,
    PEN,
    SIZE,
    Box,
    Glyph,
    Pixels,
    centre_of_mass,
)
from recognizer.preprocessing.strokes import Stroke

if TYPE_CHECKING:
    from collections.abc import Sequence


# Ink whose longer side is below this share of its canvas is a dot, not a digit.
DOT_SHARE = 0.03
# Where the canvas is not known: below this the scale would leave the range of
# a double, and no unit that people draw in is so coarse.
DOT_SIDE = 1e-9
# Segments are cut into pieces no longer than this, in pixels. Where there are many, most
# are far shorter, and a smaller window holds them.
_PIECE, _SHORT_PIECE = 3.0, 1.0
# So many pieces' tables stay in the processor's cache, where they take half the time.
_PIECES_AT_ONCE = 300
# So few are looked at through one window, the larger: a second look would cost more.
_FEW_PIECES = 80
# The centre of mass lies inside the ink, so the ink never leaves the picture by more.
_MARGIN = 12


def normalise(strokes: Sequence[Stroke], *, canvas: tuple[float, float] | None = None) -> Glyph:
    """One digit's strokes -> its glyph. Raises `Blank` for a dot; `pieces` tells the cost.

    `canvas` is (width, height) of the sheet in the strokes' own unit; where it
    is known, ink that is tiny on it counts as a dot and is not blown up.
    """
    box = bounding_box(strokes)
    if is_dot(box, canvas):
        raise Blank("dot_drawn", field="strokes")
    placed = place(strokes)
    return Glyph(_rounded(draw(*_segments(placed))), box, motion.normalise(placed))


def bounding_box(strokes: Sequence[Stroke]) -> Box:
    """(x, y, width, height) of all points."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def is_dot(box: Box, canvas: tuple[float, float] | None) -> bool:
    longer = max(box[2], box[3])
    return longer < DOT_SIDE or (canvas is not None and longer < DOT_SHARE * min(canvas))


def render(strokes: Sequence[Stroke]) -> NDArray[np.float64]:
    """One digit's strokes -> (28, 28) in [0, 1]: scaled, drawn, centred by mass, drawn again.

    The ink must be at least `DOT_SIDE` wide or high.
    """
    return draw(*_segments(place(strokes)))


def place(strokes: Sequence[Stroke]) -> list[Stroke]:
    """One digit's strokes in the glyph's pixels: scaled by their box, centred by their mass.

    The ink must be at least `DOT_SIDE` wide or high.
    """
    x, y, width, height = bounding_box(strokes)
    scale = (BODY - PEN) / max(width, height)
    # In two steps: far off the first is exact, where x + width / 2 would be rounded.
    corner, middle = np.array([x, y]), np.array([width / 2, height / 2])
    scaled = [(stroke - corner - middle) * scale + CENTRE for stroke in strokes]
    shift = CENTRE - np.array(centre_of_mass(draw(*_segments(scaled))))
    return [stroke + shift for stroke in scaled]


def of_stored(content: bytes, strokes: Sequence[Sequence[Sequence[float]]] | None) -> Glyph:
    """A stored drawing's 784 bytes and its strokes, None of a picture -> the glyph they were."""
    pixels = np.frombuffer(content, dtype=np.uint8).reshape(SIZE, SIZE)
    box = (0.0, 0.0, float(SIZE), float(SIZE))
    if strokes is None:
        return Glyph(pixels, box)
    drawn = [np.array([point[:2] for point in stroke], np.float64) for stroke in strokes if stroke]
    return Glyph(pixels, box, motion.normalise(place(drawn)))


def _rounded(picture: NDArray[np.float64]) -> Pixels:
    return np.rint(picture * 255).astype(np.uint8)


def pieces(strokes: Sequence[Stroke]) -> float:
    """How many pieces one digit's strokes are drawn in, at least one a segment.

    A short piece counts as the share of a long one's window that its own has.
    """
    _, _, width, height = bounding_box(strokes)
    starts, ends = _segments(strokes)
    along = (ends - starts) * ((BODY - PEN) / max(width, height, DOT_SIDE))
    length = np.hypot(along[:, 0], along[:, 1])
    short = int((length <= _SHORT_PIECE).sum())
    long = _pieces_of(length[length > _SHORT_PIECE])
    return float(long.sum()) + short * (_window(_SHORT_PIECE)[0] / _window(_PIECE)[0]) ** 2


def _segments(strokes: Sequence[Stroke]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Starts and ends, (segments, 2) each; a stroke of one point is a segment of no length."""
    starts = np.concatenate([stroke[:-1] if len(stroke) > 1 else stroke for stroke in strokes])
    ends = np.concatenate([stroke[1:] if len(stroke) > 1 else stroke for stroke in strokes])
    return starts, ends


def draw(starts: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Segments in pixels -> (28, 28) in [0, 1], drawn with the round pen.

    A pixel's value is clamp(PEN/2 + 0.5 - d, 0, 1), d being the distance of
    its centre from the nearest segment. Only pixels near a segment can get ink,
    so each segment is cut into short pieces and looked at through a small
    window: the same picture as from the full table of distances, in a tenth of
    the time.
    """
    starts, along = _cut(starts, ends - starts)
    # Ink that ends up outside the picture falls into the margin and is cut off.
    side = SIZE + 2 * _MARGIN
    nearest = np.full(side * side, np.inf)
    if len(starts) <= _FEW_PIECES:
        _come_nearer(nearest, starts, along, _PIECE)
    else:
        short = np.hypot(along[:, 0], along[:, 1]) <= _SHORT_PIECE
        for longest, chosen in ((_SHORT_PIECE, short), (_PIECE, ~short)):
            some, their = starts[chosen], along[chosen]
            for at in range(0, len(some), _PIECES_AT_ONCE):
                part = slice(at, at + _PIECES_AT_ONCE)
                _come_nearer(nearest, some[part], their[part], longest)
    inside = nearest.reshape(side, side)[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    ink: NDArray[np.float64] = np.minimum(np.maximum(PEN / 2 + 0.5 - np.sqrt(inside), 0.0), 1.0)
    return ink


@cache
def _window(longest: float) -> tuple[int, NDArray[np.intp], NDArray[np.intp]]:
    """The window that a piece no longer than this fits with its pen: its side in pixels,
    and the column and row of each of its pixels.

    Half a piece, half the pen and half a pixel lie to each side of the piece's middle.
    """
    side = 2 * math.ceil(longest / 2 + PEN / 2 + 0.5) + 2
    return side, np.tile(np.arange(side), side), np.repeat(np.arange(side), side)


def _come_nearer(
    nearest: NDArray[np.float64],
    starts: NDArray[np.float64],
    along: NDArray[np.float64],
    longest: float,
) -> None:
    """Lowers the squared distances of the pixels around each piece to that from the piece."""
    window, across, down = _window(longest)
    corner = np.floor(starts + along / 2).astype(np.intp) - (window // 2 - 1)
    begin = corner - starts
    x = begin[:, :1] + across
    y = begin[:, 1:] + down
    length = np.einsum("ij,ij->i", along, along)[:, None]
    share = x * along[:, :1]
    share += y * along[:, 1:]
    # Where a piece has no length the dot product is 0 as well; any divisor will do.
    share /= np.where(length > 0, length, 1.0)
    share = np.minimum(np.maximum(share, 0.0), 1.0)
    x -= share * along[:, :1]
    y -= share * along[:, 1:]
    squared = x * x + y * y
    side = SIZE + 2 * _MARGIN
    first = np.minimum(np.maximum(corner + _MARGIN, 0), side - window) @ np.array([1, side])
    # Only these get ink; to tell them is cheaper than to write the others too.
    inked = np.flatnonzero(squared < (PEN / 2 + 0.5) ** 2)
    pixels = first[:, None] + (down * side + across)
    np.minimum.at(nearest, pixels.ravel()[inked], squared.ravel()[inked])


def _cut(
    starts: NDArray[np.float64], along: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Starts and directions of pieces no longer than `_PIECE`, which together are the segments."""
    counts = _pieces_of(np.hypot(along[:, 0], along[:, 1]))
    if counts.max() == 1:
        return starts, along
    steps = np.repeat(along / counts[:, None], counts, axis=0)
    number = np.arange(len(steps)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(starts, counts, axis=0) + number[:, None] * steps, steps


def _pieces_of(length: NDArray[np.float64]) -> NDArray[np.intp]:
    """How many pieces a segment of each length in pixels is cut into."""
    return np.maximum(np.ceil(length / _PIECE), 1).astype(np.intp)
