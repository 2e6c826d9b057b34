"""Plain strokes -> arrays of points, checked. `forms` makes strokes plain."""

from __future__ import annotations

from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import BadInk, Blank, OverLimit

Stroke: TypeAlias = NDArray[np.float64]  # (points, 2): x, y
# To each side of 0. Doubles are 1e-7 apart there, far less than ink ten units wide shows;
# `ink` and `segmentation` move it to the origin before they compute with it.
MAX_COORDINATE = 1e9


def parse(strokes: Any, *, max_strokes: int, max_points: int) -> list[Stroke]:
    """Strokes as they come out of JSON -> a list of (points, 2) arrays.

    Each point is `[x, y]` or `[x, y, t]` or `[x, y, t, pressure]`; time and
    pressure are not looked at. Coordinates reach from -1e9 to 1e9: a pen may leave
    its sheet, and files of ink have offsets. Raises `BadInk`, `Blank` (no point at
    all) or `OverLimit`.
    """
    if not isinstance(strokes, list) or not all(isinstance(stroke, list) for stroke in strokes):
        raise BadInk("strokes_not_lists", field="strokes")
    if len(strokes) > max_strokes:
        raise OverLimit("too_many_strokes", field="strokes", most=max_strokes)
    total = sum(map(len, strokes))
    if total > max_points:
        raise OverLimit("too_many_points", field="strokes", most=max_points)
    if total == 0:
        raise Blank("nothing_drawn", field="strokes")
    return [_parse_stroke(stroke) for stroke in strokes if stroke]


def _parse_stroke(stroke: list[Any]) -> Stroke:
    if not all(isinstance(point, list) and 2 <= len(point) <= 4 for point in stroke):
        raise BadInk("point_not_a_list", field="strokes")
    values = [*chain.from_iterable(stroke)]
    # `True` is an int to Python and numpy alike, but no coordinate.
    if not set(map(type, values)) <= {int, float}:
        raise BadInk("coordinate_not_a_number", field="strokes")
    try:
        flat = np.array(values, dtype=np.float64)
    except OverflowError as error:
        raise BadInk("coordinate_too_large", field="strokes") from error
    # Time and pressure are not drawn, but kept: no database takes an infinite
    # number as JSON, and `1e999` is one.
    if not np.isfinite(flat).all():
        raise BadInk("coordinate_not_finite", field="strokes")
    lengths = np.fromiter(map(len, stroke), dtype=np.intp, count=len(stroke))
    at = np.cumsum(lengths) - lengths
    points = np.stack([flat[at], flat[at + 1]], axis=1)
    if np.abs(points).max() > MAX_COORDINATE:
        raise BadInk("coordinate_out_of_range", field="strokes", most=MAX_COORDINATE)
    return points
