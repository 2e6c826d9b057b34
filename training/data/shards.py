"""Shards: the site's drawings as a training reads them, a Parquet file for each bucket of people.

What is dear to make of a drawing's ink is made once: its maps of motion, and for some of them a
picture in thick strokes. The rows of the database stay the truth. A shard is named by a digest
of the drawings in it, is written when it is first read and not there, and may be deleted at any
time. Labels and weights stand in no shard: a correction changes no ink.

Nothing is made of what was deleted, or may be used no more: who reads asks the database, and
`shards_sweep` writes shards anew that still hold it.
"""

from __future__ import annotations

import hashlib
import logging
import posixpath
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from numpy.typing import NDArray

from digitsite.storage.files import PART
from recognizer.models import Drawing, DrawingQuerySet
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import MAPS, NORMALISATION, SIZE, Glyphs
from training.data import shard_files
from training.data.shard_files import Bytes, Table
from training.lazy_glyphs import SHAPES, Column
from training.synthesis import thick_strokes

logger = logging.getLogger(__name__)

FOLDER: str = settings.SHARDS_FOLDER
# Of what another normalisation made nothing is read.
PLACE = f"{FOLDER}/{NORMALISATION}"
# Thick strokes for each drawing of the site: a marker hides more of some hands than of others.
THICK_SHARE = 0.3
IDS_A_QUERY = 500
# A file that is younger may be somebody's who writes it at this moment.
GRACE = timedelta(hours=1)


def usable() -> DrawingQuerySet:
    """Drawings that may be used: there, with their contributor's consent, who is not blocked."""
    found: DrawingQuerySet = Drawing.objects.filter(consent=True, contributor__blocked=False)
    return found


def usable_of(ids: Bytes) -> NDArray[np.bool_]:
    """(n,) which of (n, 16) ids are those of usable drawings."""
    keys = [uuid.UUID(bytes=row.tobytes()) for row in ids]
    left: set[uuid.UUID] = set()
    for at in range(0, len(keys), IDS_A_QUERY):
        some = usable().filter(pk__in=keys[at : at + IDS_A_QUERY])
        left.update(some.order_by().values_list("pk", flat=True))
    return np.fromiter((key in left for key in keys), np.bool_, len(keys))


class Shard:
    """Drawings of one bucket, in the order of their ids: a part of `LazyGlyphs`.

    `ids` is (n, 16) bytes, sorted. Rows keep their places when drawings are deleted, as blanks.
    """

    def __init__(self, bucket: int, ids: Bytes, has_ink: NDArray[np.bool_], reader: Reader) -> None:
        self.shelf, self.ids, self.has_ink = bucket, ids, has_ink
        self.name = name_of(bucket, ids)
        self._reader = reader

    @property
    def digest(self) -> str:
        return name_of(self.shelf, self.ids)

    def column(self, name: Column) -> Bytes:
        return self._reader.column(self, name).reshape(-1, *SHAPES[name])

    def left(self, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        return usable_of(self.ids[rows])

    def thick(self) -> ThickStrokes:
        """The same rows in thick strokes, blank where there are none."""
        return ThickStrokes(self, self._reader)

    def content(self) -> bytes:
        """The file's, which is written where it is not there."""
        try:
            return _content(self.name)
        except FileNotFoundError:
            return self.write()

    def write(self, told: Callable[[], object] = lambda: None) -> bytes:
        """Writes those of the drawings that are left; returns the file's content.

        Of those in the bucket's other files it is taken from there. `told` is called now and then.
        """
        ids = self.ids[usable_of(self.ids)]
        self.name = name_of(self.shelf, ids)
        if default_storage.exists(self.name):
            return _content(self.name)
        known = _known(self.shelf, ids)
        missing = _lacking(known, ids)
        steps = range(0, len(missing), IDS_A_QUERY)
        made = [_made(missing[at : at + IDS_A_QUERY], told) for at in steps]
        content = shard_files.write(shard_files.joined([known, *made]))
        save(self.name, content)
        return content


class ThickStrokes:
    """The rows of a shard as pictures in thick strokes: a part of `LazyGlyphs`."""

    def __init__(self, shard: Shard, reader: Reader) -> None:
        self.shelf, self._shard, self._reader = shard.shelf, shard, reader
        self.has_ink = np.zeros(len(shard.ids), np.bool_)

    @property
    def digest(self) -> str:
        return f"thick {self._shard.digest}"

    def column(self, name: Column) -> Bytes:
        if name == "motion":
            return np.broadcast_to(np.zeros(MAPS, np.uint8), (len(self.has_ink), *MAPS))
        return self._reader.column(self._shard, shard_files.THICK).reshape(-1, SIZE, SIZE)

    def left(self, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        return self._shard.left(rows)


class Reader:
    """The one shard of a snapshot that is open: what reads the next one lets go of it."""

    def __init__(self) -> None:
        self._shard: Shard | None = None
        self._content = b""
        self._columns: dict[str, Bytes] = {}

    def column(self, shard: Shard, name: str) -> Bytes:
        """(n, bytes) of a column of a shard, in the order of its ids."""
        if self._shard is not shard:
            self._shard, self._content, self._columns = shard, shard.content(), {}
        if name not in self._columns:
            rows = self._read(shard, name)
            found = shard_files.values(rows, name)
            places = shard_files.places(rows, shard.ids)
            whole = np.zeros((len(shard.ids), found.shape[1]), np.uint8)
            whole[places[places >= 0]] = found[places >= 0]
            self._columns[name] = whole
        return self._columns[name]

    def _read(self, shard: Shard, name: str) -> Table:
        try:
            return shard_files.read(self._content, shard_files.ID, name)
        except shard_files.Damaged as error:
            logger.warning("%s is damaged and is written anew: %s", shard.name, error)
            default_storage.delete(shard.name)
            self._content = shard.write()
            return shard_files.read(self._content, shard_files.ID, name)


def are_thick(ids: Iterable[uuid.UUID]) -> NDArray[np.bool_]:
    """(n,) which drawings are there in thick strokes, too: a function of their ids."""
    return np.fromiter((_thick_width(key) is not None for key in ids), np.bool_)


def _thick_width(key: uuid.UUID) -> float | None:
    return thick_strokes.width_of(key.bytes, THICK_SHARE)


# --- files ------------------------------------------------------------------------


def name_of(bucket: int, ids: Bytes) -> str:
    """The file of (n, 16) sorted ids."""
    digest = hashlib.sha256(np.ascontiguousarray(ids).data).hexdigest()
    return f"{PLACE}/{bucket:02}-{digest[:32]}.parquet"


def save(name: str, content: bytes) -> None:
    """Stores a file, unless somebody else has stored it meanwhile."""
    stored = default_storage.save(name, ContentFile(content))
    if stored != name:
        default_storage.delete(stored)


def _content(name: str) -> bytes:
    with default_storage.open(name) as file:
        content: bytes = file.read()
    return content


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _known(bucket: int, ids: Bytes) -> Table:
    """The rows of these ids that other files of the bucket have."""
    found = [_made(ids[:0])]
    for name in _listed(PLACE)[1]:
        if name.startswith(f"{bucket:02}-") and name.endswith(".parquet"):
            try:
                rows = shard_files.read(_content(posixpath.join(PLACE, name)))
            except (FileNotFoundError, shard_files.Damaged):  # swept at this moment, or of no use
                continue
            found.append(shard_files.kept(rows, _lacking(shard_files.joined(found), ids)))
    return shard_files.joined(found)


def _made(ids: Bytes, told: Callable[[], object] = lambda: None) -> Table:
    """The rows of a few ids, made of the drawings; those that are gone are left out."""
    keys = [uuid.UUID(bytes=row.tobytes()) for row in ids]
    drawn = {
        pk: (bytes(pixels), strokes)
        for pk, pixels, strokes in Drawing.objects.filter(pk__in=keys)
        .order_by()
        .values_list("pk", "pixels", "strokes")
    }
    there = [key for key in keys if key in drawn]
    glyphs = Glyphs.of([ink.of_stored(*drawn[key]) for key in there])
    widths = [_thick_width(key) for key in there]
    thick = np.zeros((len(there), SIZE, SIZE), np.uint8)
    for row, width in enumerate(widths):
        if width is not None:
            thick[row] = thick_strokes.thickened(glyphs.pixels[row], width)
    told()
    return shard_files.table(
        np.frombuffer(b"".join(key.bytes for key in there), np.uint8).reshape(-1, 16),
        glyphs,
        thick,
        np.array([width is not None for width in widths], np.bool_),
    )


def _lacking(rows: Table, ids: Bytes) -> Bytes:
    """Those of some ids that rows lack."""
    places = shard_files.places(rows, ids)
    lacks = np.ones(len(ids), np.bool_)
    lacks[places[places >= 0]] = False
    return ids[lacks]


# --- what is no longer needed -------------------------------------------------------


def keep_only(shards: Iterable[Shard]) -> None:
    """Deletes all other shards: a run that begins is the only one."""
    needed = {shard.name for shard in shards}
    for name in shard_names():
        if name not in needed and not name.endswith(PART):
            default_storage.delete(name)


def shards_sweep(*, now: datetime) -> int:
    """Writes shards anew that hold drawings which may be used no more; returns how many.

    What a kill has left half written, and what another normalisation wrote, is deleted.
    """
    rewritten = 0
    for name in shard_names():
        if posixpath.dirname(name) == PLACE and not name.endswith(PART):
            rewritten += _rewritten(name)
        elif default_storage.get_modified_time(name) < now - GRACE:
            default_storage.delete(name)
    return rewritten


def _rewritten(name: str) -> bool:
    try:
        content = _content(name)
    except FileNotFoundError:  # a run that begins has deleted it
        return False
    try:
        rows = shard_files.read(content)
    except shard_files.Damaged:
        default_storage.delete(name)
        return True
    ids = shard_files.values(rows, shard_files.ID)
    left = usable_of(ids)
    if left.all():
        return False
    bucket = int(posixpath.basename(name).partition("-")[0])
    new = name_of(bucket, ids[left])
    if left.any() and not default_storage.exists(new):
        save(new, shard_files.write(shard_files.kept(rows, ids[left])))
    default_storage.delete(name)
    return True


def shard_names() -> Iterator[str]:
    """The names of all files of shards, of any normalisation, half-written ones among them."""
    for folder in _listed(FOLDER)[0]:
        for name in _listed(posixpath.join(FOLDER, folder))[1]:
            yield posixpath.join(FOLDER, folder, name)
