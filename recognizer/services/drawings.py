"""What can be done with drawings: submit, label, delete; reviews are `services.reviews`'."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _

from digitsite.exceptions import Conflict, Invalid
from digitsite.storage.disk import on_full_disk
from recognizer import monitoring
from recognizer.exceptions import EmptyCell
from recognizer.labels import LABELS
from recognizer.models import Contributor, Drawing, DrawingUse, ModelVersion
from recognizer.preprocessing.glyph import NORMALISATION
from recognizer.services import audit, storage
from recognizer.services.hands import OwnHand, hand_change_of, hands_change
from recognizer.services.predictions import Prediction, predict, predict_stored
from recognizer.submission import Submission
from recognizer.thumbnails import upload_png


def as_read(submission: Submission, prediction: Prediction) -> dict[str, Any]:
    """The fields of a drawing of one digit that keep its ink, how it was read and was shown."""
    reading, recalled = prediction.readings[0], prediction.recollection(0)
    shown: dict[str, Any] = {}
    if recalled is not None:
        shown = {
            "shown_digit": reading.digit,
            "shown_verdict": reading.verdict,
            "memory_drawing_id": recalled.drawing,
        }
        reading = recalled.own
    return {
        **shown,
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
    address: str = "",
    hand: OwnHand | None = None,
) -> tuple[Drawing, Prediction]:
    """Predicts a submission's digit and stores both; returns the drawing and its prediction.

    A bad submission raises `InputError` or `Invalid`, a site without a model `Unavailable`,
    one without room for it `Full` or `OverDailyQuota`, and nothing is left behind.
    `contributor` finds or makes the contributor, and is called only once the submission has
    turned out to be good. Under one `key` one drawing is stored: a client that sends it
    again, because the answer was lost, gets that one. `address` is where it comes from, `hand`
    that of whoever asks.
    """
    if submission.number:
        raise Invalid("Drawings are stored digit by digit; leave `number` out.", field="number")
    if label:
        check_label(label)
    if earlier := _sent_under(key):
        return earlier, _again(earlier, submission, hand)
    storage.check_disk()
    prediction = predict(submission=submission, hand=hand)
    if prediction.cell is not None:
        raise EmptyCell(prediction.cell)
    image = None if submission.image is None else upload_png(submission.image)
    drawing = Drawing(
        submission_key=key,
        source=source,
        consent=consent,
        **as_read(submission, prediction),
        label=label,
        labelled_at=timezone.now() if label else None,
        review=Drawing.Review.PENDING if label else Drawing.Review.UNLABELLED,
        stored_bytes=storage.weigh(strokes=submission.strokes_json, image=image),
    )
    try:
        _save(drawing, contributor, image, address)
    except IntegrityError:  # the same was sent twice at once
        if earlier := _sent_under(key):
            return earlier, _again(earlier, submission, hand)
        raise
    if label:
        _count_label(drawing)
    return drawing, prediction


def _again(drawing: Drawing, submission: Submission, hand: OwnHand | None) -> Prediction:
    return predict_stored(drawing=drawing, hand=hand if submission.memory else None)


def _sent_under(key: uuid.UUID | None) -> Drawing | None:
    return Drawing.objects.filter(submission_key=key).first() if key else None


def _save(
    drawing: Drawing, contributor: Callable[[], Contributor], image: bytes | None, address: str
) -> None:
    """Writes rows and file together: where the rows cannot be written the file goes again.

    What a kill in between leaves, `services.sweeping` removes.
    """
    if image is not None:
        drawing.image.save(f"{drawing.pk.hex}.png", ContentFile(image), save=False)
    try:
        with transaction.atomic():
            drawing.contributor = contributor()
            _check_memory(drawing)
            drawing.save(force_insert=True)
            if drawing.label:
                hands_change([drawing.contributor_id])
            storage.take(drawing=drawing, address=address)
    except BaseException:
        if image is not None:
            with suppress(OSError):  # what cannot be deleted now is swept later
                drawing.image.delete(save=False)
        raise


def _check_memory(drawing: Drawing) -> None:
    """Lets go of the drawing that spoke where it was deleted meanwhile.

    Whoever deletes locks the contributor first, who is locked now.
    """
    spoke = drawing.memory_drawing_id
    if spoke and not Drawing.objects.filter(pk=spoke, contributor=drawing.contributor).exists():
        drawing.memory_drawing_id = None


def drawing_withdraw(*, key: uuid.UUID) -> None:
    """Deletes what was stored under the key, if anything was: its sender never got an answer."""
    if drawing := _sent_under(key):
        drawing_delete(drawing=drawing)


def check_label(label: str) -> None:
    """Raises `Invalid` for a label that is not one of "0" to "9" and "not_a_digit"."""
    if label not in LABELS:
        raise Invalid("The label must be a digit from 0 to 9, or not_a_digit.", field="label")


def drawing_label(
    *, drawing: Drawing, label: str, by_contributor: bool = True, staff: User | None = None
) -> Drawing:
    """Stores what the contributor says a drawing is; it then waits for a reviewer.

    It counts at once in their own answers, but not where it was said by somebody else, who
    has no more than its receipt. With `staff`, who says it in the contributor's place, it is
    written down. Raises `Conflict` once the drawing has been reviewed: what others have
    relied on is not changed under them; and `Full` where too many wait already.
    """
    check_label(label)
    if drawing.review == Drawing.Review.UNLABELLED:
        storage.check_waiting(more=1)
    said = drawing.label
    rows = Drawing.objects.filter(
        pk=drawing.pk,
        review__in=[Drawing.Review.UNLABELLED, Drawing.Review.PENDING],
        opinion=Drawing.Opinion.FIRST,
    )
    with transaction.atomic():
        hand_change_of(drawing)
        changed = rows.update(
            label=label,
            labelled_at=timezone.now(),
            review=Drawing.Review.PENDING,
            remembered=by_contributor,
            revision=F("revision") + 1,
        )
        if changed and staff:
            audit.record(
                what=audit.What.LABEL,
                by=staff,
                before={"claimed": said},
                after={"claimed": label},
                drawing=drawing,
            )
    drawing.refresh_from_db()
    if not changed:
        raise Conflict(_("This drawing has already been checked."), code="reviewed")
    if not staff:
        _count_label(drawing)
    return drawing


def _count_label(drawing: Drawing) -> None:
    said = "right" if drawing.label == drawing.shown_as else "corrected"
    monitoring.LABELLED.labels(said).inc()


def drawing_delete(*, drawing: Drawing, staff: User | None = None) -> None:
    """Deletes a drawing for good: its row, the rows that refer to it, and its image's file."""
    drawings_delete(drawings=[drawing], staff=staff)


@on_full_disk
def drawings_delete(
    *, drawings: list[Drawing], only: Q | None = None, staff: User | None = None
) -> int:
    """Deletes several drawings at once, `only` those that are as it says; returns how many.

    With `staff`, who deletes those of others, it is written down.
    The files go once the rows' deletion is committed: a roll-back must not leave
    rows without their images. A file that cannot be deleted then is swept later.
    """
    keys = [drawing.pk for drawing in drawings]
    owners = {drawing.contributor_id for drawing in drawings}
    with transaction.atomic():
        # Contributors first, as whoever forgets one does: in one order nobody waits in a circle.
        list(
            Contributor.objects.filter(pk__in=owners).order_by("pk").select_for_update(no_key=True)
        )
        hands_change(owners)
        rows = Drawing.objects.filter(only or Q(), pk__in=keys).order_by("pk").select_for_update()
        # What somebody else deletes at this moment is given back once.
        there = list(rows.only("contributor_id", "stored_bytes", "image"))
        found = [drawing.pk for drawing in there]
        used = _uses_of(found)
        Drawing.objects.filter(pk__in=found).delete()
        for version, count in used:
            ModelVersion.objects.filter(pk=version, drawings_left__gte=count).update(
                drawings_left=F("drawings_left") - count
            )
        storage.give_back(there)
        if there and staff:
            audit.record(what=audit.What.DELETE, by=staff, after={"drawings": len(there)})
        for drawing in there:
            if drawing.image:
                transaction.on_commit(_deletion_of(drawing.image), robust=True)
    return len(there)


def _uses_of(drawings: list[uuid.UUID]) -> list[tuple[int, int]]:
    """(version, count) of the uses of some drawings, in one order: nobody waits in a circle."""
    uses = DrawingUse.objects.filter(drawing__in=drawings).order_by("version")
    return list(uses.values_list("version").annotate(count=Count("pk")))


def _deletion_of(image: FieldFile) -> Callable[[], None]:
    def file_delete() -> None:
        image.storage.delete(str(image))

    return file_delete
