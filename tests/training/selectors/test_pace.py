"""How long a reviewer takes, by the decisions of late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from training.selectors.pace import pace

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)


def decisions(*gaps: float) -> list[datetime]:
    """Moments so many seconds apart, the newest first."""
    moments = [NOW]
    for gap in gaps:
        moments.append(moments[-1] - timedelta(seconds=gap))
    return moments


def test_it_works() -> None:
    assert pace(decisions(*[2.5] * 10)) == pytest.approx(2.5)


def test_breaks_and_acts_of_many_are_no_decisions() -> None:
    assert pace(decisions(*[2] * 10, 3_600, 0, 0, 0)) == pytest.approx(2)


def test_of_few_nothing_is_said() -> None:
    assert pace([]) is None
    assert pace(decisions(*[2] * 9)) is None
