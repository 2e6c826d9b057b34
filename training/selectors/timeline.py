"""The line of promotions in time, and the versions beside it: refused ones, and those waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.db.models import F

from recognizer.models import ModelVersion, Promotion
from training.evaluation.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

METRICS = {
    f"{name}_{fact}": F(f"manifest__metrics__{name}__{fact}")
    for name in ("held_out", "mnist")
    for fact in ("accuracy", "n")
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A version's share read right of a set of n: of held-out people's drawings, or MNIST's."""

    share: float
    n: int
    is_held_out: bool

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share."""
        return wilson(round(self.share * self.n), self.n)


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which one version was live, from its promotion to the next, or to now."""

    promotion: Promotion
    number: int
    begins: datetime
    ends: datetime
    measured: Measured | None
    was_taken_back: bool
    is_now: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """A version that was never live: refused by the gate, or waiting."""

    number: int
    at: datetime
    measured: Measured | None
    is_refused: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """All spans, the oldest first, and the versions beside them."""

    spans: list[Span]
    beside: list[Beside]


def timeline(*, now: datetime) -> Timeline:
    """The line up to `now`; two queries, of which none reads a whole manifest."""
    versions = {
        row["pk"]: row
        for row in ModelVersion.objects.order_by("number")
        .annotate(**METRICS)
        .values("pk", "number", "created_at", "gate_verdict", *METRICS)
    }
    promotions = list(
        Promotion.objects.select_related("version", "by")
        .defer(*(f"version__{name}" for name in ModelVersion.HEAVY))
        .order_by("pk")
    )
    for row in versions.values():
        row["measured"] = measured(row)
    if any(row["measured"] and row["measured"].is_held_out for row in versions.values()):
        # Shares of MNIST lie elsewhere: beside people's they would tell of a fall or a rise.
        for row in versions.values():
            if row["measured"] and not row["measured"].is_held_out:
                row["measured"] = None
    return Timeline(_spans(promotions, versions, now), _beside(promotions, versions))


def _spans(
    promotions: Sequence[Promotion], versions: dict[int, dict[str, Any]], now: datetime
) -> list[Span]:
    """A time is no earlier than that of the promotion before, wherever a clock was put back."""
    times = list(accumulate([*(promotion.at for promotion in promotions), now], max))
    spans = []
    for place, promotion in enumerate(promotions):
        after = promotions[place + 1] if place + 1 < len(promotions) else None
        spans.append(
            Span(
                promotion=promotion,
                number=promotion.version.number,
                begins=times[place],
                ends=times[place + 1],
                measured=versions[promotion.version_id]["measured"],
                was_taken_back=after is not None and after.kind == Promotion.Kind.ROLLBACK,
                is_now=after is None,
            )
        )
    return spans


def _beside(promotions: Sequence[Promotion], versions: dict[int, dict[str, Any]]) -> list[Beside]:
    """Those never live; of the ones that may be, only what is newer than the live version."""
    live = promotions[-1].version.number if promotions else 0
    were_live = {promotion.version_id for promotion in promotions}
    found = []
    for key, row in versions.items():
        is_refused = row["gate_verdict"] == ModelVersion.GateVerdict.FAILED
        if key not in were_live and (is_refused or row["number"] > live):
            found.append(Beside(row["number"], row["created_at"], row["measured"], is_refused))
    return found


def measured(row: dict[str, Any]) -> Measured | None:
    """What a version is measured by: people where there are thirty drawings, MNIST otherwise."""
    for name, least in (("held_out", 30), ("mnist", 1)):
        share, n = row[f"{name}_accuracy"], row[f"{name}_n"]
        if share is not None and n and n >= least:
            return Measured(float(share), int(n), name == "held_out")
    return None
