"""What people and devices do to ink without changing the digit, and ink that is hardly any.

The tolerances: a pixel of a picture in [0, 1] may move by 1e-6 where the arithmetic
alone differs, and so a glyph's by one of its 255 steps, where a value lies on the
edge between two.
"""

from __future__ import annotations

import math
import tracemalloc
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from rest_framework.test import APIClient

from recognizer import submission
from recognizer.exceptions import Blank, InputError
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import BODY, CENTRE, PEN, SIZE, Glyph, centre_of_mass
from recognizer.preprocessing.ink import bounding_box
from recognizer.preprocessing.strokes import Stroke
from recognizer.services.predictions import prepare
from recognizer.serving.decision import NO_DIGIT, SURE, UNSURE
from tests.support.api import PREDICT, code
from tests.support.drawings import CANVAS

pytestmark = pytest.mark.long

ARITHMETIC = 1e-6
ONE_STEP = 1

Points = list[tuple[float, float]]

# On a sheet of 280 by 280, in tenths of its unit.
place = st.integers(0, 2800).map(lambda tenths: tenths / 10)
point = st.tuples(place, place)


def on_a_line(start: Any, end: Any, shares: list[float]) -> Points:
    return [
        (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
        for share in shares
    ]


free = st.lists(point, min_size=2, max_size=10)
one_point = st.lists(point, min_size=1, max_size=1)
one_place = st.builds(lambda at, count: [at] * count, point, st.integers(2, 6))
collinear = st.builds(
    on_a_line, point, point, st.lists(st.integers(0, 8).map(lambda n: n / 8), min_size=2)
)
stuttering = st.builds(lambda points: [at for at in points for _ in range(3)], free)
there_and_back = st.builds(lambda points: points + points[::-1], free)
# What a finger, a mouse or a worn digitiser makes of a pen going up and down.
odd = st.lists(
    st.one_of(one_point, one_place, collinear, stuttering, there_and_back, free),
    min_size=1,
    max_size=5,
)
large = odd.filter(lambda strokes: max(bounding_box(arrays(strokes))[2:]) >= 10)


def arrays(strokes: list[Points]) -> list[Stroke]:
    return [np.array(stroke, dtype=np.float64) for stroke in strokes]


def same(one: Any, other: Any, tolerance: float = ARITHMETIC) -> bool:
    return bool(np.abs(np.asarray(one, float) - np.asarray(other, float)).max() <= tolerance)


# --- what does not change the picture -------------------------------------------


@given(large, st.data())
def test_it_works(strokes: list[Points], data: st.DataObject) -> None:
    """Moved, scaled, its strokes in another order and direction, each with more points: all at
    once, and the glyph is the same.
    """
    factor = data.draw(st.floats(0.01, 30), "factor")
    by = data.draw(st.tuples(st.floats(0, 5000), st.floats(0, 5000)), "moved by")
    other = [denser(points) * factor + by for points in arrays(data.draw(st.permutations(strokes)))]
    other = [points[::-1] if data.draw(st.booleans()) else points for points in other]
    assert same(ink.normalise(other).pixels, ink.normalise(arrays(strokes)).pixels, ONE_STEP)


def denser(points: Stroke) -> Stroke:
    """Two more points on each side, at uneven distances."""
    at = np.unique(np.concatenate([np.arange(len(points)) + add for add in (0, 0.2, 0.7)]))
    at = at[at <= len(points) - 1]
    return np.stack([np.interp(at, range(len(points)), points[:, axis]) for axis in (0, 1)], 1)


@given(large)
def test_what_is_drawn_twice_is_drawn_once(strokes: list[Points]) -> None:
    assert same(ink.render(arrays(strokes + strokes)), ink.render(arrays(strokes)))


@given(large, st.integers(2, 5))
def test_a_pen_that_rests_changes_nothing(strokes: list[Points], times: int) -> None:
    resting = [np.repeat(points, times, axis=0) for points in arrays(strokes)]
    assert same(ink.render(resting), ink.render(arrays(strokes)))


@given(large, st.data())
def test_a_tap_on_the_ink_changes_nothing(strokes: list[Points], data: st.DataObject) -> None:
    tap = data.draw(st.sampled_from([at for stroke in strokes for at in stroke]))
    assert same(ink.render(arrays([*strokes, [tap]])), ink.render(arrays(strokes)))


@given(large, st.data())
def test_a_pen_that_is_lifted_on_its_way_changes_nothing(
    strokes: list[Points], data: st.DataObject
) -> None:
    """The next stroke begins where the last ended."""
    cut = [data.draw(st.integers(0, len(stroke) - 1)) for stroke in strokes]
    parts = [
        part
        for stroke, at in zip(strokes, cut, strict=True)
        for part in (stroke[: at + 1], stroke[at:])
    ]
    assert same(ink.render(arrays(parts)), ink.render(arrays(strokes)))


@given(large)
def test_a_mirror_mirrors_the_picture(strokes: list[Points]) -> None:
    """No side is favoured: neither by the rounding of windows nor by the centre."""
    picture = ink.render(arrays(strokes))
    assert same(ink.render([points * (-1, 1) for points in arrays(strokes)]), picture[:, ::-1])
    assert same(ink.render([points * (1, -1) for points in arrays(strokes)]), picture[::-1])
    assert same(ink.render([points[:, ::-1] for points in arrays(strokes)]), picture.T)


def is_drawn(strokes: list[Points]) -> bool:
    """Whether its lines are together as long as the ink is high or wide, as every digit's are."""
    length = sum(math.dist(*ends) for stroke in strokes for ends in pairwise(stroke))
    return length >= max(bounding_box(arrays(strokes))[2:])


@given(large.filter(is_drawn), st.integers(0, 2**32 - 1))
def test_a_hair_s_breadth_changes_little(strokes: list[Points], seed: int) -> None:
    """Each point off by up to a thousandth of the ink's longer side: a device's own noise.

    On the glyph that is 0.018 pixels; scale and centre of mass move along, so a
    pixel may change by some times that. (Between a few dots far apart the centre
    of mass moves further, as a dot that is smeared weighs more.)
    """
    longer = max(bounding_box(arrays(strokes))[2:])
    noise = np.random.default_rng(seed)
    moved = [
        points + noise.uniform(-longer / 1000, longer / 1000, points.shape)
        for points in arrays(strokes)
    ]
    assert same(ink.render(moved), ink.render(arrays(strokes)), 0.15)


# --- ink that is hardly any -----------------------------------------------------


def is_a_picture(glyph: Glyph) -> bool:
    """Whether it is what the network expects: full ink somewhere, the centre about the middle."""
    x, y = centre_of_mass(glyph.pixels.astype(float))
    return (
        glyph.pixels.shape == (SIZE, SIZE)
        and glyph.pixels.max() > 200
        and math.hypot(x - CENTRE, y - CENTRE) < BODY / 4
        and all(math.isfinite(side) for side in glyph.box)
    )


@given(odd, st.sampled_from([None, (280.0, 280.0), (1.0, 100_000.0)]))
@example([[(5, 5)]], None)
@example([[(5, 5), (5, 5)], [(5, 5)]], None)
@example([[(0, 0), (1e-9, 0)]], None)
@example([[(100_000, 100_000), (100_000, 99_999.999_999)]], None)
@example([[(0, 0), (100_000, 100_000)]], (1.0, 1.0))
@example([[(-1e9, -1e9), (1e9, 1e9)]], (1.0, 1.0))
@example([[(-1e9, 1e9), (-999_999_990, 999_999_995)]], None)
@example([[(0, 0), (280, 0)]] * 5, (280.0, 280.0))
def test_odd_ink_is_blank_or_a_picture(strokes: list[Points], canvas: Any) -> None:
    try:
        glyph = ink.normalise(arrays(strokes), canvas=canvas)
    except Blank:
        longer = max(bounding_box(arrays(strokes))[2:])
        least = 0 if canvas is None else ink.DOT_SHARE * min(canvas)
        assert longer < max(least, ink.DOT_SIDE)
    else:
        assert is_a_picture(glyph)


@given(st.lists(one_place | one_point, min_size=1, max_size=1), st.booleans())
def test_ink_in_one_place_is_blank(strokes: list[Points], on_a_sheet: bool) -> None:
    with pytest.raises(Blank):
        ink.normalise(arrays(strokes), canvas=(280, 280) if on_a_sheet else None)


@given(point, point, st.lists(st.integers(0, 8).map(lambda n: n / 8), min_size=1, max_size=9))
def test_collinear_points_are_the_line_between_the_outermost(
    start: Any, end: Any, shares: list[float]
) -> None:
    """In whatever order the pen went over them, however often."""
    if math.dist(start, end) < 1:
        return
    walked = on_a_line(start, end, [0.0, *shares, 1.0])
    assert same(ink.render(arrays([walked])), ink.render(arrays([[start, end]])))


@given(st.integers(1, 7), st.floats(0, 2 * math.pi))
def test_a_straight_line_is_as_long_and_thin_as_the_pen_makes_it(count: int, turn: float) -> None:
    reach = 100 * np.array([math.cos(turn), math.sin(turn)])
    points = 140 + np.outer(np.linspace(-1, 1, count + 1), reach)
    picture = ink.render([points])
    length = (BODY - PEN) / np.abs(reach / 100).max()
    # A line's ink is its area under the pen: the length with half a round at both ends.
    assert picture.sum() == pytest.approx(PEN * length + math.pi * PEN**2 / 4, rel=0.06)


def test_a_drawing_at_the_limits_takes_little_memory() -> None:
    """Ten thousand points, each at the other end: 180,000 pieces of the pen's way."""
    to_and_fro = [np.tile([[0.0, 0.0], [280.0, 280.0]], (5000, 1))]
    tracemalloc.start()
    try:
        picture = ink.render(to_and_fro)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000
    assert same(picture, ink.render(arrays([[(0, 0), (280, 280)]])))


# --- through the door -----------------------------------------------------------


def timed(stroke: Points, time: str) -> list[list[float]]:
    """Points as a device sends them, its clock right, still, backwards, or missing at times."""
    times = {
        "right": [8.0 * at for at in range(len(stroke))],
        "still": [0.0] * len(stroke),
        "backwards": [-8.0 * at for at in range(len(stroke))],
        "wild": [1e300 * (-1) ** at for at in range(len(stroke))],
    }
    if time == "missing":
        return [[*at, 1.0] if n % 2 else [*at] for n, at in enumerate(stroke)]
    return [[*at, when, 0.5] for at, when in zip(stroke, times[time], strict=True)]


clock = st.sampled_from(["right", "still", "backwards", "wild", "missing"])


def read(visitor: APIClient, strokes: Any, **more: Any) -> tuple[str, dict[str, Any]]:
    """One of the four verdicts, and the whole answer."""
    response = visitor.post(PREDICT, {"strokes": strokes, **more})
    if response.status_code == 400:
        return code(response), response.json()
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()
    return answer["verdict"], answer


@pytest.mark.usefixtures("live_model")
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(odd, clock, st.sampled_from([{}, {"canvas": CANVAS}]))
def test_odd_ink_gets_one_of_the_four_verdicts(
    visitor: APIClient, strokes: list[Points], time: str, more: dict[str, Any]
) -> None:
    verdict, answer = read(visitor, [timed(stroke, time) for stroke in strokes], **more)
    assert verdict in (SURE, UNSURE, NO_DIGIT, "blank")
    if verdict != "blank":
        assert len(answer["probabilities"]) == 10
        assert 0 <= sum(answer["probabilities"]) <= 1 + 1e-4
        assert (answer["digit"] is None) == (verdict == NO_DIGIT)
        assert 0 <= answer["confidence"] <= 1


@pytest.mark.usefixtures("live_model")
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(large, clock)
def test_a_clock_that_is_wrong_does_not_change_the_answer(
    visitor: APIClient, strokes: list[Points], time: str
) -> None:
    right = [timed(stroke, "right") for stroke in strokes]
    wrong = [timed(stroke, time) for stroke in strokes]
    assert read(visitor, wrong) == read(visitor, right)


@pytest.mark.usefixtures("live_model")
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(odd)
def test_odd_ink_in_a_number_is_no_error_either(visitor: APIClient, strokes: list[Points]) -> None:
    verdict, answer = read(visitor, [timed(stroke, "right") for stroke in strokes], number=True)
    if verdict != "blank":
        assert len(answer["digits"]) >= 1
        assert {digit["verdict"] for digit in answer["digits"]} <= {SURE, UNSURE, NO_DIGIT}


values = st.recursive(
    st.none() | st.booleans() | st.text(max_size=3) | st.integers() | st.floats(),
    lambda part: (
        st.lists(part, max_size=4)
        | st.dictionaries(st.sampled_from(["x", "y", "t", "time", "points"]), part)
    ),
    max_leaves=20,
)
numbers = st.floats() | st.integers()
objects = st.fixed_dictionaries({"x": numbers, "y": numbers}, optional={"time": numbers})


@given(
    st.lists(st.lists(st.lists(numbers, max_size=5) | objects, max_size=6), max_size=4) | values,
    values | st.lists(numbers, min_size=2, max_size=2),
    st.sampled_from([None, "points", "columns"]) | values,
)
def test_whatever_is_sent_is_refused_or_a_picture(strokes: Any, canvas: Any, layout: Any) -> None:
    """No other way out: no error of numpy's, no warning, no picture without ink."""
    try:
        sent = submission.parse({"strokes": strokes, "canvas": canvas, "layout": layout})
        glyph = prepare(sent)
    except InputError:
        return
    assert isinstance(glyph, Glyph)
    assert is_a_picture(glyph)
