"""Pen strokes: what is taken, what is refused, and what does not change the picture."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recognizer.exceptions import BadInk, Blank, OverLimit
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import BODY, CENTRE, PEN, SIZE, centre_of_mass
from recognizer.preprocessing.ink import bounding_box
from recognizer.preprocessing.strokes import Stroke, parse
from tests.golden.make import DIGITS, placed

# As drawn on a sheet of 300 by 300.
FOUR = placed(DIGITS[4], size=160, turn=0, at=(80, 60))


def parsed(strokes: Any) -> list[Stroke]:
    return parse(strokes, max_strokes=20, max_points=500)


def arrays(strokes: Any) -> list[Stroke]:
    return [np.array(stroke, dtype=np.float64) for stroke in strokes]


# Ink of up to four strokes whose points lie on a fine grid and are not all one.
coordinate = st.integers(0, 3000).map(lambda tenths: tenths / 10)
drawings = st.lists(
    st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=12), min_size=1, max_size=4
).filter(lambda strokes: max(bounding_box(arrays(strokes))[2:]) >= 1)


def test_it_works() -> None:
    glyph = ink.normalise(parsed(FOUR), canvas=(300, 300))
    assert glyph.pixels.shape == (SIZE, SIZE)
    assert glyph.pixels.dtype == np.uint8
    assert glyph.pixels.max() == 255
    assert glyph.box == (80.0, 60.0, 100.0, 160.0)


# --- what is refused ------------------------------------------------------------


@pytest.mark.parametrize(
    "strokes",
    [
        None,
        7,
        "[[[1, 2]]]",
        {"0": [[1, 2]]},
        [1, 2],
        [[1, 2]],
        [None],
        ["ab"],
        [[["1", "2"]]],
        [[[1, None]]],
        [[[1, [2]]]],
        [[[1]]],
        [[[]]],
        [[[1, 2, 3, 4, 5]]],
        [[{"x": 1, "y": 2}]],
        [[[1, 2, "now"]]],
    ],
)
def test_what_is_no_list_of_lists_of_points_is_refused(strokes: Any) -> None:
    with pytest.raises(BadInk) as refusal:
        parsed(strokes)
    assert (refusal.value.code, refusal.value.field) == ("bad_ink", "strokes")


@pytest.mark.parametrize("point", [[True, 1], [1, False], [1, 1, True]])
def test_true_and_false_are_no_coordinates(point: list[Any]) -> None:
    with pytest.raises(BadInk, match="not_a_number"):
        parsed([[[0, 0], point]])


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", range(4))
def test_not_finite_is_refused_in_every_place(number: float, place: int) -> None:
    point = [10.0, 10.0, 10.0, 0.5]
    point[place] = number
    with pytest.raises(BadInk, match="not_finite"):
        parsed([[[0, 0], point]])


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_coordinate_is_taken_and_the_next_refused(sign: int) -> None:
    assert parsed([[[0, sign * 10**9]]])[0].tolist() == [[0.0, sign * 1e9]]
    with pytest.raises(BadInk, match="out_of_range"):
        parsed([[[0, sign * (10**9 + 1)]]])


@pytest.mark.parametrize("place", range(3))
def test_a_whole_number_beyond_every_float_is_refused(place: int) -> None:
    point = [1, 1, 1]
    point[place] = 10**400
    with pytest.raises(BadInk, match="coordinate_too_large"):
        parsed([[[0, 0], point]])


def test_too_many_strokes_are_refused() -> None:
    assert len(parsed([[[0, 0]]] * 20)) == 20
    with pytest.raises(OverLimit, match="too_many_strokes") as refusal:
        parsed([[[0, 0]]] * 21)
    assert refusal.value.parameters == {"most": 20}


def test_too_many_points_are_refused() -> None:
    assert len(parsed([[[0, 0]] * 250] * 2)) == 2
    with pytest.raises(OverLimit, match="too_many_points") as refusal:
        parsed([[[0, 0]] * 250, [[0, 0]] * 251])
    assert refusal.value.parameters == {"most": 500}


def test_a_million_points_are_refused_before_they_are_looked_at() -> None:
    with pytest.raises(OverLimit):
        parsed([[None] * 1_000_000])


@pytest.mark.parametrize("strokes", [[], [[]], [[], []]])
def test_no_point_at_all_is_blank(strokes: Any) -> None:
    with pytest.raises(Blank) as refusal:
        parsed(strokes)
    assert refusal.value.code == "blank"


def test_strokes_without_points_are_passed_over() -> None:
    assert [stroke.tolist() for stroke in parsed([[], [[1, 2]], []])] == [[[1.0, 2.0]]]


def test_time_and_pressure_are_not_drawn() -> None:
    timed = [[[*point, at * 8, 0.5] for at, point in enumerate(stroke)] for stroke in FOUR]
    assert (render(timed) == render(FOUR)).all()


# --- dots -----------------------------------------------------------------------


@pytest.mark.parametrize("strokes", [[[[50, 50]]], [[[50, 50], [50, 50]], [[50, 50]]]])
def test_one_point_is_a_dot(strokes: Any) -> None:
    with pytest.raises(Blank):
        ink.normalise(parsed(strokes))


def test_ink_that_is_tiny_on_its_canvas_is_a_dot() -> None:
    speck = parsed([[[50, 50], [54, 55]]])
    with pytest.raises(Blank):
        ink.normalise(speck, canvas=(300, 200))
    assert ink.normalise(speck, canvas=(100, 200)).pixels.any()
    assert ink.normalise(speck).pixels.any()


@pytest.mark.parametrize("side", [5e-324, 1e-308, 1e-20])
def test_ink_too_small_for_the_scale_is_a_dot(side: float) -> None:
    with pytest.raises(Blank):
        ink.normalise(parsed([[[0, 0], [side, 0]]]))


# --- the picture ----------------------------------------------------------------


def render(strokes: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    return ink.render(parsed(strokes))


def close(one: Any, other: Any) -> bool:
    return bool(np.abs(one - other).max() < 1e-6)


def test_the_pen_is_round_and_as_wide_as_the_normalisation_says() -> None:
    image = ink.draw(np.array([[5.0, 14.0]]), np.array([[20.0, 14.0]]))
    across = image[:, 12]
    assert across.sum() == pytest.approx(PEN)
    assert across[12:17].tolist() == [0.0, 0.5 - (1 - PEN / 2), 1.0, 0.5 - (1 - PEN / 2), 0.0]
    assert image[14, 3:5].tolist() == [0.0, 0.5]


@given(drawings)
def test_the_windows_give_the_picture_of_the_full_table_of_distances(strokes: Any) -> None:
    """The method without its short cut: every pixel against every segment."""
    starts, ends = ink._segments([points / 12 for points in arrays(strokes)])
    pixels = np.stack(np.meshgrid(np.arange(SIZE), np.arange(SIZE)), axis=-1).reshape(-1, 1, 2)
    along = ends - starts
    length = (along**2).sum(axis=1)
    share = ((pixels - starts) * along).sum(axis=2) / np.where(length > 0, length, 1)
    nearest = starts + np.clip(share, 0, 1)[..., None] * along
    distance = np.sqrt(((pixels - nearest) ** 2).sum(axis=2)).min(axis=1)
    expected = np.clip(PEN / 2 + 0.5 - distance, 0, 1).reshape(SIZE, SIZE)
    assert np.abs(ink.draw(starts, ends) - expected).max() < 1e-9


def fits_the_picture(strokes: list[np.ndarray]) -> bool:
    """Whether no ink is cut off: what leans far to one side reaches out once it is centred."""
    x, y, width, height = bounding_box(strokes)
    scale = (BODY - PEN) / max(width, height)
    middle = np.array([x + width / 2, y + height / 2])
    scaled = [(points - middle) * scale + CENTRE for points in strokes]
    starts, ends = ink._segments(scaled)
    points = np.concatenate(scaled) + CENTRE - centre_of_mass(ink.draw(starts, ends))
    return bool(points.min() > PEN and points.max() < SIZE - 1 - PEN)


@given(drawings)
def test_the_centre_of_mass_is_in_the_middle(strokes: Any) -> None:
    assume(fits_the_picture(arrays(strokes)))
    # The pen's soft edge falls a little differently on the pixels after the shift.
    image = ink.render(arrays(strokes))
    assert centre_of_mass(image) == pytest.approx((CENTRE, CENTRE), abs=0.5)


@given(drawings, st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_where_it_is_drawn_does_not_matter(strokes: Any, right: float, down: float) -> None:
    moved = [points + np.array([right, down]) for points in arrays(strokes)]
    assert close(ink.render(moved), ink.render(arrays(strokes)))


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=9),
        min_size=1,
        max_size=4,
    ).filter(lambda strokes: max(bounding_box(arrays(strokes))[2:]) >= 1),
    st.integers(-(10**9), 10**9 - 10),
    st.integers(-(10**9), 10**9 - 10),
)
def test_a_billion_off_it_is_the_same_to_the_bit(strokes: Any, right: int, down: int) -> None:
    """Ten units wide, on a grid that doubles hold there."""
    moved = [[[x + right, y + down] for x, y in stroke] for stroke in strokes]
    corner = bounding_box(arrays(strokes))[:2]
    at_origin = [[[x - corner[0], y - corner[1]] for x, y in stroke] for stroke in strokes]
    assert (render(moved) == render(at_origin)).all()


@given(drawings, st.floats(0.01, 100))
def test_how_large_it_is_drawn_does_not_matter(strokes: Any, factor: float) -> None:
    scaled = [points * factor for points in arrays(strokes)]
    assert close(ink.render(scaled), ink.render(arrays(strokes)))


@given(drawings, st.randoms(use_true_random=False))
def test_the_order_and_direction_of_strokes_do_not_matter(strokes: Any, chance: Any) -> None:
    other = [points[::-1] if chance.random() < 0.5 else points for points in arrays(strokes)]
    chance.shuffle(other)
    assert close(ink.render(other), ink.render(arrays(strokes)))


@given(drawings, st.integers(2, 9))
def test_how_often_the_device_reports_does_not_matter(strokes: Any, points: int) -> None:
    dense = [denser(stroke, points) for stroke in arrays(strokes)]
    assert close(ink.render(dense), ink.render(arrays(strokes)))


def denser(stroke: Stroke, points: int) -> Stroke:
    """With more points on the same lines, some of them repeated."""
    places = np.linspace(0, len(stroke) - 1, (len(stroke) - 1) * points + 1)
    at = np.repeat(places, 2)
    return np.stack([np.interp(at, range(len(stroke)), stroke[:, axis]) for axis in (0, 1)], 1)


def test_a_straight_stroke_is_not_stretched_to_a_square() -> None:
    upright = render([[[50, 0], [50, 100]]])
    assert upright[:, :12].sum() == 0
    assert upright[:, 16:].sum() == 0
    assert (upright > 0).any(axis=1).sum() == pytest.approx(20, abs=1)
