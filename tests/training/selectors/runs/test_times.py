"""How long a run should take, by those before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from training.models import TrainingRun
from training.selectors.runs import times


def past(seconds: float, **more: Any) -> TrainingRun:
    """A run that is over."""
    now = timezone.now()
    fields = {
        "status": "candidate", "mode": "warm", "epochs": 2, "trigger": "button", "attempt": 1,
        "started_at": now - timedelta(seconds=seconds), "finished_at": now,
        "history": [{"seconds": seconds / 4}] * 2,
    }  # fmt: skip
    return TrainingRun.objects.create(**{**fields, **more})


@pytest.mark.django_db
def test_it_works() -> None:
    for seconds in (100, 120, 300):
        past(seconds)
    found = times.expected(times.past_seconds(mode="warm", epochs=2))
    assert found == times.Expected(120, 100, 300, 3)


@pytest.mark.django_db
def test_more_epochs_take_longer_and_the_rest_does_not() -> None:
    past(100)
    assert times.past_seconds(mode="warm", epochs=6) == [pytest.approx(200)]


@pytest.mark.django_db
def test_only_whole_runs_of_the_mode_count() -> None:
    past(100, mode="scratch")
    past(100, status="failed")
    past(100, status="cancelled")
    past(100, attempt=2)
    past(100, finished_at=None)
    assert times.past_seconds(mode="warm", epochs=2) == []
    assert times.expected([]) is None


@pytest.mark.django_db
def test_the_newest_count() -> None:
    for seconds in range(10, 100, 10):
        past(seconds)
    found = times.past_seconds(mode="warm", epochs=2)
    assert found == [pytest.approx(seconds) for seconds in (90, 80, 70, 60, 50)]
