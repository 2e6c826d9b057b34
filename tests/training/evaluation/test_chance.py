"""What chance alone would do to counts, beside figures known from elsewhere."""

from __future__ import annotations

from math import comb

import pytest

from training.evaluation import chance


def test_it_works() -> None:
    """The lady tasting tea: three of four, or all."""
    assert chance.rise(3, 4, 1, 4) == pytest.approx(17 / 70)
    assert chance.rise(4, 4, 0, 4) == pytest.approx(1 / 70)


@pytest.mark.parametrize("now", [(0, 50), (3, 50), (20, 50)])
def test_a_rise_is_the_sum_of_all_ways(now: tuple[int, int]) -> None:
    (hits, of), (hits_before, of_before) = now, (9, 200)
    every = hits + hits_before
    ways = [comb(of, k) * comb(of_before, every - k) for k in range(hits, every + 1)]
    expected = sum(ways) / comb(of + of_before, every)
    assert chance.rise(hits, of, hits_before, of_before) == pytest.approx(min(1.0, expected))


def test_equal_shares_are_no_rise_and_thousands_are_no_burden() -> None:
    assert chance.rise(300, 10_000, 300, 10_000) > 0.4
    assert chance.rise(600, 10_000, 1_200, 40_000) < 1e-20
