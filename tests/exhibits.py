"""What the pictures in docs/img show beside the drawing page: drawings, and what became of them."""

from __future__ import annotations

from typing import Any

from tests.drawings import CANVAS, DOUBTFUL

ACCEPTED, LEARNED = 7, 4  # of the drawings, the oldest first


def bodies() -> list[dict[str, Any]]:
    """Ten digits and one that can be taken for another, as the API takes them."""
    from recognizer import specimens

    ten = [
        {"strokes": specimens.strokes(digit, digit, 0), "canvas": specimens.CANVAS, "label": digit}
        for digit in range(10)
    ]
    return [*ten, {"strokes": DOUBTFUL, "canvas": CANVAS, "label": 1}]


def review_and_learn() -> None:
    """Of the newest contributor's some are accepted, one is not, and a second version has
    learned from the first few.
    """
    from django.contrib.auth.models import User

    from recognizer import artifacts, services, versions
    from recognizer.models import Drawing, DrawingUse

    reviewer = User.objects.create_superuser("reviewer")
    newest = Drawing.objects.latest("created_at").contributor
    drawings = list(newest.drawings.order_by("created_at"))
    for number, drawing in enumerate(drawings[: ACCEPTED + 1]):
        decision = "accept" if number < ACCEPTED else "reject"
        services.drawing_review(drawing=drawing, decision=decision, reviewer=reviewer)
    place, manifest = artifacts.store(versions.SHIPPED)
    version = versions.version_create(
        place=place, manifest=manifest, parent=None, gate_passed=True, gate_report={}
    )
    versions.version_promote(version=version, by=reviewer)
    DrawingUse.objects.bulk_create(
        DrawingUse(version=version, drawing=drawing, role=DrawingUse.Role.TRAIN)
        for drawing in drawings[:LEARNED]
    )
