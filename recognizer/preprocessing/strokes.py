"""Strokes as clients send them -> plain ones, of points [x, y, t?, pressure?] -> arrays, checked.

A point may be an object `{"x", "y", "t" or "time"}` whose other members are not looked
at, a stroke an object with `points` (signature_pad's `toData()`), or with the layout
`columns` as many lists as a point has numbers, `[xs, ys]` or `[xs, ys, times]` (Quick,
Draw!).
"""

from __future__ import annotations

from itertools import accumulate, chain
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import BadInk, Blank, OverLimit

Stroke: TypeAlias = NDArray[np.float64]  # (points, 2): x, y
POINTS, COLUMNS = "points", "columns"
LEAST, MOST = 2, 4  # numbers of a point
# To each side of 0. Doubles are 1e-7 apart there, far less than ink ten units wide shows;
# `ink` and `segmentation` move it to the origin before they compute with it.
MAX_COORDINATE = 1e9
_X_AND_Y = np.arange(2)


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
    points = _parse_points([*chain.from_iterable(strokes)])
    ends = accumulate(map(len, strokes))
    return [
        points[end - len(stroke) : end] for stroke, end in zip(strokes, ends, strict=True) if stroke
    ]


def _parse_points(points: list[Any]) -> Stroke:
    if set(map(type, points)) != {list}:
        raise BadInk("point_not_a_list", field="strokes")
    lengths = [*map(len, points)]
    if min(lengths) < LEAST or max(lengths) > MOST:
        raise BadInk("point_not_a_list", field="strokes")
    values = [*chain.from_iterable(points)]
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
    first = np.cumsum(lengths) - lengths
    places: Stroke = flat[first[:, None] + _X_AND_Y]
    if np.abs(places).max() > MAX_COORDINATE:
        raise BadInk("coordinate_out_of_range", field="strokes", most=MAX_COORDINATE)
    return places


# --- the forms that clients have ---------------------------------------------------------


def plain(strokes: Any, *, layout: Any = None) -> Any:
    """Strokes as they come out of JSON -> plain strokes.

    `layout` is "points", "columns", or None where the sender did not say: then a stroke
    that can only be columns is refused instead of read as two or three points. Whatever
    is in none of the forms is left as it is. Raises `BadInk`.
    """
    if layout not in (None, POINTS, COLUMNS):
        raise BadInk("layout_unknown", field="layout")
    return [_stroke(one, layout) for one in strokes] if isinstance(strokes, list) else strokes


def _stroke(stroke: Any, layout: str | None) -> Any:
    if isinstance(stroke, dict):
        stroke = stroke.get("points")
    if not isinstance(stroke, list):
        return stroke
    if layout == COLUMNS:
        return _from_columns(stroke)
    if layout is None and _can_only_be_columns(stroke):
        raise BadInk("columns_not_said", field="strokes")
    return [_point(one) for one in stroke] if dict in set(map(type, stroke)) else stroke


def _point(point: Any) -> Any:
    if not isinstance(point, dict) or not point.keys() >= {"x", "y"}:
        return point
    time = [point[name] for name in ("t", "time") if name in point]
    return [point["x"], point["y"], *time[:1]]


def _from_columns(columns: list[Any]) -> list[list[Any]]:
    if not columns:
        return []
    if not LEAST <= len(columns) <= MOST or not _are_lists_of_one_length(columns):
        raise BadInk("columns_not_alike", field="strokes")
    return [list(point) for point in zip(*columns, strict=True)]


def _can_only_be_columns(stroke: list[Any]) -> bool:
    """Two or three equally long lists of more numbers than a point has.

    Or of as many, where the last would be a pressure and is none: not from 0 to 1.
    """
    if len(stroke) not in (2, 3) or not _are_lists_of_one_length(stroke):
        return False
    last = [values[MOST - 1] for values in stroke if len(values) >= MOST]
    numbers = [value for value in last if type(value) in (int, float)]
    return len(stroke[0]) > MOST or any(not 0 <= value <= 1 for value in numbers)


def _are_lists_of_one_length(parts: list[Any]) -> bool:
    return all(isinstance(part, list) for part in parts) and len(set(map(len, parts))) == 1
