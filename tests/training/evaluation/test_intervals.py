"""Intervals of shares and of paired differences, against published examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.evaluation.intervals import paired_difference, wilson


def test_it_works() -> None:
    """Newcombe 1998: 81 of 263 (on single proportions), 36, 12, 2, 0 (on paired ones)."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert paired_difference(n=50, right=48, fixed=12, broken=2) == pytest.approx(
        (0.0569, 0.3404), abs=5e-5
    )


@pytest.mark.parametrize(("right", "low", "high"), [(0, 0.0, 0.2775), (10, 0.7225, 1.0)])
def test_none_and_all_have_an_interval_too(right: int, low: float, high: float) -> None:
    assert wilson(right, 10) == pytest.approx((low, high), abs=1e-4)


def test_nothing_says_nothing() -> None:
    assert wilson(0, 0) == (0, 1)
    assert paired_difference(n=0, right=0, fixed=0, broken=0) == (-1, 1)


@given(
    both=st.integers(0, 3000),
    fixed=st.integers(0, 60),
    broken=st.integers(0, 60),
    neither=st.integers(1, 100),
)
def test_an_interval_holds_the_difference_and_turns_with_it(
    both: int, fixed: int, broken: int, neither: int
) -> None:
    n = both + fixed + broken + neither
    low, high = paired_difference(n=n, right=both + fixed, fixed=fixed, broken=broken)
    assert -1 <= low <= (fixed - broken) / n + 1e-12
    assert (fixed - broken) / n - 1e-12 <= high <= 1
    turned = paired_difference(n=n, right=both + broken, fixed=broken, broken=fixed)
    assert turned == pytest.approx((-high, -low), abs=1e-9)
