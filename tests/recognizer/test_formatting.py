"""Figures as visitors read them."""

from __future__ import annotations

import pytest
from django.utils import translation

from recognizer import formatting


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0, "0"),
        (0.5, "50"),
        (0.984, "98"),
        (0.125, "13"),
        (0.985, "98.5"),
        (0.9901, "99.0"),
        (0.9994, "99.9"),
        (0.99996, "99.9"),
        (1, "99.9"),
    ],
)
def test_it_works(share: float, written: str) -> None:
    """Never 100 %, and near it one place is told; tests/twins asks the page for the same."""
    assert formatting.probability(share) == f"{written}\u00a0%"


@pytest.mark.parametrize(
    ("share", "places", "written"),
    [(1, 2, "100.00"), (0.99996, 2, "99.99"), (0.999, 0, "99"), (1, 0, "100"), (0.5, 2, "50.00")],
)
def test_only_all_are_called_100(share: float, places: int, written: str) -> None:
    assert formatting.percent(share, places) == f"{written}\u00a0%"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["1,234,567.9", "98.5\u00a0%", "0.10", "29.0", "< 0.001", "97.5"]),
        ("fr", ["1\u00a0234\u00a0567,9", "98,5\u202f%", "0,10", "29,0", "< 0,001", "97,5"]),
        ("he", ["1,234,567.9", "98.5%", "0.10", "29.0", "< 0.001", "97.5"]),
    ],
)
def test_figures_are_written_as_the_language_writes_them(language: str, written: list[str]) -> None:
    """And rounded, not cut: 0.0996 is 0.10, and 29 of 100 are not 28.9."""
    with translation.override(language):
        assert [
            formatting.figure(1234567.86, 1),
            formatting.probability(0.985),
            formatting.chance(0.0996),
            formatting.per_hundred(0.29),
            formatting.chance(0.0004),
            formatting.tick(97.5),
        ] == written


def test_what_was_not_measured_has_no_figure() -> None:
    assert formatting.percent(None) == "–"


@pytest.mark.parametrize(
    ("bound", "written"), [(0.0004, "1"), (0.01, "1"), (0.0101, "2"), (0.07, "7"), (1.0, "100")]
)
def test_a_bound_is_never_told_smaller_than_it_is(bound: float, written: str) -> None:
    assert formatting.at_most(bound) == f"{written}\u00a0%"
