"""How far reviewers agree with what is known, and with each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recognizer.models import Review

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable, Sequence

Kind = Review.Kind
# The newest pairs; those of before say less of how somebody reviews now.
MOST = 2_000
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `n` drawings that were judged twice, `same` alike; `kappa` is what is beyond chance.

    It is None where it says nothing: without a pair, or where both always say one thing.
    """

    n: int
    same: int
    kappa: float | None


def cohens_kappa(pairs: Sequence[Pair]) -> float | None:
    """Cohen's kappa (1960) of two judges' words: 1 is agreement, 0 what chance alone would do."""
    n = len(pairs)
    if not n:
        return None
    one, other = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum(a == b for a, b in pairs) / n
    expected = sum(one[word] * other[word] for word in one) / n**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def agreements() -> dict[int, Agreement]:
    """By reviewer: golden drawings against their labels, and first opinions against second ones."""
    pairs: dict[int, list[Pair]] = {}
    for reviewer, pair in (*_golden(), *_second()):
        pairs.setdefault(reviewer, []).append(pair)
    return {
        reviewer: Agreement(len(found), sum(a == b for a, b in found), cohens_kappa(found))
        for reviewer, found in pairs.items()
    }


def _golden() -> Iterable[tuple[int, Pair]]:
    rows = Review.objects.filter(kind=Kind.GOLD, undone_by=None, reviewer__isnull=False)
    rows = rows.select_related("drawing").only(
        "reviewer", "decision", "label", "drawing__accepted_label"
    )
    for row in rows.order_by("-pk")[:MOST]:
        yield row.reviewer_id, (_word(row), row.drawing.accepted_label)


def _second() -> Iterable[tuple[int, Pair]]:
    """Each first opinion that has a second one, seen from both sides."""
    rows = Review.objects.filter(kind__in=[Kind.FIRST, Kind.SECOND], undone_by=None)
    judged_twice = Review.objects.filter(kind=Kind.SECOND, undone_by=None).order_by("-pk")
    twice = list(judged_twice.values_list("drawing", flat=True)[:MOST])
    firsts: dict[uuid.UUID, Review] = {}
    for row in rows.filter(drawing__in=twice).order_by("pk"):
        if row.kind == Kind.FIRST:
            firsts[row.drawing_id] = row
        elif first := firsts.get(row.drawing_id):
            pair = (_word(first), _word(row))
            for reviewer, seen in ((first.reviewer_id, pair), (row.reviewer_id, pair[::-1])):
                if reviewer is not None:
                    yield reviewer, seen


def _word(row: Review) -> str:
    return row.label or "reject"
