"""Runs as the studio lists them, with what each became; the newest first, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recognizer.models import ModelVersion
from training.models import TrainingRun

if TYPE_CHECKING:
    from training.models import TrainingRunQuerySet

A_PAGE = 30


def runs() -> TrainingRunQuerySet:
    """All runs with the versions they began with and became, less what is heavy of them."""
    heavy = [
        f"{version}__{name}" for version in ("candidate", "champion") for name in ModelVersion.HEAVY
    ]
    return TrainingRun.objects.select_related("candidate", "champion").defer("log", *heavy)


def page_of_runs(before: int | None, *, count: int = A_PAGE) -> list[TrainingRun]:
    """So many runs before one of that number, or the newest; one more where there are more."""
    rows = runs() if before is None else runs().filter(pk__lt=before)
    return list(rows.order_by("-pk")[: count + 1])


def earlier_histories(run: TrainingRun, *, count: int = 3) -> list[list[dict[str, float]]]:
    """The epochs of the last runs before one, of its mode, that became a version."""
    rows = TrainingRun.objects.filter(pk__lt=run.pk, mode=run.mode).exclude(candidate=None)
    return list(rows.order_by("-pk").values_list("history", flat=True)[:count])
