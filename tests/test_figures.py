"""Figures as visitors read them."""

from __future__ import annotations

import pytest

from recognizer import figures


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0, "0"),
        (0.5, "50"),
        (0.984, "98"),
        (0.985, "98.5"),
        (0.9994, "99.9"),
        (0.99996, "99.9"),
        (1, "99.9"),
    ],
)
def test_it_works(share: float, written: str) -> None:
    """A probability is never 100 %; tests/js/words.test.js has the same of the drawing page."""
    assert figures.probability(share) == f"{written}\u00a0%"


@pytest.mark.parametrize(
    ("share", "places", "written"),
    [(1, 2, "100.00"), (0.99996, 2, "99.99"), (0.999, 0, "99"), (1, 0, "100"), (0.5, 2, "50.00")],
)
def test_only_all_are_called_100(share: float, places: int, written: str) -> None:
    assert figures.percent(share, places) == f"{written}\u00a0%"


def test_what_was_not_measured_has_no_figure() -> None:
    assert figures.percent(None) == "–"
