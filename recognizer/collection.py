"""All drawings of one contributor: how many, what became of them, everything that is held."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, Q

from recognizer import fate, serializers
from recognizer.models import Contributor, Drawing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import User

# Of the drawings that were read wrong, the newest so many are read again for the
# totals: a tenth of a second on one thread.
MOST_REREAD = 200
# Rows in memory while they are written out.
EXPORTED_AT_ONCE = 100

Review = Drawing.Review


@dataclass(frozen=True, slots=True)
class Totals:
    """`improved` were read wrong when they were drawn, and are read right now."""

    drawings: int
    checked: int
    learned: int
    misread: int
    improved: int


def totals(contributor: Contributor) -> Totals:
    drawings = Drawing.objects.filter(contributor=contributor)
    checked = Q(review__in=[Review.ACCEPTED, Review.REJECTED])
    counts = drawings.aggregate(all=Count("pk"), checked=Count("pk", filter=checked))
    misread = list(
        drawings.read_right(right=False)
        .order_by("-created_at")
        .only("pixels", "label", "accepted_label")[:MOST_REREAD]
    )
    now = zip(misread, fate.read_all_now(misread), strict=True)
    return Totals(
        drawings=counts["all"],
        checked=counts["checked"],
        learned=drawings.learned_from().count(),
        misread=len(misread),
        improved=sum(read is not None and fate.is_right(drawing, read) for drawing, read in now),
    )


def export(contributor: Contributor | None, account: User | None) -> Iterator[str]:
    """Everything held of the drawings, the oldest first: one line of JSON each.

    Before them, where there is one, the account.
    """
    if account is not None:
        yield _line({"account": _account(account)})
    if contributor is None:
        return
    rows = Drawing.objects.with_fate().filter(contributor=contributor).order_by("created_at")
    stored = rows.iterator(chunk_size=EXPORTED_AT_ONCE)
    while drawings := list(islice(stored, EXPORTED_AT_ONCE)):
        for drawing, now in zip(drawings, fate.read_all_now(drawings), strict=True):
            yield _line(held(drawing, now))


def _line(values: dict[str, Any]) -> str:
    return json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"


def _account(user: User) -> dict[str, Any]:
    """All but the password, which is kept as a hash."""
    return {
        "name": user.get_username(),
        "made_at": user.date_joined,
        "last_sign_in_at": user.last_login,
    }


def held(drawing: Drawing, now: fate.Now | None) -> dict[str, Any]:
    """One drawing as the API tells of it, and with it the ink or image and what was seen."""
    return {
        **serializers.DrawingSerializer(drawing).data,
        "now": now,
        "fate": fate.told(drawing, now),
        "strokes": drawing.strokes,
        "canvas": drawing.canvas,
        "image": _image(drawing),
        "seen": list(bytes(drawing.pixels)),
        "normalisation": drawing.normalisation,
    }


def _image(drawing: Drawing) -> str | None:
    """The uploaded image as it came, in base64."""
    if not drawing.image:
        return None
    try:
        with drawing.image.open() as file:
            return base64.b64encode(file.read()).decode()
    except OSError:  # what is lost cannot be handed over, and is no reason to keep the rest
        return None
