"""The rows that the pictures in docs/img show: drawings, reviewed and learned from, and what is
shown of a demo site."""

from __future__ import annotations

from typing import Any

from tests.support.drawings import CANVAS, DOUBTFUL

DEMO = 300  # drawings of the demo site
ACCEPTED, LEARNED = 7, 4  # of the drawings, the oldest first


def bodies() -> list[dict[str, Any]]:
    """Ten digits and one that can be taken for another, as the API takes them."""
    from recognizer.selectors import prototypes

    ten = [
        {
            "strokes": prototypes.strokes(digit, digit, 0),
            "canvas": prototypes.CANVAS,
            "label": digit,
        }
        for digit in range(10)
    ]
    return [*ten, {"strokes": DOUBTFUL, "canvas": CANVAS, "label": 1}]


def review_and_learn() -> None:
    """Reviews the newest contributor's drawings, and has a second version learn from a few.

    All but one of those reviewed are accepted.
    """
    from django.contrib.auth.models import User

    from recognizer.models import Drawing, DrawingUse
    from recognizer.services import versions
    from recognizer.services.reviews import drawing_review
    from recognizer.serving import artifacts

    reviewer = User.objects.create_superuser("reviewer")
    newest = Drawing.objects.latest("created_at").contributor
    drawings = list(newest.drawings.order_by("created_at"))
    for number, drawing in enumerate(drawings[: ACCEPTED + 1]):
        decision = "accept" if number < ACCEPTED else "reject"
        drawing_review(drawing=drawing, decision=decision, reviewer=reviewer)
    place, manifest = artifacts.store(versions.SHIPPED)
    version = versions.version_create(
        place=place, manifest=manifest, parent=None, gate_verdict="passed", gate_report={}
    )
    versions.version_promote(version=version, by=reviewer)
    DrawingUse.objects.bulk_create(
        DrawingUse(version=version, drawing=drawing, role=DrawingUse.Role.TRAIN)
        for drawing in drawings[:LEARNED]
    )


def newest_run() -> int:
    """The number of the demo site's newest run."""
    from training.models import TrainingRun

    return TrainingRun.objects.latest("pk").pk
