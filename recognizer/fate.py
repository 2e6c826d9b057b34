"""What became of a drawing, as one would tell its contributor."""

from __future__ import annotations

from typing import Any

from digitsite.exceptions import Unavailable
from recognizer import services
from recognizer.models import Drawing, DrawingUse

Review = Drawing.Review


def read_now(drawing: Drawing) -> dict[str, Any] | None:
    """What the live version reads; None where no version can be asked."""
    try:
        prediction = services.reread(drawing=drawing)
    except Unavailable:
        return None
    reading = prediction.readings[0]
    return {
        "digit": reading.digit,
        "confidence": reading.confidence,
        "model_version": prediction.model_version,
    }


def told(drawing: Drawing, now: dict[str, Any] | None) -> str:
    """A sentence: where it stands, or which version used it last and what is read since."""
    use = drawing.uses.select_related("version").order_by("version__number").last()
    if use is None:
        return _standing(drawing)
    verb = "Used in" if use.role == DrawingUse.Role.TRAIN else "Used to judge"
    said = f"{verb} version {use.version.number}"
    if now is None:
        return f"{said}."
    reads = "no digit" if now["digit"] is None else now["digit"]
    return f"{said}; version {now['model_version']}, now live, reads it as {reads}."


def _standing(drawing: Drawing) -> str:
    if drawing.review == Review.ACCEPTED and _may_be_used(drawing):
        return "Accepted; the next training will use it."
    return {
        Review.UNLABELLED: "Nobody has said yet what this is.",
        Review.PENDING: "Waiting for a reviewer.",
        Review.REJECTED: "A reviewer decided not to learn from it.",
        Review.ACCEPTED: "Accepted, but not to be learned from.",
    }[Review(drawing.review)]


def _may_be_used(drawing: Drawing) -> bool:
    return Drawing.objects.trainable().filter(pk=drawing.pk).exists()
