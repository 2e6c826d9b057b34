"""How often visitors correct an answer, over time, and whether that rose beyond chance.

An answer counts once its visitor has said what the drawing is; what a reviewer refused tells
nothing of the answer. Both are counted by the hour in one query.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import CharField, Count, F, Q
from django.db.models.functions import Cast, Substr
from django.utils import timezone

from digitsite.database.counted import Counted
from recognizer.models import Drawing
from training.evaluation import chance
from training.evaluation.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# For so long a count of weeks that are over is shown again.
COUNTED_SECONDS = 300
SHOWN = timedelta(days=60)
WINDOW = timedelta(days=7)
# What the newest answers are compared with.
BASELINE = timedelta(days=28)
# Below so many answers nothing is said; above, a rise counts at this chance or less. It is
# looked at every day, so one in twenty would call wolf every month.
FEWEST = 30
ALPHA = 0.01


@dataclass(frozen=True, slots=True)
class Answers:
    """How many answers were judged by their visitors, and how many of them corrected."""

    n: int = 0
    corrected: int = 0

    def __add__(self, other: Answers) -> Answers:
        return Answers(self.n + other.n, self.corrected + other.corrected)

    @property
    def share(self) -> float:
        """The share corrected; 0 of none."""
        return self.corrected / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share."""
        return wilson(self.corrected, self.n)


@dataclass(frozen=True, slots=True)
class Point:
    """The answers of the week that ends at `at`."""

    at: datetime
    answers: Answers


@dataclass(frozen=True, slots=True)
class Rise:
    """The newest answers beside those before: how likely chance alone would do as much."""

    since: datetime
    now: Answers
    before: Answers
    chance: float | None  # None where they are too few

    @property
    def is_alarming(self) -> bool:
        """Whether more are corrected than before, beyond chance."""
        return self.chance is not None and self.chance <= ALPHA


def lately(*, now: datetime) -> dict[datetime, Answers]:
    """The answers of each hour that is looked at: the last week's as they are, those of the
    weeks before as they were a while ago, where they are many.
    """
    week = _week_before(now)
    counted_for, before = BEFORE.get()
    if counted_for != week:  # midnight was since
        before = by_hour(since=week - SHOWN, until=week)
    return before | by_hour(since=week, until=now)


def _week_before(now: datetime) -> datetime:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - WINDOW


def _before() -> tuple[datetime, dict[datetime, Answers]]:
    """The answers of the weeks before the last, and when that began."""
    week = _week_before(timezone.now())
    return week, by_hour(since=week - SHOWN, until=week)


BEFORE = Counted("answers-before", _before, seconds=COUNTED_SECONDS)


def by_hour(*, since: datetime, until: datetime) -> dict[datetime, Answers]:
    """The answers of each hour that had any, by its beginning."""
    rows = (
        Drawing.objects.judged()
        .filter(created_at__gte=since, created_at__lte=until)
        .exclude(label="")
        .exclude(review=Drawing.Review.REJECTED)
        .exclude(source=Drawing.Source.IMPORT)
        .order_by()
        .values(hour=Substr(Cast("created_at", CharField()), 1, 13))
        .annotate(n=Count("*"), right=Count("review", filter=Q(true_label=F("shown"))))
    )
    return {_hour(row["hour"]): Answers(row["n"], row["n"] - row["right"]) for row in rows}


def _hour(written: str) -> datetime:
    """An hour as both databases write it, such as "2026-11-29 16"; they keep UTC."""
    return datetime.strptime(written, "%Y-%m-%d %H").replace(tzinfo=UTC)


def weekly(hours: Mapping[datetime, Answers], *, since: datetime, until: datetime) -> list[Point]:
    """For each day from `since` on, and for `until`, the answers of the week up to then.

    Days before the first answer have no point, nor has a week without any.
    """
    days: list[datetime] = []
    day = since
    while day < until:
        days.append(day)
        day += timedelta(days=1)
    points = [Point(day, between(hours, day - WINDOW, day)) for day in [*days, until]]
    return [point for point in points if point.answers.n]


def between(hours: Mapping[datetime, Answers], since: datetime, until: datetime) -> Answers:
    """The answers of the hours that begin in [since, until)."""
    return total(answers for hour, answers in hours.items() if since <= hour < until)


def total(answers: Iterable[Answers]) -> Answers:
    """All of them together."""
    return sum(answers, Answers())


def rise_of(hours: Mapping[datetime, Answers], *, promoted: datetime | None, now: datetime) -> Rise:
    """Whether more is corrected than before: since the newest promotion, at most of a week.

    Where that is too young for `FEWEST` answers, of the whole week.
    """
    week = now - WINDOW
    since = max(week, promoted or week)
    newest = between(hours, since, now)
    if newest.n < FEWEST:
        since = week
        newest = between(hours, since, now)
    before = between(hours, since - BASELINE, since)
    likely = None
    if min(newest.n, before.n) >= FEWEST:
        likely = chance.rise(newest.corrected, newest.n, before.corrected, before.n)
    return Rise(since, newest, before, likely)
