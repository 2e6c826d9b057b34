"""What is to be reviewed, by whom and in which order; and what somebody has just reviewed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from recognizer.models import Contributor, Drawing, DrawingQuerySet, Review
from recognizer.services.roles import Role, has_role
from training.selectors import informative

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User

State, Opinion = Drawing.Review, Drawing.Opinion
OLDEST, INFORMATIVE, ERRORS = "oldest", "informative", "errors"
ORDERS = (INFORMATIVE, OLDEST, ERRORS)
HAND = 8
POOL = 2


def waiting_for(user: User) -> DrawingQuerySet:
    """Drawings that wait for a word that this user may give, in no order."""
    rows = Drawing.objects.filter(review=State.PENDING)
    mine = Review.objects.filter(
        drawing=OuterRef("pk"), reviewer=user, kind=Review.Kind.FIRST, undone_by=None
    )
    opinions = [Opinion.FIRST, Opinion.SECOND]
    if has_role(user, Role.TRAINER):
        opinions.append(Opinion.THIRD)
    rows = rows.filter(opinion__in=opinions)
    return rows.exclude(Q(opinion=Opinion.SECOND) & Q(Exists(mine)))


def suspected(user: User) -> DrawingQuerySet:
    """Accepted drawings that were read as something else, and that this user has not judged.

    They were read when they came, so by a version that had never learned from them.
    """
    judged = Review.objects.filter(drawing=OuterRef("pk"), reviewer=user, undone_by=None)
    rows = Drawing.objects.accepted_as_other().filter(is_gold=False)
    return rows.filter(~Exists(judged))


def queue(
    user: User, *, order: str, count: int, contributor: uuid.UUID | None = None
) -> list[uuid.UUID]:
    """The next drawings to review, as keys; `count` at most.

    The most informative come first where the network and the contributor differ, the surest
    of its answers first; of the others, the least sure are read once more by the live version,
    `POOL` times as many as are wanted, and come as `informative.ranked` has them. In the order
    of suspected errors the accepted ones are looked at again.
    """
    waiting = waiting_for(user)
    if contributor:
        waiting = waiting.filter(contributor=contributor)
    if order == ERRORS:
        rows = suspected(user)
        if contributor:
            rows = rows.filter(contributor=contributor)
        return _keys(rows.order_by("-confidence"), count)
    if order == OLDEST:
        return _keys(waiting.order_by("created_at", "pk"), count)
    disputed = _keys(waiting.read_right(right=False).order_by("-confidence"), count)
    left = count - len(disputed)
    if not left:
        return disputed
    rest = waiting.exclude(pk__in=disputed).order_by("confidence").only(*informative.FIELDS)
    return disputed + informative.ranked(list(rest[: POOL * left]))[:left]


def slipped_in(user: User, keys: list[uuid.UUID], *, percent: int) -> list[uuid.UUID]:
    """The keys with golden drawings among them that this user has not judged, one in so many."""
    if not percent:
        return keys
    every = max(1, 100 // percent - 1)
    judged = Review.objects.filter(
        drawing=OuterRef("pk"), reviewer=user, kind=Review.Kind.GOLD, undone_by=None
    )
    rows = Drawing.objects.accepted().filter(is_gold=True).exclude(Exists(judged))
    golden = _keys(rows.order_by("pk"), len(keys) // every)
    found = list(keys)
    for number, key in enumerate(golden, start=1):
        found.insert(number * every + number - 1, key)
    return found


def _keys(rows: QuerySet[Drawing], count: int) -> list[uuid.UUID]:
    return list(rows.values_list("pk", flat=True)[:count]) if count > 0 else []


def drawings_of(keys: Iterable[uuid.UUID]) -> list[Drawing]:
    """The drawings of these keys that there are, in their order, with contributor and version."""
    wanted = list(keys)
    rows = Drawing.objects.select_related("contributor__user", "version")
    rows = rows.defer("version__manifest", "version__gate_report")
    found = rows.in_bulk(wanted)
    return [found[key] for key in wanted if key in found]


@dataclass(frozen=True, slots=True)
class Record:
    """How often a contributor's labels were what reviewers decided, of how many."""

    agreed: int = 0
    total: int = 0


def agreed() -> dict[str, Count]:
    """Counts of drawings: `total` have a label that reviewers judged, `agreed` one they shared."""
    judged = Q(review__in=[State.ACCEPTED, State.REJECTED]) & ~Q(label="")
    shared = Q(review=State.ACCEPTED, accepted_label=F("label"))
    return {
        "total": Count("review", filter=judged),
        "agreed": Count("review", filter=judged & shared),
    }


def records(contributors: Iterable[uuid.UUID]) -> dict[uuid.UUID, Record]:
    """The contributors' records, by who they are: a person's drawings are few beside all."""
    rows = Drawing.objects.filter(contributor__in=set(contributors)).order_by()
    counts = agreed()
    found = rows.values_list("contributor").annotate(shared=counts["agreed"], total=counts["total"])
    return {key: Record(shared, total) for key, shared, total in found}


def hands(contributors: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Drawing]]:
    """The contributors' newest drawings, `HAND` of each at most.

    Of somebody with thousands only so many are looked at: since when there are that many is
    asked first, which an index tells.
    """
    theirs = Drawing.objects.filter(contributor=OuterRef("pk")).order_by("-created_at")
    since = Contributor.objects.filter(pk__in=set(contributors)).values_list(
        "pk", Subquery(theirs.values("created_at")[HAND - 1 : HAND])
    )
    wanted = [
        Q(contributor=key, created_at__gte=moment) if moment else Q(contributor=key)
        for key, moment in since.order_by()
    ]
    found: dict[uuid.UUID, list[Drawing]] = {}
    if wanted:
        rows = Drawing.objects.filter(Q(*wanted, _connector=Q.OR))
        for drawing in rows.defer("probabilities", "canvas").order_by("-created_at", "pk"):
            found.setdefault(drawing.contributor_id, []).append(drawing)
    return {key: drawings[:HAND] for key, drawings in found.items()}


def last_reviews(user: User, *, count: int) -> list[Review]:
    """The user's last reviews that stand, with their drawings, the newest first."""
    rows = Review.objects.filter(reviewer=user, undone_by=None).exclude(kind=Review.Kind.UNDO)
    rows = rows.select_related("drawing").defer("drawing__probabilities", "drawing__canvas")
    return list(rows.order_by("-pk")[:count])


def first_words(drawings: Iterable[Drawing]) -> dict[uuid.UUID, list[Review]]:
    """What was said of drawings so far and stands, the oldest first."""
    rows = Review.objects.filter(drawing__in=[drawing.pk for drawing in drawings], undone_by=None)
    rows = rows.exclude(kind__in=[Review.Kind.UNDO, Review.Kind.GOLD]).select_related("reviewer")
    found: dict[uuid.UUID, list[Review]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(row.drawing_id, []).append(row)
    return found
