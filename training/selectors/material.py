"""What a run would learn from and be judged on if it began now: counts by digit and source."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from digitsite.database.counted import Counted
from recognizer.labels import LABELS
from recognizer.models import Contributor, Drawing
from training.data.held_out import held_out_of
from training.evaluation.counts import smallest_difference
from training.selectors.circle import newly_accepted

if TYPE_CHECKING:
    import uuid

    from training.models import TrainingRun

MNIST_TRAINING = 60_000
# For so long a count of the whole table is shown again, where it takes long.
COUNTED_SECONDS = 300


@dataclass(slots=True)
class Part:
    """So many drawings, of which so many are new."""

    n: int = 0
    fresh: int = 0


@dataclass(frozen=True, slots=True)
class Material:
    """The drawings that a run would take. `wrong` of the `fresh` were read wrong when drawn.

    `smallest` is the least net loss, of the `held_out` drawings, that the gate would call
    worse; None where they are too few to decide anything.
    """

    labels: dict[str, Part]
    sources: dict[str, Part]
    total: Part
    people: int
    fresh_people: int
    wrong: int
    held_out: int
    held_out_people: int
    smallest: int | None
    mnist: int = field(default_factory=lambda: settings.TRAIN_MNIST_LIMIT or MNIST_TRAINING)

    @property
    def learned(self) -> int:
        """How many images it would learn from, MNIST's among them."""
        return self.mnist + self.total.n - self.held_out


def material(last: TrainingRun | None, *, now: datetime) -> Material:
    """The material at `now`; new is what was accepted since the run `last` was asked for.

    What is new is counted each time; all that there is may be counted a while ago.
    """
    new = newly_accepted(last, now=now)
    parts = (
        new.judged()
        .order_by()
        .values_list("accepted_label", "source")
        .annotate(n=Count("*"), wrong=Count("review", filter=~Q(true_label=F("answered"))))
    )
    labels = {label: Part() for label in LABELS}
    sources: dict[str, Part] = defaultdict(Part)
    total, wrong = Part(), 0
    for label, source, n, read_wrong in parts:
        for part in (labels[label], sources[source], total):
            part.fresh += n
        wrong += read_wrong
    everything = TRAINABLE.get()
    for (label, source), n in everything.parts.items():
        for part in (labels[label], sources[source], total):
            part.n += n
    for part in (*labels.values(), *sources.values(), total):
        part.n = max(part.n, part.fresh)
    fresh_people = new.order_by().aggregate(n=Count("contributor", distinct=True))["n"]
    return Material(
        labels=labels,
        sources=dict(sources),
        total=total,
        people=max(everything.people, fresh_people),
        fresh_people=fresh_people,
        wrong=wrong,
        held_out=everything.held_out,
        held_out_people=everything.held_out_people,
        smallest=smallest_difference(everything.held_out),
    )


def trainable_total() -> int:
    """How many drawings may be learned from, as counted a while ago where they are many."""
    return sum(TRAINABLE.get().parts.values())


@dataclass(frozen=True, slots=True)
class Trainable:
    """All trainable drawings by (label, source), by how many people, and how many are held out."""

    parts: dict[tuple[str, str], int]
    people: int
    held_out: int
    held_out_people: int


def _count() -> Trainable:
    rows = Drawing.objects.trainable().order_by()
    parts = rows.values_list("accepted_label", "source").annotate(n=Count("*"))
    # Counted person by person, as an index has them; with what is counted in the filter a
    # database would look for it first and sort all of it.
    trainable = Q(review=Drawing.Review.ACCEPTED, consent=True, is_gold=False)
    people = (
        Drawing.objects.exclude(contributor__in=Contributor.objects.filter(blocked=True))
        .order_by()
        .values_list("contributor_id")
        .annotate(n=Count("review", filter=trainable))
        .filter(n__gt=0)
    )
    by_person = dict(people)
    held_out = held_out_of({*by_person})
    return Trainable(
        {(label, source): n for label, source, n in parts},
        len(by_person),
        sum(by_person[person] for person in held_out),
        len(held_out),
    )


TRAINABLE = Counted("trainable", _count, seconds=COUNTED_SECONDS)


def newest_by_label(last: TrainingRun | None, *, now: datetime, most: int) -> list[uuid.UUID]:
    """The ids of the newly accepted drawings, the newest of each label, at most so many of one."""
    order = Window(RowNumber(), partition_by=F("accepted_label"), order_by=F("reviewed_at").desc())
    rows = newly_accepted(last, now=now).order_by().annotate(place=order).filter(place__lte=most)
    return list(rows.values_list("pk", flat=True))
