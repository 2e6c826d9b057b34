"""The pen's motion as maps: what changes them and what does not, and what they cost."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from hypothesis import assume, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from recognizer.preprocessing import ink, motion
from recognizer.preprocessing.glyph import MAPS
from recognizer.preprocessing.motion import (
    CELLS,
    DIRECTIONS,
    LENGTH,
    LEVELS,
    PEN_DOWN,
    PEN_UP,
    STEP,
)
from recognizer.preprocessing.strokes import Stroke, parse
from tests.support import drawings as drawn_before

Lists = list[list[list[float]]]

# Whole numbers, so that moving them, and scaling them by powers of two, rounds nothing.
point = st.tuples(st.integers(0, 280), st.integers(0, 280)).map(list)
drawings = st.lists(st.lists(point, min_size=1, max_size=12), min_size=1, max_size=4).filter(
    lambda strokes: np.ptp(np.concatenate(strokes), axis=0).max() > 20
)


def arrays(strokes: Any) -> list[Stroke]:
    return [np.array(stroke, dtype=np.float64) for stroke in strokes]


def maps(strokes: Any) -> np.ndarray:
    return motion.maps(ink.place(arrays(strokes)))


def length(strokes: list[Stroke]) -> float:
    return float(sum(np.hypot(*np.diff(stroke, axis=0).T).sum() for stroke in strokes))


def test_it_works() -> None:
    """A line to the right, 18 pixels from end to end, in the middle."""
    (line,) = [maps([[[0, 0], [100, 0]]])]
    assert line.shape == MAPS
    assert line[..., 0].sum() == pytest.approx(18 / LENGTH)
    assert line[..., 1:DIRECTIONS].sum() == 0
    assert np.flatnonzero(line[..., 0].sum(axis=1)).tolist() == [3, 4]
    assert line[..., PEN_DOWN].sum() == pytest.approx(1)
    assert line[..., PEN_DOWN].sum(axis=0).argmax() == 1
    assert line[..., PEN_UP].sum(axis=0).argmax() == 6
    kept = motion.normalise(ink.place(arrays([[[0, 0], [100, 0]]])))
    assert kept.dtype == np.uint8
    assert np.abs(kept - line * LEVELS).max() <= 0.5


@pytest.mark.parametrize("number", range(DIRECTIONS))
def test_the_eight_directions_go_round_from_the_right_as_y_goes_down(number: int) -> None:
    angle = number * np.pi / 4
    end = (100 * np.cos(angle), 100 * np.sin(angle))
    by_direction = maps([[[0, 0], end]])[..., :DIRECTIONS].sum(axis=(0, 1))
    assert by_direction.argmax() == number
    assert by_direction[number] == pytest.approx(by_direction.sum())


def test_a_direction_in_between_is_shared() -> None:
    angle = np.pi / 4 * 0.25
    found = maps([[[0, 0], [np.cos(angle) * 99, np.sin(angle) * 99]]]).sum(axis=(0, 1))
    assert found[1] / found[0] == pytest.approx(0.25 / 0.75)


@given(drawings, st.integers(-(10**6), 10**6), st.integers(-6, 20))
def test_where_and_how_large_it_was_drawn_changes_nothing(
    strokes: Lists, shift: int, doublings: int
) -> None:
    moved = [[[value * 2.0**doublings + shift * 64 for value in at] for at in stroke]
             for stroke in strokes]  # fmt: skip
    assert np.array_equal(maps(moved), maps(strokes))


@given(drawings)
def test_the_other_way_round_each_direction_is_its_opposite(strokes: Lists) -> None:
    for stroke in ink.place(arrays(strokes)):
        steps = length([stroke]) / STEP
        assume(abs(steps - round(steps)) > 1e-6 or steps == 0)  # else one step more or less
    forth, back = maps(strokes), maps([stroke[::-1] for stroke in strokes])
    assert np.allclose(
        np.roll(forth[..., :DIRECTIONS], DIRECTIONS // 2, axis=2), back[..., :DIRECTIONS], atol=1e-6
    )
    assert np.allclose(forth[..., [PEN_UP, PEN_DOWN]], back[..., DIRECTIONS:], atol=1e-6)


@given(drawings)
def test_the_order_of_the_strokes_changes_nothing(strokes: Lists) -> None:
    assert np.allclose(maps(strokes), maps(strokes[::-1]), atol=1e-6)


@given(drawings)
def test_all_the_ink_is_there_whatever_cells_it_lies_in(strokes: Lists) -> None:
    """Smoothing shortens what turns; it never reaches what is straight."""
    placed, found = ink.place(arrays(strokes)), maps(strokes)
    assert found.min() >= 0
    written = found[..., :DIRECTIONS].sum() * LENGTH
    straight = sum(np.hypot(*(stroke[-1] - stroke[0])) for stroke in placed)
    assert straight - 1e-6 <= written <= length(placed) + 1e-6
    for channel in (PEN_DOWN, PEN_UP):
        assert found[..., channel].sum() == pytest.approx(len(strokes))


def test_a_dot_is_put_down_and_lifted_and_goes_nowhere() -> None:
    with_dot, without = maps([[[0, 0], [0, 90]], [[9, 45]]]), maps([[[0, 0], [0, 90]]])
    assert with_dot[..., :DIRECTIONS].sum() == pytest.approx(without[..., :DIRECTIONS].sum())
    assert with_dot[..., PEN_DOWN].sum() == pytest.approx(2)


def test_ink_beyond_the_frame_counts_in_the_cell_beside() -> None:
    """A heavy end pulls the rest off the frame."""
    far = [np.array([(-9.0, 13.0), (-5.0, 13.0)]), np.array([(31.0, 40.0)])]
    found = motion.maps(far)
    assert found[..., 0].sum() == pytest.approx(4 / LENGTH)
    assert found[:, 0, 0].sum() == pytest.approx(4 / LENGTH)
    assert found[CELLS - 1, CELLS - 1, PEN_DOWN] == pytest.approx(1)


def test_the_stairs_of_a_coarse_tablet_are_no_turns_of_the_hand() -> None:
    """A slanted line in steps of a pixel is written in its own direction, mostly."""
    stairs = [[at // 2 * 2, (at + 1) // 2 * 2] for at in range(36)]
    by_direction = maps([stairs])[..., :DIRECTIONS].sum(axis=(0, 1))
    assert by_direction.argmax() == 1
    assert by_direction[1] > 0.55 * by_direction.sum()


def test_a_drawing_at_the_limits_is_looked_at_in_longer_steps() -> None:
    """A scribble of 20,000 pixels across would otherwise be looked at 360,000 times."""
    points = settings.LIMITS["points"]
    across = np.where(np.arange(points) % 2, 280.0, 0.0)
    scribble = ink.place([np.stack([across, np.linspace(0, 280, points)], axis=1)])
    tracemalloc.start()
    found = motion.maps(scribble)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 * points + 1_000_000
    assert found[..., PEN_DOWN].sum() == pytest.approx(1)


def test_what_a_byte_cannot_hold_is_cut_off() -> None:
    retraced = ink.place(arrays([[[0, at % 2 * 90] for at in range(80)], [[9, 9], [90, 90]]]))
    assert motion.maps(retraced).max() * LEVELS > 300
    assert motion.normalise(retraced).max() == 255


@given(drawings, st.integers(-(10**9) + 300, 10**9 - 300))
@example([[[0, 0], [90, 90]]], 0)
@examples(max_examples=60)
def test_what_was_stored_gives_the_glyph_again(strokes: Lists, shift: int) -> None:
    """As it was sent: points with time and pressure, strokes without a point, far off."""
    sent: list[Any] = [[], *([[x + shift, y, 5, 0.5] for x, y in stroke] for stroke in strokes)]
    glyph = ink.normalise(parse(sent, max_strokes=9, max_points=99))
    again = ink.of_stored(glyph.pixels.tobytes(), sent)
    assert (again.pixels == glyph.pixels).all()
    assert again.motion is not None
    assert glyph.motion is not None
    assert (again.motion == glyph.motion).all()


def test_a_stored_picture_has_no_motion() -> None:
    glyph = ink.normalise(parse(drawn_before.FOUR, max_strokes=9, max_points=99))
    again = ink.of_stored(glyph.pixels.tobytes(), None)
    assert (again.pixels == glyph.pixels).all()
    assert again.motion is None
