"""One drawing is the same in every form that clients send it in."""

from __future__ import annotations

from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.exceptions import BadInk
from recognizer.preprocessing.strokes import COLUMNS, POINTS, parse, plain
from tests.golden.make import DIGITS

Strokes: TypeAlias = list[list[list[float]]]

number = st.integers(-1000, 1000) | st.floats(-1e9, 1e9)
timed = st.booleans().flatmap(
    lambda has_time: st.lists(
        st.lists(st.lists(number, min_size=2 + has_time, max_size=2 + has_time), max_size=8),
        max_size=5,
    )
)


def objects(strokes: Strokes, time: str = "t", **more: Any) -> Any:
    return [[dict(zip(["x", "y", time], at, strict=False)) | more for at in one] for one in strokes]


def groups(strokes: Strokes) -> Any:
    """As signature_pad's `toData()` gives them."""
    pen = {"penColor": "black", "dotSize": 0, "minWidth": 0.5, "maxWidth": 2.5}
    drawn = objects(strokes, "time", pressure=0.5)
    return [{**pen, "compositeOperation": "source-over", "points": points} for points in drawn]


def columns(strokes: Strokes) -> Any:
    return [[list(column) for column in zip(*stroke, strict=True)] for stroke in strokes]


def test_it_works() -> None:
    assert plain([[{"x": 1, "y": 2, "t": 3}], [{"x": 4, "y": 5, "time": 6}]]) == [
        [[1, 2, 3]], [[4, 5, 6]],
    ]  # fmt: skip
    assert plain([{"points": [{"x": 1, "y": 2}], "color": "#000"}]) == [[[1, 2]]]
    assert plain([[[1, 2, 3], [4, 5, 6]]], layout=COLUMNS) == [[[1, 4], [2, 5], [3, 6]]]


@given(timed)
def test_every_form_is_the_same_drawing(strokes: Strokes) -> None:
    assert plain(strokes, layout=POINTS) == strokes
    assert plain(objects(strokes)) == strokes
    assert plain(objects(strokes, "time", pressure=0.7, tiltX=3)) == strokes
    assert plain(groups(strokes)) == strokes
    assert plain(columns(strokes), layout=COLUMNS) == strokes


@given(timed)
def test_forms_may_be_mixed(strokes: Strokes) -> None:
    halves = [one if at % 2 else other for at, (one, other) in enumerate(
        zip(objects(strokes), groups(strokes), strict=True)
    )]  # fmt: skip
    assert plain(halves) == strokes
    assert plain([[*one[:1], *objects([one[1:]])[0]] for one in strokes]) == strokes


def test_columns_in_groups_are_read_where_the_layout_says_so() -> None:
    assert plain([{"points": [[1, 2], [3, 4]]}], layout=COLUMNS) == [[[1, 3], [2, 4]]]


@pytest.mark.parametrize("strokes", [None, 7, "strokes", {"0": []}, [7], [None], ["ab"], [[7]]])
def test_what_is_in_no_form_is_left_for_the_check(strokes: Any) -> None:
    assert plain(strokes) == strokes
    with pytest.raises(BadInk):
        parse(plain(strokes), max_strokes=20, max_points=500)


# --- columns that nobody announced ------------------------------------------------


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("has_time", [False, True])
def test_what_can_only_be_columns_is_told(digit: int, has_time: bool) -> None:
    strokes = [
        [[*at, 16.0 * n][: 2 + has_time] for n, at in enumerate(one)] for one in DIGITS[digit]
    ]
    with pytest.raises(BadInk, match="columns_not_said"):
        plain(columns(strokes))
    assert plain(columns(strokes), layout=COLUMNS) == strokes


@pytest.mark.parametrize(
    "stroke",
    [
        [[0, 0], [9, 9]],
        [[0, 0], [9, 9], [5, 5]],
        [[0, 0, 0], [9, 9, 16]],
        [[0, 0, 0, 0.5], [9, 9, 16, 1]],
        [[0, 0, 0, 0.0], [9, 9, 16, 0.3], [5, 5, 32, 0]],
        [[0, 0, 0, 300], [9, 9, 16]],
        [[0, 0, 0, 300], [9, 9, 16, 310], [9, 9, 24, 305], [5, 5, 32, 300]],
    ],
)
def test_short_strokes_of_points_are_no_columns(stroke: Any) -> None:
    assert plain([stroke]) == [stroke]


def test_pressure_beyond_1_in_a_short_stroke_asks_for_a_word() -> None:
    stroke = [[0, 0, 0, 300], [9, 9, 16, 310]]
    with pytest.raises(BadInk, match="columns_not_said"):
        plain([stroke])
    assert plain([stroke], layout=POINTS) == [stroke]
