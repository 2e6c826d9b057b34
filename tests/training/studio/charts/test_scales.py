"""Values to places, and round ticks, whatever the values are."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from training.studio.charts.scales import Scale, band, line, ticks


def test_it_works() -> None:
    across = Scale(0, 10, 40, 140)
    assert [across.at(value) for value in (0, 5, 10)] == [40, 90, 140]
    assert ticks(0, 6.3, most=4) == [0, 2, 4, 6, 8]
    assert line([(1, 2), (3.5, 4)]) == "M1 2L3.5 4"
    assert band([(1, 2), (3, 4)], [(1, 6), (3, 8)]) == "M1 2L3 4L3 8L1 6Z"


def test_a_scale_may_go_upwards() -> None:
    up = Scale(96, 98, 200, 40)
    assert (up.at(96), up.at(98)) == (200, 40)


def test_where_all_values_are_the_same_they_lie_in_the_middle() -> None:
    assert Scale(5, 5, 0, 100).at(5) == 50


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (95.8, 98.3, [95, 96, 97, 98, 99]),
        (3, 3, [3, 3.25, 3.5, 3.75, 4]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high, most=4) == expected


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.integers(2, 8))
def test_ticks_hold_all_values_and_are_few(low: float, span: float, most: int) -> None:
    found = ticks(low, low + span, most=most)
    slack = 1e-6 * max(abs(low), span)
    assert found[0] <= low + slack
    assert found[-1] >= low + span - slack
    assert 2 <= len(found) <= most + 1
