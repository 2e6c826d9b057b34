"""Strokes in the forms in which clients send them -> plain ones, of points [x, y, t?, pressure?].

A point may be an object `{"x", "y", "t" or "time"}` whose other members are not looked
at, a stroke an object with `points` (signature_pad's `toData()`), or with the layout
`columns` as many lists as a point has numbers, `[xs, ys]` or `[xs, ys, times]` (Quick,
Draw!). `strokes.parse` checks what comes out.
"""

from __future__ import annotations

from typing import Any

from recognizer.exceptions import BadInk

POINTS, COLUMNS = "points", "columns"
LEAST, MOST = 2, 4  # numbers of a point


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
