"""A run's progress in words and shares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from training.models import TrainingRun
from training.selectors.runs import progress
from training.selectors.runs.progress import age, duration, progress_of

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
TRAINING = {
    "stage": "training", "epoch": 2, "epochs": 4, "batch": 50, "batches": 100,
    "eta_seconds": 135.2,
}  # fmt: skip


def of(status: str = "running", heard: float | None = 0.0, **progress: Any) -> Any:
    moment = None if heard is None else NOW - timedelta(seconds=heard)
    return progress_of(TrainingRun(status=status, progress=progress, heartbeat_at=moment), now=NOW)


def test_it_works() -> None:
    found = of(**TRAINING)
    assert (found.phase, found.epoch, found.epochs, found.left) == ("learn", 2, 4, "2 min 15 s")
    assert found.share_of_phase == pytest.approx(0.375)
    assert found.percent == 36


@pytest.mark.parametrize(
    ("status", "progress", "phase"),
    [
        ("queued", {}, "wait"),
        ("queued", {"stage": "its worker disappeared; waiting for another"}, "wait"),
        ("running", {"stage": "fetching MNIST", "bytes": 5, "of": 0}, "gather"),
        ("running", {"stage": "training the motion's reader"}, "learn"),
        ("evaluating", {"stage": "evaluating"}, "measure"),
        ("candidate", {"stage": "done"}, "over"),
        ("failed", TRAINING, "over"),
    ],
)
def test_each_stage_is_of_a_phase(status: str, progress: dict[str, Any], phase: str) -> None:
    found = of(status, **progress)
    assert found.phase == phase
    assert (found.share is None) == (phase == "wait")


def test_every_stage_of_the_pipeline_has_words() -> None:
    assert set(progress.PHASES) == set(progress.STAGE_WORDS)


def test_what_is_not_heard_any_more_is_silent() -> None:
    assert not of(**TRAINING).is_silent
    assert of(heard=200, **TRAINING).is_silent
    assert not of("queued", heard=200).is_silent
    assert not of("failed", heard=200).is_silent


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0.4, "0 s"), (59.7, "1 min 0 s"), (3599, "59 min 59 s"), (7260, "2 h 1 min")],
)
def test_durations(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (59, "59 s"), (61, "1 min"), (7_300, "2 h"), (4 * 86_400 + 5, "4 days")],
)
def test_ages(seconds: float, words: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), now=NOW) == words
