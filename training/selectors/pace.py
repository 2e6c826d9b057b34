"""How long a reviewer takes for a drawing, by the decisions of late."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from recognizer.models import Review

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User

LOOKED_AT = 200
FEWEST = 10
# A longer pause is no decision but a break.
BREAK = timedelta(seconds=60)


def pace_of(user: User) -> float | None:
    """The seconds that somebody takes for a drawing; None where too little is known."""
    rows = Review.objects.filter(reviewer=user).exclude(kind=Review.Kind.UNDO)
    return pace(list(rows.order_by("-pk").values_list("at", flat=True)[:LOOKED_AT]))


def pace(moments: Sequence[datetime]) -> float | None:
    """The middle of the times between decisions, in seconds, of the newest first.

    Many decided in one act came at one moment, and count as one.
    """
    gaps = [(after - before) for after, before in pairwise(moments)]
    at_work = [gap.total_seconds() for gap in gaps if timedelta(0) < gap <= BREAK]
    return median(at_work) if len(at_work) >= FEWEST else None
