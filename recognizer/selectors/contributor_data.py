"""Figures of all drawings of one contributor."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from recognizer.models import Contributor, Drawing
from recognizer.selectors import drawing_status

# Of the drawings that were read wrong, the newest so many are predicted again for the
# totals: a tenth of a second on one thread.
MAX_PREDICTED = 200
SHOWN = 5  # of a contributor's corrections

Review = Drawing.Review


@dataclass(frozen=True, slots=True)
class Totals:
    """How many drawings a contributor has, and how many of them are what.

    `checked` were reviewed, `learned` trained on, `misread` answered wrong, memory included, when
    they were drawn (at most `MAX_PREDICTED` are counted), and `improved` are read right now.
    """

    drawings: int
    checked: int
    learned: int
    misread: int
    improved: int


def corrections(contributor: Contributor) -> list[Drawing]:
    """The newest drawings that were answered wrong and are not rejected, with their status."""
    drawings = Drawing.objects.with_status().filter(contributor=contributor)
    misread = drawings.shown_right(right=False).exclude(review=Review.REJECTED)
    return list(
        misread.order_by("-created_at", "pk").defer("strokes", "canvas", "probabilities")[:SHOWN]
    )


def totals(contributor: Contributor) -> Totals:
    """The figures of a contributor's drawings, with the live version's predictions of today."""
    drawings = Drawing.objects.filter(contributor=contributor)
    checked = Q(review__in=[Review.ACCEPTED, Review.REJECTED])
    counts = drawings.aggregate(all=Count("pk"), checked=Count("pk", filter=checked))
    misread = list(
        drawings.shown_right(right=False)
        .order_by("-created_at")
        .only("pixels", "strokes", "label", "accepted_label")[:MAX_PREDICTED]
    )
    now = zip(misread, drawing_status.predictions_now(misread), strict=True)
    return Totals(
        drawings=counts["all"],
        checked=counts["checked"],
        learned=drawings.learned_from().count(),
        misread=len(misread),
        improved=sum(
            prediction is not None and drawing_status.is_right(drawing, prediction)
            for drawing, prediction in now
        ),
    )
