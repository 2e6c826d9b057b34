"""The site's own drawings as examples: one snapshot, split by contributor.

A contributor is either learned from or held out, never both (`recognizer.split`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from numpy.typing import NDArray

from recognizer.labels import LABELS, NOT_A_DIGIT_CLASS, label_of
from recognizer.models import Drawing, DrawingQuerySet
from recognizer.split import bucket
from training import lazy_glyphs
from training.data.held_out import held_out_of
from training.data.ids import Ids
from training.data.shards import IDS_A_QUERY, Reader, Shard, are_thick, usable
from training.examples import Examples, concatenate
from training.lazy_glyphs import LazyGlyphs

# Signs and scribbles teach what no digit is; more of them than this would outvote the digits.
MAX_NON_DIGITS = 0.35

ROWS_AT_ONCE = 2000
# Whose a drawing is and what is known of it, without its ink, which shards have.
FIELDS = (
    "pk", "contributor_id", "contributor__share_cap", "accepted_label", "digit", "source", "is_ink",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawings:
    """Drawings by row: ids, examples, (n,) the class each was read as when submitted, and (n,)
    the name of its source."""

    ids: Ids
    examples: Examples
    read_as: NDArray[np.int8]
    sources: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.ids)

    def __add__(self, other: Drawings) -> Drawings:
        return Drawings(
            ids=self.ids + other.ids,
            examples=concatenate([self.examples, other.examples]),
            read_as=np.concatenate([self.read_as, other.read_as]),
            sources=np.concatenate([self.sources, other.sources]),
        )

    def left(self) -> Drawings:
        """Those that may still be used, because they were not deleted meanwhile."""
        left = lazy_glyphs.left(self.examples.glyphs)
        if left.all():
            return self
        return Drawings(
            ids=self.ids[left],
            examples=self.examples.select(left),
            read_as=self.read_as[left],
            sources=self.sources[left],
        )

    def shards(self) -> list[Shard]:
        """The files that their ink is read from."""
        glyphs = self.examples.glyphs
        parts = glyphs.parts if isinstance(glyphs, LazyGlyphs) else ()
        return [part for part in parts if isinstance(part, Shard)]

    def in_thick_strokes(self) -> Examples:
        """Some of them again in thick strokes, with their labels and weights."""
        glyphs = self.examples.glyphs
        if not isinstance(glyphs, LazyGlyphs):
            return self.examples.select(slice(0))
        thick = glyphs.of_parts([shard.thick() for shard in self.shards()])
        return replace(self.examples, glyphs=thick).select(are_thick(self.ids))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The ids of drawings that a run began with and that are gone."""

    train: Ids = field(default_factory=lambda: Ids.of(()))
    held_out: Ids = field(default_factory=lambda: Ids.of(()))

    def __len__(self) -> int:
        return len(self.train) + len(self.held_out)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All trainable drawings at one moment, with how many people drew them and how."""

    train: Drawings
    held_out: Drawings
    contributors: int
    sources: dict[str, int]
    left_out: LeftOut = field(default_factory=LeftOut)

    @property
    def digest(self) -> str:
        """SHA-256 over the examples, learned from and held out."""
        parts = self.train.examples.digest() + self.held_out.examples.digest()
        return hashlib.sha256(parts.encode()).hexdigest()

    def left(self) -> Snapshot:
        """The snapshot without what was deleted since, or may be used no more."""
        return replace(self, train=self.train.left(), held_out=self.held_out.left())

    def counts(self) -> dict[str, Any]:
        """The numbers of drawings, contributors and sources, as the lineage keeps them.

        Those left out are among them: epochs before they were deleted may have learned from
        them.
        """
        train = len(self.train) + len(self.left_out.train)
        held_out = len(self.held_out) + len(self.left_out.held_out)
        return {
            "total": train + held_out,
            "train": train,
            "held_out": held_out,
            "contributors": self.contributors,
            "sources": self.sources,
            **({"left_out": len(self.left_out)} if self.left_out else {}),
        }

    def record(self) -> dict[str, Any]:
        """Ids, labels and weights for JSON, from which `retake_snapshot` makes it again."""
        return {
            "train": _record(self.train),
            "held_out": _record(self.held_out),
            "contributors": self.contributors,
            "sources": self.sources,
        }


# The columns of a record, each as one text: lists of a million numbers would be many objects.
_COLUMNS = {"ids": "u1", "labels": "u1", "weights": "<f4"}


def _record(drawings: Drawings) -> dict[str, Any]:
    columns: dict[str, NDArray[Any]] = {
        "ids": drawings.ids.rows,
        "labels": drawings.examples.labels,
        "weights": drawings.examples.weights,
    }
    return {
        name: base64.b64encode(columns[name].astype(kind).tobytes()).decode()
        for name, kind in _COLUMNS.items()
    }


def _column(part: dict[str, Any], name: str) -> NDArray[Any]:
    """A column of a part of a record, (n,), of ids (n * 16,)."""
    kind, found = _COLUMNS[name], part[name]
    if isinstance(found, str):
        return np.frombuffer(base64.b64decode(found), kind)
    # Until 2026-12 they were written as lists, and a run may go on over an update.
    if name == "ids":
        return Ids.of(map(uuid.UUID, found)).rows.ravel()
    return np.array(found, kind)


def record_digest(record: dict[str, Any]) -> str:
    """SHA-256 over a record, as it was made or as it comes from the database."""
    facts = {"contributors": record["contributors"], "sources": record["sources"]}
    sha256 = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for part in (record["train"], record["held_out"]):
        for name in _COLUMNS:
            sha256.update(_column(part, name).data)
    return sha256.hexdigest()


def retake_snapshot(record: dict[str, Any]) -> Snapshot:
    """The snapshot of a record, with its labels and weights, whatever was accepted since.

    Left out is what was deleted since, and what may be used no more because its contributor
    took back the consent or was blocked.
    """
    train, gone_train = _retaken(record["train"])
    held_out, gone_held_out = _retaken(record["held_out"])
    return Snapshot(
        train=train,
        held_out=held_out,
        contributors=record["contributors"],
        sources=record["sources"],
        left_out=LeftOut(gone_train, gone_held_out),
    )


def _retaken(part: dict[str, Any]) -> tuple[Drawings, Ids]:
    """What is left of a record's part, and the ids of what is gone."""
    ids = Ids(_column(part, "ids").reshape(-1, 16))
    left = np.zeros(len(ids), np.bool_)

    def found() -> Iterator[tuple[Any, ...]]:
        for begin in range(0, len(ids), IDS_A_QUERY):
            some = list(ids[begin : begin + IDS_A_QUERY])
            rows = {row[0]: row for row in _fields(usable().filter(pk__in=some).order_by())}
            left[begin : begin + len(some)] = [key in rows for key in some]
            yield from (rows[key] for key in some if key in rows)

    rows = _Rows.of(found())
    drawings = rows.drawings(
        _column(part, "labels")[left].astype(np.int64), _column(part, "weights")[left]
    )
    return drawings, ids[~left]


def take_snapshot() -> Snapshot:
    """All trainable drawings as they are now, those of some people held out."""
    rows = _Rows.of(_fields(Drawing.objects.trainable()).iterator(chunk_size=ROWS_AT_ONCE))
    people = set(rows.people)
    held_out = held_out_of(people)
    judged = np.array([person in held_out for person in rows.people], np.bool_)[rows.whose]
    return Snapshot(
        train=_weighted(rows.select(~judged)),
        held_out=_weighted(rows.select(judged)),
        contributors=len(people),
        sources=rows.counted_sources(),
    )


def _fields(drawings: DrawingQuerySet) -> QuerySet[Drawing, tuple[Any, ...]]:
    is_ink = ExpressionWrapper(Q(strokes__isnull=False), BooleanField())
    return drawings.annotate(is_ink=is_ink).values_list(*FIELDS)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is known of n drawings, column by column, so that a million fit into memory.

    `people` has a number and the cap of each contributor, `names` those of sources. `facts` is
    (n, 5) int32: the numbers of contributor and source, the classes that it was accepted and
    read as, and whether it is ink.
    """

    people: dict[uuid.UUID, tuple[int, int | None]]
    names: list[str]
    ids: Ids
    facts: NDArray[np.int32]

    @classmethod
    def of(cls, rows: Iterable[tuple[Any, ...]]) -> _Rows:
        """Rows of `FIELDS`, in order."""
        people: dict[uuid.UUID, tuple[int, int | None]] = {}
        names: dict[str, int] = {}
        facts = array("i")

        def ids() -> Iterator[uuid.UUID]:
            for key, person, cap, label, digit, source, is_ink in rows:
                number, _ = people.setdefault(person, (len(people), cap))
                accepted = LABELS.index(label) if label else NOT_A_DIGIT_CLASS
                named = names.setdefault(source, len(names))
                facts.extend((number, named, accepted, LABELS.index(label_of(digit)), is_ink))
                yield key

        keys = Ids.of(ids())
        return cls(people, list(names), keys, np.frombuffer(facts, np.int32).reshape(-1, 5))

    @property
    def whose(self) -> NDArray[np.int32]:
        return self.facts[:, 0]

    @property
    def sources(self) -> NDArray[np.object_]:
        """(n,) the name of each one's source."""
        return np.array(self.names, object)[self.facts[:, 1]]

    @property
    def accepted(self) -> NDArray[np.int64]:
        return self.facts[:, 2].astype(np.int64)

    def counted_sources(self) -> dict[str, int]:
        counts = np.bincount(self.facts[:, 1], minlength=len(self.names))
        return dict(zip(self.names, counts.tolist(), strict=True))

    def select(self, chosen: NDArray[np.bool_]) -> _Rows:
        """The rows that a mask has."""
        return replace(self, ids=self.ids[chosen], facts=self.facts[chosen])

    def drawings(self, labels: NDArray[np.int64], weights: NDArray[np.float32]) -> Drawings:
        """The drawings with these labels and weights; their ink is read from shards."""
        return Drawings(
            ids=self.ids,
            examples=Examples(self._glyphs(), labels=labels, weights=weights),
            read_as=self.facts[:, 3].astype(np.int8),
            sources=self.sources,
        )

    def _glyphs(self) -> LazyGlyphs:
        buckets = np.array([bucket(person) for person in self.people], np.int64)[self.whose]
        order = self.ids.in_order(buckets)
        at = np.empty(len(order), np.int32)
        at[order] = np.arange(len(order), dtype=np.int32)
        ends, reader = np.flatnonzero(np.diff(buckets[order])) + 1, Reader()
        is_ink = self.facts[:, 4].astype(np.bool_)
        return LazyGlyphs(
            [
                Shard(int(buckets[rows[0]]), self.ids.rows[rows], is_ink[rows], reader)
                for rows in np.split(order, ends)
                if len(rows)
            ],
            at,
        )


def _weighted(rows: _Rows) -> Drawings:
    """Drawings as they are accepted now, weighted by how much each person may count."""
    labels = rows.accepted
    caps = [settings.CONTRIBUTOR_CAP if cap is None else cap for _, cap in rows.people.values()]
    # Somebody's signs do not take the place of the same person's digits.
    whose = 2 * rows.whose + (labels == NOT_A_DIGIT_CLASS)
    weights = capped_weights(whose, np.array(caps, np.float64)[rows.whose])
    return rows.drawings(labels, balanced_weights(labels, weights))


def balanced_weights(
    labels: NDArray[np.int64], weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(n,) weights by which what is no digit weighs at most `MAX_NON_DIGITS` of the digits."""
    signs = labels == NOT_A_DIGIT_CLASS
    most = MAX_NON_DIGITS * float(weights[~signs].sum())
    total = float(weights[signs].sum())
    if most == 0 or total <= most:
        return weights
    return np.where(signs, weights * np.float32(most / total), weights)


def capped_weights(
    whose: NDArray[Any], caps: NDArray[np.float64] | None = None
) -> NDArray[np.float32]:
    """(n,) weights of drawings: 1, or less where one contributor's would sum to more than a cap.

    `whose` is (n,), a number or a name of each drawing's contributor, and `caps` (n,) how much
    that person's may weigh together; None is the site's own cap for all.
    """
    _, person, counts = np.unique(whose, return_inverse=True, return_counts=True)
    most = np.float64(settings.CONTRIBUTOR_CAP) if caps is None else caps
    return np.minimum((most / counts[person]).astype(np.float32), np.float32(1))
