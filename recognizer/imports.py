"""Labelled ink from files becomes drawings of the site, once, however often it is brought.

A writer of a corpus is one contributor and a drawing one row, both under ids made
from what they are. So a second import finds them again, one that was killed goes
on where it stood, and every site has the same writers on the same side of the
split into learned from and judged on.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from digitsite.exceptions import Conflict, Invalid, Refused
from recognizer import services
from recognizer.handwriting import LONGEST_NAME, Handwriting
from recognizer.models import LABELS, Contributor, Drawing
from recognizer.services import Prediction

CORPORA = uuid.UUID("6f1c3f9e-5d0b-4a52-9a63-1b1a0f0f6a7d")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of some drawings: new rows, rows there before, those refused and why."""

    added: list[Handwriting] = field(default_factory=list)
    present: list[Handwriting] = field(default_factory=list)
    refused: list[tuple[Handwriting, str]] = field(default_factory=list)


def contributor_id(corpus: str, writer: str) -> uuid.UUID:
    return uuid.uuid5(CORPORA, json.dumps([corpus, writer]))


def drawing_id(corpus: str, drawn: Handwriting) -> uuid.UUID:
    """Of writer and ink. The label is no part: the same ink is not two drawings."""
    sheet = [drawn.submission.strokes_json, drawn.submission.canvas]
    return uuid.uuid5(contributor_id(corpus, drawn.writer), json.dumps(sheet))


def drawings_import(
    *, corpus: str, handwriting: list[Handwriting], pending: bool = False, dry_run: bool = False
) -> Imported:
    """Reads and stores some labelled drawings, in one batch and one transaction.

    They are accepted as their labels say, or with `pending` wait for a reviewer.
    With `dry_run` all is done but the storing. Raises `Unavailable` without a
    live version, `Conflict` where another import adds the same drawings, and
    `Invalid` for a corpus without a proper name.
    """
    if not 0 < len(corpus) <= LONGEST_NAME or not corpus.isprintable():
        raise Invalid(f"The corpus must be named, in at most {LONGEST_NAME} letters.")
    imported = Imported()
    fresh = _not_yet_there(corpus, handwriting, imported)
    now = timezone.now()
    rows = []
    answers = services.predict_many(submissions=[drawn.submission for drawn in fresh.values()])
    for (pk, drawn), answer in zip(fresh.items(), answers, strict=True):
        if isinstance(answer, Refused):
            imported.refused.append((drawn, answer.message))
        else:
            imported.added.append(drawn)
            rows.append(_row(pk, corpus, drawn, answer, now, pending))
    if not dry_run:
        _store(rows, {_contributor(corpus, drawn.writer) for drawn in imported.added})
    return imported


def _not_yet_there(
    corpus: str, handwriting: list[Handwriting], imported: Imported
) -> dict[uuid.UUID, Handwriting]:
    """By id, what is neither stored nor earlier in the list; the rest goes into `imported`."""
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
        **services.as_read(drawn.submission, prediction),
        label=label,
        labelled_at=now,
        review=Drawing.Review.PENDING if pending else Drawing.Review.ACCEPTED,
        accepted_label="" if pending else label,
        reviewed_at=None if pending else now,
    )


def _store(rows: list[Drawing], contributors: set[Contributor]) -> None:
    try:
        with transaction.atomic():
            Contributor.objects.bulk_create(contributors, ignore_conflicts=True)
            Drawing.objects.bulk_create(rows)
    except IntegrityError as error:
        raise Conflict("Another import adds the same drawings; run this one again.") from error
