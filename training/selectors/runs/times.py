"""How long a run takes, by the runs before it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from training.models import TrainingRun

if TYPE_CHECKING:
    from collections.abc import Sequence

LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class Expected:
    """The seconds that a run should take: the middle, the least and the most of `runs` before."""

    seconds: float
    least: float
    most: float
    runs: int


def past_seconds(*, mode: str, epochs: int) -> list[float]:
    """What the last whole runs of a mode took, brought to so many epochs; the newest first.

    A run that lost a worker or was resumed is left out: it took as long as nobody noticed.
    """
    ended = [TrainingRun.Status.CANDIDATE, TrainingRun.Status.REJECTED]
    rows = TrainingRun.objects.filter(mode=mode, status__in=ended, attempt=1)
    rows = rows.exclude(started_at=None).exclude(finished_at=None)
    past = rows.values_list("started_at", "finished_at", "epochs", "history", "log")[:LOOKED_AT]
    return [
        scaled(
            whole=(finished - started).total_seconds(),
            learning=sum(epoch.get("seconds", 0.0) for epoch in history),
            epochs=learned,
            wanted=epochs,
        )
        for started, finished, learned, history, log in past
        if started and finished and all(entry["what"] != "resumed" for entry in log)
    ]


def scaled(*, whole: float, learning: float, epochs: int, wanted: int) -> float:
    """A run's seconds, had it had `wanted` epochs: what is not `learning` stays as it was."""
    learning = min(whole, learning)
    return whole - learning + learning * wanted / epochs


def expected(past: Sequence[float]) -> Expected | None:
    """What the next run should take; None where nothing is known."""
    if not past:
        return None
    return Expected(median(past), min(past), max(past), len(past))
