"""What time, kills and lost disks leave behind: found by comparing rows, files and counters.

A file without a row is deleted, a row without its file is marked and told of, and a counter
that is wrong is counted anew. Old drawings of no use go where the settings say so.
"""

from __future__ import annotations

import logging
import posixpath
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import Coalesce

from digitsite.storage import disk
from recognizer.models import Contributor, Drawing, DrawingUse, ModelVersion, StorageUse
from recognizer.services.drawings import drawings_delete
from recognizer.serving import artifacts

logger = logging.getLogger(__name__)

# A file is there before its row. One that is younger may be that of a request or a training.
GRACE = timedelta(hours=1)
# Below it lie the drawings' images (`Drawing.image`).
FOLDER = "drawings"
BATCH = 200


def storage_sweep(*, now: datetime, everything: bool = False) -> list[str]:
    """Does all that is below; returns a sentence for everything that was found.

    With `everything` files go that are older than the database. What makes room comes
    first, and needs none.
    """
    images = strays_delete(_storage(), stray_images(), now=now, everything=everything)
    others = strays_delete(artifacts.storage(), stray_artifacts(), now=now, everything=everything)
    found = [
        _said(images[0], "{} files that belonged to no drawing were deleted."),
        _said(others[0], "{} artifacts that were no version's were deleted."),
        _said(
            images[1] + others[1],
            "{} files or artifacts belong to nothing and are older than this database, so they "
            "were left. Is it the right one? Then sweep_storage --everything deletes them.",
        ),
        *(
            _said(count, f"{{}} {review} drawings were too old and are deleted.")
            for review, count in drawings_retire(now=now).items()
        ),
        _said(images_mark(), "{} drawings have lost their image's file, or have it again."),
        _said(counters_mend(), "{} counters of the quotas were wrong and are mended."),
        _said(uses_mend(), "{} versions' counts of their drawings were wrong and are mended."),
    ]
    StorageUse.objects.filter(day__lt=now.date()).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    disk.keep_reserve()
    done = [sentence for sentence in found if sentence]
    for sentence in done:
        logger.warning(sentence)
    return done


def _said(count: int, sentence: str) -> str:
    return sentence.format(count) if count else ""


# --- files without rows, rows without files -----------------------------------------


@dataclass(frozen=True, slots=True)
class Stray:
    """A file, or a folder with its files, that no row knows; `names` in the order of deletion."""

    names: list[str]
    modified: datetime


def stray_images() -> Iterator[Stray]:
    """The files below `FOLDER` that are the image of no drawing."""
    storage = _storage()
    for folder in _folders(storage, FOLDER):
        names = [posixpath.join(folder, name) for name in _listed(storage, folder)[1]]
        for at in range(0, len(names), BATCH):
            for name in _nobodys(names[at : at + BATCH]):
                yield Stray([name], storage.get_modified_time(name))


def stray_artifacts() -> Iterator[Stray]:
    """The artifacts that are no version's."""
    storage = artifacts.storage()
    kept = set(ModelVersion.objects.values_list("artifact", flat=True))
    for folder in set(_listed(storage, "")[0]) - kept:
        names = [posixpath.join(folder, name) for name in _listed(storage, folder)[1]]
        if names:
            yield Stray([*names, folder], max(map(storage.get_modified_time, names)))


def strays_delete(
    storage: Storage, strays: Iterable[Stray], *, now: datetime, everything: bool = False
) -> tuple[int, int]:
    """Deletes what is older than `GRACE`; returns how many, and how many more were left.

    Left is, but with `everything`, what is older than the database: whoever tries another
    one on the same `VAR_DIR` would lose the files of all that the first one knows.
    """
    deleted, left, born = 0, 0, _database_made_at()
    for stray in strays:
        if stray.modified >= now - GRACE:
            continue
        if stray.modified < born and not everything:
            left += 1
            continue
        for name in stray.names:
            storage.delete(name)
        deleted += 1
    return deleted, left


def _database_made_at() -> datetime:
    made: datetime = MigrationRecorder(connection).migration_qs.aggregate(at=Min("applied"))["at"]
    return made


def _nobodys(names: list[str]) -> list[str]:
    """Those of some files that are the image of no drawing. Each has its drawing's id as name."""
    keys = {name: _drawing_key(name) for name in names}
    rows = Drawing.objects.filter(pk__in=[key for key in keys.values() if key])
    images = dict(rows.values_list("pk", "image"))
    return [name for name, key in keys.items() if key is None or images.get(key) != name]


def _drawing_key(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(posixpath.basename(name)[:32])
    except ValueError:
        return None


def images_mark() -> int:
    """Marks drawings whose image's file is not there, and unmarks those whose file is again.

    Returns how many have changed. A drawing without its file stays: its glyph is in the
    row, and whether it goes is its contributor's decision or a reviewer's.
    """
    storage = _storage()
    changed: dict[bool, list[uuid.UUID]] = {True: [], False: []}
    rows = Drawing.objects.filter(image__gt="").order_by("image")
    kept = rows.values_list("pk", "image", "image_lost").iterator()
    # The rows are read as of one moment, and each folder after it: their files were there then.
    for folder, images in groupby(kept, key=lambda row: posixpath.dirname(str(row[1]))):
        there = set(_listed(storage, folder)[1])
        for key, image, was_lost in images:
            is_lost = posixpath.basename(str(image)) not in there
            if is_lost != was_lost:
                changed[is_lost].append(key)
    for is_lost, keys in changed.items():
        for at in range(0, len(keys), BATCH):
            some = keys[at : at + BATCH]
            Drawing.objects.filter(pk__in=some).update(image_lost=is_lost)
            if is_lost:
                logger.error("The images of these drawings are lost: %s", ", ".join(map(str, some)))
    return sum(map(len, changed.values()))


def _storage() -> Storage:
    storage: Storage = Drawing._meta.get_field("image").storage
    return storage


def _folders(storage: Storage, folder: str) -> Iterator[str]:
    """A folder and all below it."""
    yield folder
    for name in _listed(storage, folder)[0]:
        yield from _folders(storage, posixpath.join(folder, name))


def _listed(storage: Storage, folder: str) -> tuple[list[str], list[str]]:
    """The folders and the files in a folder; none of both where it is missing."""
    try:
        return storage.listdir(folder)
    except FileNotFoundError:
        return [], []


# --- what is too old ----------------------------------------------------------------


def drawings_retire(*, now: datetime) -> dict[str, int]:
    """Deletes unlabelled and rejected drawings that are older than `KEEP_*_DAYS`.

    Returns how many of each kind. By default none are.
    """
    return {
        review: _retire(review, now - timedelta(days=days))
        for review, days in settings.RETENTION_DAYS.items()
        if days
    }


def _retire(review: str, before: datetime) -> int:
    count = 0
    while rows := list(Drawing.objects.of_no_use(review, before=before)[:BATCH]):
        # Somebody may say what it is at this very moment.
        count += drawings_delete(drawings=rows, only=Q(review=review))
    return count


# --- the quotas' counters -----------------------------------------------------------


def counters_mend() -> int:
    """Counts what contributors and the site keep where a counter says otherwise.

    Returns how many were wrong. That happens where rows were changed past the services.
    """
    # Counted by what the index has beside whose they are; every drawing has it.
    kept = Contributor.objects.annotate(
        count=Count("drawings__stored_bytes"), weight=Coalesce(Sum("drawings__stored_bytes"), 0)
    ).order_by()
    wrong = kept.exclude(stored_drawings=F("count"), stored_bytes=F("weight"))
    mended = sum(_mend_contributor(key) for key in list(wrong.values_list("pk", flat=True)))
    return mended + _mend_site()


def _mend_contributor(key: uuid.UUID) -> bool:
    # Whoever stores or deletes holds this lock before, and is waited for.
    with transaction.atomic():
        row = Contributor.objects.select_for_update(no_key=True).filter(pk=key)
        if not list(row):
            return False
        theirs = Drawing.objects.filter(contributor=key)
        return _mend(
            row,
            theirs.aggregate(
                stored_drawings=Count("stored_bytes"), stored_bytes=Coalesce(Sum("stored_bytes"), 0)
            ),
        )


def _mend_site() -> bool:
    # Whoever stores or deletes changes this row last: what is not counted yet waits for it. So
    # everybody waits, and it is people that are summed, of whom each has just been counted.
    with transaction.atomic():
        StorageUse.objects.bulk_create([StorageUse(owner=StorageUse.SITE)], ignore_conflicts=True)
        row = StorageUse.objects.select_for_update().filter(owner=StorageUse.SITE)
        if not list(row):
            return False
        sums = {name: Coalesce(Sum(name), 0) for name in ("stored_drawings", "stored_bytes")}
        return _mend(row, Contributor.objects.aggregate(**sums))


def _mend(row: Any, sums: dict[str, int]) -> bool:
    """Writes sums into a locked row; whether it had others."""
    return bool(row.exclude(**sums).update(**sums))


def uses_mend() -> int:
    """Counts how many of each version's drawings exist, where that is unknown or wrong.

    Returns how many were wrong.
    """
    counted = ModelVersion.objects.annotate(count=Count("uses")).order_by()
    wrong = counted.exclude(drawings_left__isnull=False, drawings_left=F("count"))
    keys = list(wrong.values_list("pk", flat=True))
    return sum(_mend_uses(key) for key in keys)


def _mend_uses(version: int) -> bool:
    # Whoever deletes changes this row last: what is not counted down yet waits for it.
    with transaction.atomic():
        row = ModelVersion.objects.select_for_update(no_key=True).filter(pk=version)
        known = list(row.values_list("drawings_left", flat=True))
        row.update(drawings_left=DrawingUse.objects.filter(version=version).count())
        return known not in ([], [None])
