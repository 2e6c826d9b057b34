"""The audit, searched: decisions of one stroke together, the newest first, page by page."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q

from recognizer.labels import LABELS
from recognizer.models import Audit

if TYPE_CHECKING:
    from django.db.models import QuerySet

What = Audit.What
ROWS = 60
# What a reader looks for, and the decisions that belong to it.
KINDS = {
    "labels": (What.LABEL, What.REVIEW, What.UNDO, What.DELETE),
    "runs": (What.RUN, What.CANCEL),
    "versions": (What.PROMOTION, What.ROLLBACK),
    "people": (What.BLOCK, What.CAP, What.TRUST, What.FORGET),
    "roles": (What.ROLE, What.TOKEN),
}
MAX_WORDS = 8
# Of rows that no index finds, a page looks at so many.
LOOKED_AT = 100_000
# Beyond it no database has a number.
MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Act:
    """What was decided at one stroke: its first row, and how many there are of it."""

    row: Audit
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some acts or none, and the key before which the next page's rows lie; None on the last."""

    acts: list[Act]
    before: int | None


def decisions(*, text: str = "", kind: str = "", before: int | None = None) -> Page:
    """The audit's newest rows that fit, less those from `before` on.

    The words of `text` must all fit: `who:noa`, `label:4`, `version:61`, `run:118`, a
    drawing's key, or a part of the reason.
    """
    rows: QuerySet[Audit] = Audit.objects.select_related("by", "drawing", "contributor", "account")
    rows = rows.defer("drawing__probabilities", "drawing__canvas").order_by("-pk")
    rows = _found(rows, text, kind)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    end = _end_of_look(text, before)
    found = list(rows.filter(pk__gte=end)[: ROWS + 1]) if end else list(rows[: ROWS + 1])
    is_last = len(found) <= ROWS
    acts: dict[uuid.UUID, Audit] = {}
    for row in found[:ROWS]:
        acts.setdefault(row.act, row)
    sizes = _sizes(list(acts))
    return Page(
        [Act(row, sizes.get(act, 1)) for act, row in acts.items()],
        (end or None) if is_last else _first_of(found[ROWS - 1]),
    )


def _end_of_look(text: str, before: int | None) -> int:
    """The row as far as which a page looks; 0 is the first, for what an index finds.

    Of other words each row has to be read: a page looks at `LOOKED_AT`, and the next goes on.
    """
    if all(_has_index(word) for word in text.split()[:MAX_WORDS]):
        return 0
    end = (before or total() + 1) - LOOKED_AT
    oldest = Audit.objects.order_by("pk").values_list("pk", flat=True).first()
    return end if oldest is not None and end > oldest else 0


def _has_index(word: str) -> bool:
    name, _colon, value = word.partition(":")
    is_named = name in ("who", "version", "run") and bool(value)
    return is_named or _key(word) is not None


def total() -> int:
    """How many rows there are, as they are numbered: none is ever deleted."""
    newest = Audit.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def _found(rows: QuerySet[Audit], text: str, kind: str) -> QuerySet[Audit]:
    if kind in KINDS:
        rows = rows.filter(what__in=KINDS[kind])
    for word in text.split()[:MAX_WORDS]:
        rows = rows.filter(_fitting(word))
    return rows


def _fitting(word: str) -> Q:
    name, _colon, value = word.partition(":")
    is_number = value.isdecimal() and len(value) <= MAX_DIGITS
    if name == "who" and value:
        return Q(by__username__iexact=value)
    if name == "label" and value in LABELS:
        return Q(after__label=value) | Q(after__said=value) | Q(after__claimed=value)
    if name == "version" and is_number:
        return Q(what__in=KINDS["versions"], number=int(value))
    if name == "run" and is_number:
        return Q(what__in=KINDS["runs"], number=int(value))
    if key := _key(word):
        return Q(drawing=key) | Q(contributor=key) | Q(act=key)
    return Q(why__icontains=word)


def _key(word: str) -> uuid.UUID | None:
    with suppress(ValueError):
        return uuid.UUID(word)
    return None


def _sizes(acts: list[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = Audit.objects.filter(act__in=acts).order_by().values_list("act")
    return dict(rows.annotate(count=Count("*")))


def _first_of(row: Audit) -> int:
    """The first row of the act of a page's last: the rest of it is not shown twice."""
    first: int = Audit.objects.filter(act=row.act).aggregate(first=Min("pk"))["first"]
    return min(first, row.pk)
