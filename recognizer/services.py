"""What can be done with drawings and their contributors. Every door comes through here."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from digitsite.exceptions import Conflict, Invalid, Refused, Unavailable
from recognizer import metrics, registry
from recognizer.answer import Reading
from recognizer.glyph import NORMALISATION, Glyph
from recognizer.grouping import Lattice
from recognizer.models import LABELS, Contributor, Drawing
from recognizer.submission import Submission


@dataclass(frozen=True, slots=True)
class Prediction:
    """One submission as answered: one glyph and reading, or with `number` one a digit."""

    glyphs: list[Glyph]
    readings: list[Reading]
    model_version: int
    version_id: int


def predict(*, submission: Submission) -> Prediction:
    """Reads without storing. Raises `Refused` for bad input, `Unavailable` without a model."""
    with metrics.SECONDS.time():
        lattice = submission.lattice()
        live = _live()
        return _chosen(lattice, live.read(lattice.glyphs), live)


def _chosen(lattice: Lattice, readings: list[Reading], live: registry.Live) -> Prediction:
    """The readings that make up the answer, out of those of all glyphs."""
    best = lattice.best([max(reading.probabilities) for reading in readings])
    for at in best:
        metrics.ANSWERS.labels(readings[at].verdict).inc()
    glyphs = [lattice.glyphs[at] for at in best]
    return Prediction(glyphs, [readings[at] for at in best], live.number, live.version)


def predict_many(*, submissions: list[Submission]) -> list[Prediction | Refused]:
    """As `predict` for each, in one batch through the network; a bad one by its refusal.

    All images together may have as many pixels as four of the largest: a file of
    a few kilobytes can unpack to the limit, and 64 of them would take minutes.
    """
    live = _live()
    images = sum(submission.image is not None for submission in submissions)
    most_pixels = settings.LIMITS["image_pixels"] * 4 // max(images, 4)
    prepared = [_lattice_or_refusal(submission, most_pixels) for submission in submissions]
    glyphs = [glyph for some in prepared if isinstance(some, Lattice) for glyph in some.glyphs]
    readings = iter(live.read(glyphs) if glyphs else [])
    return [
        _chosen(some, [next(readings) for _ in some.glyphs], live)
        if isinstance(some, Lattice)
        else some
        for some in prepared
    ]


def _lattice_or_refusal(submission: Submission, most_pixels: int) -> Lattice | Refused:
    try:
        return submission.lattice(most_pixels=most_pixels)
    except Refused as refusal:
        return refusal


def _live() -> registry.Live:
    try:
        return registry.live()
    except registry.NoModel as error:
        raise Unavailable(
            _("No model answers yet. An admin can install one: manage.py install_model."),
            code="no_model",
        ) from error


def reread(*, drawing: Drawing) -> Prediction:
    """What the live version now says of a stored drawing."""
    return reread_many(drawings=[drawing])


def reread_many(*, drawings: list[Drawing]) -> Prediction:
    """What the live version now says of stored drawings, one reading for each."""
    live = _live()
    glyphs = [Glyph.of_bytes(bytes(drawing.pixels)) for drawing in drawings]
    return Prediction(glyphs, live.read(glyphs) if glyphs else [], live.number, live.version)


# --- drawings -------------------------------------------------------------------


def as_read(submission: Submission, prediction: Prediction) -> dict[str, Any]:
    """Of a drawing of one digit: what is kept of the sheet and of how it was read."""
    reading = prediction.readings[0]
    return {
        "strokes": submission.strokes_json,
        "canvas": submission.canvas,
        "pixels": prediction.glyphs[0].pixels.tobytes(),
        "normalisation": NORMALISATION,
        "version_id": prediction.version_id,
        "digit": reading.digit,
        "confidence": reading.confidence,
        "verdict": reading.verdict,
        "probabilities": reading.probabilities,
    }


def drawing_submit(
    *,
    submission: Submission,
    contributor: Callable[[], Contributor],
    source: str,
    label: str = "",
    consent: bool = True,
    key: uuid.UUID | None = None,
) -> tuple[Drawing, Prediction]:
    """Reads and stores. A bad submission raises `Refused` and leaves nothing behind.

    `contributor` finds or makes the contributor, and is asked only once the
    submission has turned out to be good. Under one `key` one drawing is stored: who
    sends it again, because the answer was lost, gets that one.
    """
    if submission.number:
        raise Invalid("Drawings are stored digit by digit; leave `number` out.", field="number")
    if label:
        check_label(label)
    if earlier := _sent_under(key):
        return earlier, reread(drawing=earlier)
    prediction = predict(submission=submission)
    drawing = Drawing(
        submission_key=key,
        source=source,
        consent=consent,
        **as_read(submission, prediction),
        label=label,
        labelled_at=timezone.now() if label else None,
        review=Drawing.Review.PENDING if label else Drawing.Review.UNLABELLED,
    )
    try:
        _save(drawing, contributor, submission.image)
    except IntegrityError:  # the same was sent twice at once
        if earlier := _sent_under(key):
            return earlier, reread(drawing=earlier)
        raise
    return drawing, prediction


def _sent_under(key: uuid.UUID | None) -> Drawing | None:
    return Drawing.objects.filter(submission_key=key).first() if key else None


def _save(drawing: Drawing, contributor: Callable[[], Contributor], image: bytes | None) -> None:
    """Rows and file together: where the rows cannot be written the file goes again."""
    if image is not None:
        drawing.image.save(f"{drawing.pk.hex}.img", ContentFile(image), save=False)
    try:
        with transaction.atomic():
            drawing.contributor = contributor()
            drawing.save(force_insert=True)
    except BaseException:
        if image is not None:
            drawing.image.delete(save=False)
        raise


def drawing_withdraw(*, key: uuid.UUID) -> None:
    """Deletes what was stored under the key, if anything was: its sender never got an answer."""
    if drawing := _sent_under(key):
        drawing_delete(drawing=drawing)


def check_label(label: str) -> None:
    """Raises `Invalid` unless it is "0" to "9" or "not_a_digit"."""
    if label not in LABELS:
        raise Invalid("The label must be a digit from 0 to 9, or not_a_digit.", field="label")


def drawing_label(*, drawing: Drawing, label: str) -> Drawing:
    """The contributor says what it is; it then waits for a reviewer.

    Raises `Conflict` once it has been reviewed: what others have relied on is
    not changed under them.
    """
    check_label(label)
    changed = Drawing.objects.filter(
        pk=drawing.pk, review__in=[Drawing.Review.UNLABELLED, Drawing.Review.PENDING]
    ).update(label=label, labelled_at=timezone.now(), review=Drawing.Review.PENDING)
    drawing.refresh_from_db()
    if not changed:
        raise Conflict(_("This drawing has already been checked."), code="reviewed")
    return drawing


def drawing_review(*, drawing: Drawing, decision: str, reviewer: User, label: str = "") -> Drawing:
    """Accepts a drawing, as its contributor's label or as the reviewer's, or rejects it.

    A decision may be changed by deciding again. Of two reviewers at the same
    drawing the second is told (`Conflict`), because the state it decided on is
    no longer the one in the database.
    """
    if decision not in ("accept", "reject"):
        raise Invalid("The decision must be accept or reject.", field="decision")
    if label:
        check_label(label)
    accepted = decision == "accept"
    if accepted and not (label or drawing.label):
        raise Invalid("Nobody has said what this drawing is; give a label.", field="label")
    changed = Drawing.objects.filter(
        pk=drawing.pk, review=drawing.review, reviewed_at=drawing.reviewed_at, label=drawing.label
    ).update(
        review=Drawing.Review.ACCEPTED if accepted else Drawing.Review.REJECTED,
        accepted_label=(label or drawing.label) if accepted else "",
        reviewer=reviewer,
        reviewed_at=timezone.now(),
    )
    drawing.refresh_from_db()
    if not changed:
        raise Conflict("Somebody else has just changed this drawing.", code="reviewed")
    return drawing


def drawing_delete(*, drawing: Drawing) -> None:
    """Really deletes: the row, what refers to it, and the image's bytes."""
    drawings_delete(drawings=[drawing])


def drawings_delete(*, drawings: list[Drawing]) -> int:
    """Deletes several at once; returns how many there were.

    The files go after the rows are gone for good: a roll-back must not leave
    rows without their images.
    """
    files = [(drawing.image.storage, str(drawing.image)) for drawing in drawings if drawing.image]
    with transaction.atomic():
        Drawing.objects.filter(pk__in=[drawing.pk for drawing in drawings]).delete()
        for storage, name in files:
            transaction.on_commit(partial(storage.delete, name))
    return len(drawings)


# --- contributors ---------------------------------------------------------------


def contributor_forget(*, contributor: Contributor) -> int:
    """Deletes a contributor with everything it ever submitted; returns how many drawings.

    One whom an account has taken over since the caller looked is left alone.
    """
    as_seen = Contributor.objects.filter(pk=contributor.pk, user=contributor.user_id)
    with transaction.atomic():
        # Locked, so that no drawing is added that would go without its image's bytes.
        locked = as_seen.select_for_update().first()
        if locked is None:
            return 0
        count = drawings_delete(drawings=list(locked.drawings.all()))
        locked.delete()
    return count


def contributor_block(*, contributor: Contributor, blocked: bool) -> None:
    """A blocked contributor's drawings stay, but are never trained on."""
    Contributor.objects.filter(pk=contributor.pk).update(blocked=blocked)
    contributor.blocked = blocked
