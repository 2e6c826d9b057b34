"""The circle at a glance: what waits at each of its stations, what is live, what is at work.

The numbers stand on every page of the staff, so they are few and cheap: five queries, of
which none reads ink, pictures or a manifest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, Q, When

from recognizer.models import Drawing, DrawingQuerySet, ModelVersion, Promotion
from training.models import TrainingRun
from training.selectors.runs import heartbeats
from training.selectors.runs.progress import RunProgress, progress_of


@dataclass(frozen=True, slots=True)
class Circle:
    """What is to be done where, at one moment.

    `waiting` drawings are to be reviewed; of them `disputed` were read as something else than
    their contributors say. `fresh` were accepted since the last run.
    `candidate` is the newest version that could take the live one's place, of `candidates`.
    """

    waiting: int
    disputed: int
    fresh: int
    candidates: int
    candidate: ModelVersion | None
    promotion: Promotion | None
    run: RunProgress | None
    last_run: TrainingRun | None
    heard: datetime | None
    now: datetime

    @property
    def live(self) -> ModelVersion | None:
        """The live version; None before the first."""
        return self.promotion.version if self.promotion else None

    @property
    def is_silent(self) -> bool:
        """Whether a worker was heard once, and is heard no more."""
        return self.heard is not None and not heartbeats.is_fresh(self.heard, now=self.now)


def circle(*, now: datetime) -> Circle:
    """The circle as it is at `now`."""
    promotion = newest_promotion()
    candidates = _candidates(promotion)
    last = _last_run(now)
    active = last if last and last.is_active else None
    waiting = _waiting()
    return Circle(
        waiting=waiting["all"],
        disputed=waiting["disputed"],
        fresh=newly_accepted(last, now=now).count(),
        candidates=len(candidates),
        candidate=candidates[0] if candidates else None,
        promotion=promotion,
        run=progress_of(active, now=now) if active else None,
        last_run=last,
        heard=_heard(active),
        now=now,
    )


def _last_run(now: datetime) -> TrainingRun | None:
    """The run at work or waiting; without one the newest that was asked for."""
    runs = TrainingRun.objects
    rows = runs.active() | runs.asked_for_by(now + heartbeats.SILENT)
    at_work_first = Case(When(status__in=TrainingRun.ACTIVE, then=0), default=1)
    return rows.defer("history", "dataset").order_by(at_work_first, "-pk").first()


def newest_promotion() -> Promotion | None:
    """The promotion by which a version is live now, with that version less its manifest."""
    rows = Promotion.objects.select_related("version", "by")
    return rows.defer(*(f"version__{name}" for name in ModelVersion.HEAVY)).order_by("-pk").first()


def newly_accepted(last: TrainingRun | None, *, now: datetime) -> DrawingQuerySet:
    """Drawings accepted since a run was asked for, or ever; as the trigger by count sees them."""
    since = last.created_at if last else None
    return Drawing.objects.accepted_since(since, until=now + heartbeats.SILENT)


def _candidates(promotion: Promotion | None) -> list[ModelVersion]:
    """Versions newer than the live one that were never promoted and may be; the newest first."""
    newer = Q(number__gt=promotion.version.number) if promotion else Q()
    rows = ModelVersion.objects.filter(newer, promotions=None).exclude(
        gate_verdict=ModelVersion.GateVerdict.FAILED
    )
    return list(rows.defer(*ModelVersion.HEAVY).order_by("-number")[:100])


def _waiting() -> dict[str, Any]:
    rows = Drawing.objects.waiting().judged().order_by()
    return rows.aggregate(
        all=Count("*"), disputed=Count("review", filter=~Q(true_label=F("answered")))
    )


def _heard(active: TrainingRun | None) -> datetime | None:
    moments = [heartbeats.message_came(), active.heartbeat_at if active else None]
    return max((moment for moment in moments if moment), default=None)
