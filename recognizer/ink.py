"""From pen strokes to the 28x28 the network reads.

Strokes are polylines, y down, in any unit. Nothing of the device enters: no
canvas pixels, no device pixel ratio, no brush width. The bounding box of the
ink is scaled, a round pen of constant width is drawn *after* the scaling, and
the picture is shifted until its centre of mass is where MNIST has it.
"""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from digitsite.exceptions import TooLarge
from recognizer import grouping
from recognizer.exceptions import BadInk, Blank
from recognizer.glyph import BODY, CENTRE, PEN, SIZE, Box, Glyph, centre_of_mass
from recognizer.grouping import Lattice

if TYPE_CHECKING:
    from collections.abc import Sequence

Stroke: TypeAlias = NDArray[np.float64]  # (points, 2): x, y

LARGEST_COORDINATE = 100_000.0
# Ink whose longer side is below this share of its canvas is a dot, not a digit.
DOT_SHARE = 0.03
# Where the canvas is not known: below this the scale would leave the range of
# a double, and no unit that people draw in is so coarse.
DOT_SIDE = 1e-9

# A piece of a segment and the pen around it fit a window of this many pixels:
# half a piece, half the pen and half a pixel lie to each side of its middle.
_PIECE = 3.0
_WINDOW = 2 * math.ceil(_PIECE / 2 + PEN / 2 + 0.5) + 2
_WINDOW_X, _WINDOW_Y = np.tile(np.arange(_WINDOW), _WINDOW), np.repeat(np.arange(_WINDOW), _WINDOW)
# A drawing at the limits has ten thousands of pieces; their tables stay small.
_PIECES_AT_ONCE = 2000
# The centre of mass lies inside the ink, so the ink never leaves the picture by more.
_MARGIN = 12


def parse(strokes: Any, *, most_strokes: int, most_points: int) -> list[Stroke]:
    """Strokes as they come out of JSON -> a list of (points, 2) arrays.

    Each point is `[x, y]` or `[x, y, t]` or `[x, y, t, pressure]`; time and
    pressure are not looked at. Raises `BadInk`, `Blank` (no point at all) or
    `TooLarge`.
    """
    if not isinstance(strokes, list) or not all(isinstance(stroke, list) for stroke in strokes):
        raise BadInk("Strokes must be a list of lists of points.", field="strokes")
    if len(strokes) > most_strokes:
        raise TooLarge(_("More than %(most)s strokes.") % {"most": most_strokes}, field="strokes")
    total = sum(map(len, strokes))
    if total > most_points:
        raise TooLarge(_("More than %(most)s points.") % {"most": most_points}, field="strokes")
    if total == 0:
        raise Blank(_("There is nothing drawn yet."), field="strokes")
    return [_parse_stroke(stroke) for stroke in strokes if stroke]


def _parse_stroke(stroke: list[Any]) -> Stroke:
    if not all(isinstance(point, list) and 2 <= len(point) <= 4 for point in stroke):
        raise BadInk(
            "A point is [x, y], with time and pressure after it if known.", field="strokes"
        )
    # `True` is an int to Python and numpy alike, but no coordinate.
    if not set(map(type, chain.from_iterable(stroke))) <= {int, float}:
        raise BadInk("Coordinates must be numbers.", field="strokes")
    # Time and pressure are not drawn, but kept: no database takes an infinite
    # number as JSON, and `1e999` is one.
    try:
        finite = np.isfinite(np.array([*chain.from_iterable(stroke)], dtype=np.float64)).all()
    except OverflowError as error:
        raise BadInk("A coordinate is too large.", field="strokes") from error
    if not finite:
        raise BadInk("Coordinates must be finite.", field="strokes")
    points = np.array([point[:2] for point in stroke], dtype=np.float64)
    if points.min() < 0 or points.max() > LARGEST_COORDINATE:
        raise BadInk(
            f"Coordinates must lie between 0 and {LARGEST_COORDINATE:.0f}.", field="strokes"
        )
    return points


def bounding_box(strokes: Sequence[Stroke]) -> Box:
    """(x, y, width, height) of all points."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


def normalise(strokes: Sequence[Stroke], *, canvas: tuple[float, float] | None = None) -> Glyph:
    """One digit's strokes -> its glyph. Raises `Blank` for a dot.

    `canvas` is (width, height) of the sheet in the strokes' own unit; where it
    is known, ink that is tiny on it counts as a dot and is not blown up.
    """
    box = bounding_box(strokes)
    if _is_dot(box, canvas):
        raise Blank(_("That is only a dot; please draw a digit."), field="strokes")
    return Glyph(pixels=np.rint(render(strokes) * 255).astype(np.uint8), box=box)


def _is_dot(box: Box, canvas: tuple[float, float] | None) -> bool:
    longer = max(box[2], box[3])
    return longer < DOT_SIDE or (canvas is not None and longer < DOT_SHARE * min(canvas))


def render(strokes: Sequence[Stroke]) -> NDArray[np.float64]:
    """One digit's strokes -> (28, 28) in [0, 1]: scaled, drawn, centred by mass, drawn again.

    The ink must be at least `DOT_SIDE` wide or high.
    """
    x, y, width, height = bounding_box(strokes)
    longer = max(width, height)
    starts, ends = _segments(strokes)
    scale = (BODY - PEN) / longer
    middle = np.array([x + width / 2, y + height / 2])
    starts, ends = (starts - middle) * scale + CENTRE, (ends - middle) * scale + CENTRE
    shift = CENTRE - np.array(centre_of_mass(draw(starts, ends)))
    return draw(starts + shift, ends + shift)


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
    for at in range(0, len(starts), _PIECES_AT_ONCE):
        _come_nearer(nearest, starts[at : at + _PIECES_AT_ONCE], along[at : at + _PIECES_AT_ONCE])
    inside = nearest.reshape(side, side)[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    ink: NDArray[np.float64] = np.clip(PEN / 2 + 0.5 - np.sqrt(inside), 0.0, 1.0)
    return ink


def _come_nearer(
    nearest: NDArray[np.float64], starts: NDArray[np.float64], along: NDArray[np.float64]
) -> None:
    """Lowers the squared distances of the pixels around each piece to that from the piece."""
    corner = np.floor(starts + along / 2).astype(np.intp) - (_WINDOW // 2 - 1)
    x = corner[:, :1] + _WINDOW_X - starts[:, :1]
    y = corner[:, 1:] + _WINDOW_Y - starts[:, 1:]
    length = np.einsum("ij,ij->i", along, along)[:, None]
    # Where a piece has no length the dot product is 0 as well; any divisor will do.
    share = (x * along[:, :1] + y * along[:, 1:]) / np.where(length > 0, length, 1.0)
    share = np.minimum(np.maximum(share, 0.0), 1.0)
    x -= share * along[:, :1]
    y -= share * along[:, 1:]
    side = SIZE + 2 * _MARGIN
    first = np.clip(corner + _MARGIN, 0, side - _WINDOW) @ np.array([1, side])
    np.minimum.at(nearest, first[:, None] + (_WINDOW_Y * side + _WINDOW_X), x * x + y * y)


def _cut(
    starts: NDArray[np.float64], along: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Starts and directions of pieces no longer than `_PIECE`, which together are the segments."""
    counts = np.maximum(np.ceil(np.hypot(along[:, 0], along[:, 1]) / _PIECE), 1).astype(np.intp)
    if counts.max() == 1:
        return starts, along
    steps = np.repeat(along / counts[:, None], counts, axis=0)
    number = np.arange(len(steps)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(starts, counts, axis=0) + number[:, None] * steps, steps


def digits(strokes: Sequence[Stroke], *, canvas: tuple[float, float] | None = None) -> Lattice:
    """A whole number's strokes -> what may be its digits, for the network to choose from.

    Decimal points, minus signs and stray dots are passed over. Raises `Blank`
    where nothing else is there.
    """
    boxes = grouping.upright(strokes, _slant(strokes))
    groups, signs = grouping.candidates(boxes, in_order=True)
    drawn = [(group, [strokes[piece] for piece in group.pieces]) for group in groups]
    digits = [one for one in drawn if not _is_dot(bounding_box(one[1]), canvas)]
    # Without a stroke that can be one by itself, nothing would be left once all are shared out.
    if all(len(parts) > 1 for _, parts in digits):
        raise Blank(_("There is no digit in this drawing."), field="strokes")
    dots = [group for group, parts in drawn if _is_dot(bounding_box(parts), canvas)]
    glyphs = [normalise(parts) for _, parts in digits]
    return Lattice(glyphs, [group for group, _ in digits] + dots + signs)


def _slant(strokes: Sequence[Stroke]) -> float:
    """How far the strokes go in x for each y: the regression of x on y within each stroke."""
    across, down = 0.0, 0.0
    for points in strokes:
        along = np.diff(points, axis=0)
        length = np.hypot(along[:, 0], along[:, 1])
        if length.sum() > 0:
            middles = (points[1:] + points[:-1]) / 2
            middles -= length @ middles / length.sum()
            # What the ink of a segment has about its own middle is a twelfth.
            across += float(length @ (middles.prod(axis=1) + along.prod(axis=1) / 12))
            down += float(length @ (middles[:, 1] ** 2 + along[:, 1] ** 2 / 12))
    return across / down if down > 0 else 0.0
