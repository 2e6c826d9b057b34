"""The import of labelled ink from files, as drawings of the site; a second import adds nothing.

A writer of a corpus is one contributor and a drawing one row, both under ids made
from what they are. So a second import finds them again, one that was killed goes
on where it stood, and every site holds out the same writers.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from digitsite.exceptions import Conflict, Invalid
from recognizer.exceptions import InputError
from recognizer.ink_files import MAX_NAME_LENGTH, Handwriting
from recognizer.labels import LABELS
from recognizer.models import Contributor, Drawing, Review
from recognizer.refusals import refusal
from recognizer.services import storage
from recognizer.services.drawings import as_read
from recognizer.services.predictions import Prediction, predict_many

CORPORA = uuid.UUID("6f1c3f9e-5d0b-4a52-9a63-1b1a0f0f6a7d")


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome of an import: drawings that are new, that were stored before, or were refused
    and why."""

    added: list[Handwriting] = field(default_factory=list)
    present: list[Handwriting] = field(default_factory=list)
    refused: list[tuple[Handwriting, str]] = field(default_factory=list)


def contributor_id(corpus: str, writer: str) -> uuid.UUID:
    """A writer's id as a contributor: a function of the corpus and the name in it."""
    return uuid.uuid5(CORPORA, json.dumps([corpus, writer]))


def drawing_id(corpus: str, drawn: Handwriting) -> uuid.UUID:
    """A drawing's id: a function of writer and ink. The same ink under another label keeps it."""
    sheet = [drawn.submission.strokes_json, drawn.submission.canvas]
    return uuid.uuid5(contributor_id(corpus, drawn.writer), json.dumps(sheet))


def drawings_import(
    *, corpus: str, handwriting: list[Handwriting], pending: bool = False, dry_run: bool = False
) -> Imported:
    """Predicts and stores some labelled drawings, in one batch and one transaction.

    They are accepted as their labels say, or with `pending` wait for a reviewer.
    With `dry_run` nothing is stored. Raises `Unavailable` without a live version,
    `Conflict` where another import adds the same drawings, `Full` where the site or its
    disk has no room for them, and `Invalid` for a corpus whose name is empty, too long or
    cannot be printed. A writer of a corpus has no quota of its own.
    """
    if not 0 < len(corpus) <= MAX_NAME_LENGTH or not corpus.isprintable():
        raise Invalid(f"The corpus must be named, in at most {MAX_NAME_LENGTH} letters.")
    imported = Imported()
    fresh = _not_yet_there(corpus, handwriting, imported)
    now = timezone.now()
    rows = []
    answers = predict_many(submissions=[drawn.submission for drawn in fresh.values()])
    for (pk, drawn), answer in zip(fresh.items(), answers, strict=True):
        if isinstance(answer, InputError):
            imported.refused.append((drawn, refusal(answer).message))
        else:
            imported.added.append(drawn)
            rows.append(_row(pk, corpus, drawn, answer, now, pending))
    if not dry_run:
        _store(rows, {_contributor(corpus, drawn.writer) for drawn in imported.added})
    return imported


def _not_yet_there(
    corpus: str, handwriting: list[Handwriting], imported: Imported
) -> dict[uuid.UUID, Handwriting]:
    """The drawings by id that are neither stored nor earlier in the list.

    The others are added to `imported`, as present or refused.
    """
    ids = [drawing_id(corpus, drawn) for drawn in handwriting]
    known = dict(Drawing.objects.filter(pk__in=ids).values_list("pk", "label"))
    fresh = {}
    for pk, drawn in zip(ids, handwriting, strict=True):
        label = LABELS[drawn.label]
        if pk not in known:
            known[pk] = label
            fresh[pk] = drawn
        elif known[pk] == label:
            imported.present.append(drawn)
        else:
            imported.refused.append((drawn, f"The same ink is there, as {known[pk]}."))
    return fresh


def _contributor(corpus: str, writer: str) -> Contributor:
    return Contributor(pk=contributor_id(corpus, writer), origin=f"{corpus}/{writer}")


def _row(
    pk: uuid.UUID,
    corpus: str,
    drawn: Handwriting,
    prediction: Prediction,
    now: datetime,
    pending: bool,
) -> Drawing:
    label = LABELS[drawn.label]
    return Drawing(
        pk=pk,
        contributor_id=contributor_id(corpus, drawn.writer),
        source=Drawing.Source.IMPORT,
        **as_read(drawn.submission, prediction),
        stored_bytes=storage.weigh(strokes=drawn.submission.strokes_json, image=None),
        label=label,
        labelled_at=now,
        review=Drawing.Review.PENDING if pending else Drawing.Review.ACCEPTED,
        accepted_label="" if pending else label,
        reviewed_at=None if pending else now,
    )


def _store(rows: list[Drawing], contributors: set[Contributor]) -> None:
    storage.check_disk()
    try:
        with transaction.atomic():
            Contributor.objects.bulk_create(contributors, ignore_conflicts=True)
            Drawing.objects.bulk_create(rows)
            Review.objects.bulk_create(
                Review(
                    drawing=row,
                    decision=Review.Decision.ACCEPT,
                    label=row.accepted_label,
                    kind=Review.Kind.IMPORT,
                    at=row.reviewed_at,
                )
                for row in rows
                if row.reviewed_at
            )
            count, weight = storage.add_to_contributors(rows)
            storage.take_of_site(drawings=count, stored_bytes=weight)
            if count and rows[0].review == Drawing.Review.PENDING:
                storage.check_waiting()
    except IntegrityError as error:
        raise Conflict("Another import adds the same drawings; run this one again.") from error
