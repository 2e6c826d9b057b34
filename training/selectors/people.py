"""Contributors as the staff look at them: their ink, their record, their share, what they touch."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q

from recognizer.models import Contributor, Drawing, DrawingUse, ModelVersion
from training.selectors import review_queue
from training.selectors.material import trainable_total
from training.selectors.review_queue import Record

CARDS = 24
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Person:
    """A contributor: `drawn` drawings, of which `week` in the last seven days; `trainable` of
    the site's `all_trainable` may be learned from.
    """

    contributor: Contributor
    hand: list[Drawing]
    record: Record
    drawn: int
    week: int
    last: datetime | None
    trainable: int
    all_trainable: int

    @property
    def share(self) -> float:
        """Their share of what is learned from, in [0, 1], before any cap."""
        return self.trainable / self.all_trainable if self.all_trainable else 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """Some people, and where the next page begins; "" on the last."""

    people: list[Person]
    after: str


@dataclass(frozen=True, slots=True)
class Touched:
    """What forgetting somebody touches: drawings, and the versions that learned from them."""

    drawings: int
    versions: list[int]
    live: int | None

    @property
    def is_live_touched(self) -> bool:
        """Whether the version that answers now is one of them."""
        return self.live in self.versions


def people(*, now: datetime, after: str = "", blocked: bool = False) -> Page:
    """Contributors with drawings, those with the most first; `after` is a page's own."""
    rows = Contributor.objects.select_related("user").filter(stored_drawings__gt=0)
    if blocked:
        rows = rows.filter(blocked=True)
    if place := _place(after):
        count, key = place
        rows = rows.filter(Q(stored_drawings__lt=count) | Q(stored_drawings=count, pk__gt=key))
    found = list(rows.order_by("-stored_drawings", "pk")[: CARDS + 1])
    shown, more = found[:CARDS], found[CARDS:]
    end = f"{shown[-1].stored_drawings}-{shown[-1].pk}" if more else ""
    return Page(_people(shown, now), end)


def person(contributor: Contributor, *, now: datetime) -> Person:
    """One contributor."""
    return _people([contributor], now)[0]


def _people(contributors: list[Contributor], now: datetime) -> list[Person]:
    keys = [contributor.pk for contributor in contributors]
    hands, sums, total = review_queue.hands(keys), _sums(keys, now), trainable_total()
    people = []
    for contributor in contributors:
        found = sums.get(contributor.pk, NOTHING)
        people.append(
            Person(
                contributor,
                hands.get(contributor.pk, []),
                Record(found["agreed"], found["total"]),
                found["drawn"],
                found["week"],
                found["last"],
                0 if contributor.blocked else found["trainable"],
                total,
            )
        )
    return people


NOTHING: dict[str, Any] = dict.fromkeys(("agreed", "total", "drawn", "week", "trainable"), 0)
NOTHING["last"] = None


def _sums(keys: list[uuid.UUID], now: datetime) -> dict[uuid.UUID, dict[str, Any]]:
    """All that is counted of each contributor's drawings, in one walk through an index.

    What is counted is said in the counts and not in the filter: by a state a database would
    rather look for all drawings in it.
    """
    trainable = Q(review=Drawing.Review.ACCEPTED, consent=True, is_gold=False)
    rows = Drawing.objects.filter(contributor__in=keys).order_by().values("contributor")
    found = rows.annotate(
        drawn=Count("*"),
        week=Count("created_at", filter=Q(created_at__gt=now - WEEK)),
        last=Max("created_at"),
        trainable=Count("review", filter=trainable),
        **review_queue.agreed(),
    )
    return {row["contributor"]: dict(row) for row in found}


def touched(contributor: Contributor) -> Touched:
    """What forgetting a contributor would touch."""
    uses = DrawingUse.objects.filter(
        drawing__contributor=contributor, role=DrawingUse.Role.TRAIN
    ).order_by()
    numbers = uses.values_list("version__number", flat=True).distinct()
    live = ModelVersion.objects.live()
    return Touched(contributor.drawings.count(), sorted(numbers), live.number if live else None)


def _place(after: str) -> tuple[int, uuid.UUID] | None:
    count, _dash, key = after.partition("-")
    try:
        return (int(count), uuid.UUID(key)) if count.isdecimal() and len(count) < 18 else None
    except ValueError:
        return None
