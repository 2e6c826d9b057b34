"""The site's own drawings as examples: one snapshot, split by contributor.

A contributor is either learned from or held out, never both (`recognizer.split`).
"""

from __future__ import annotations

import hashlib
import json
import sys
import uuid
from array import array
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
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
    """Drawings by row: ids, examples, (n,) the class each was read as when submitted, sources."""

    ids: list[uuid.UUID]
    examples: Examples
    read_as: NDArray[np.int64]
    sources: list[str]

    def __len__(self) -> int:
        return len(self.ids)

    def __add__(self, other: Drawings) -> Drawings:
        return Drawings(
            ids=self.ids + other.ids,
            examples=concatenate([self.examples, other.examples]),
            read_as=np.concatenate([self.read_as, other.read_as]),
            sources=self.sources + other.sources,
        )

    def left(self) -> Drawings:
        """Those that may still be used, because they were not deleted meanwhile."""
        left = lazy_glyphs.left(self.examples.glyphs)
        if left.all():
            return self
        return Drawings(
            ids=list(compress(self.ids, left)),
            examples=self.examples.select(left),
            read_as=self.read_as[left],
            sources=list(compress(self.sources, left)),
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

    train: list[uuid.UUID] = field(default_factory=list)
    held_out: list[uuid.UUID] = field(default_factory=list)

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
        """Ids, labels and weights as JSON, from which `retake_snapshot` makes it again."""
        return {
            "train": _record(self.train),
            "held_out": _record(self.held_out),
            "contributors": self.contributors,
            "sources": self.sources,
        }


def _record(drawings: Drawings) -> dict[str, Any]:
    return {
        "ids": [str(key) for key in drawings.ids],
        "labels": drawings.examples.labels.tolist(),
        "weights": drawings.examples.weights.tolist(),
    }


def record_digest(record: dict[str, Any]) -> str:
    """SHA-256 over a record, as it was made or as it comes from the database."""
    facts = {"contributors": record["contributors"], "sources": record["sources"]}
    sha256 = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for part in (record["train"], record["held_out"]):
        sha256.update(" ".join(part["ids"]).encode())
        sha256.update(np.array(part["labels"], dtype="<i8").data)
        sha256.update(np.array(part["weights"], dtype="<f4").data)
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


def _retaken(part: dict[str, Any]) -> tuple[Drawings, list[uuid.UUID]]:
    ids = [uuid.UUID(key) for key in part["ids"]]
    rows, left = _Rows(), np.zeros(len(ids), np.bool_)
    for begin in range(0, len(ids), IDS_A_QUERY):
        some = ids[begin : begin + IDS_A_QUERY]
        found = {row[0]: row for row in _fields(usable().filter(pk__in=some).order_by())}
        rows.add(found[key] for key in some if key in found)
        left[begin : begin + len(some)] = [key in found for key in some]
    drawings = rows.drawings(
        np.array(part["labels"], dtype=np.int64)[left],
        np.array(part["weights"], dtype=np.float32)[left],
    )
    return drawings, list(compress(ids, ~left))


def take_snapshot() -> Snapshot:
    """All trainable drawings as they are now, those of some people held out."""
    rows = _Rows()
    rows.add(_fields(Drawing.objects.trainable()).iterator(chunk_size=ROWS_AT_ONCE))
    people = set(rows.people)
    held_out = held_out_of(people)
    judged = np.array([person in held_out for person in rows.people], np.bool_)[rows.whose]
    return Snapshot(
        train=_weighted(rows.select(~judged)),
        held_out=_weighted(rows.select(judged)),
        contributors=len(people),
        sources=dict(Counter(rows.sources)),
    )


def _fields(drawings: DrawingQuerySet) -> QuerySet[Drawing, tuple[Any, ...]]:
    is_ink = ExpressionWrapper(Q(strokes__isnull=False), BooleanField())
    return drawings.annotate(is_ink=is_ink).values_list(*FIELDS)


@dataclass(slots=True)
class _Rows:
    """What is known of drawings, column by column, so that a million fit into memory.

    `people` has a number and the cap of each contributor; `whose` those numbers, row by row.
    """

    people: dict[uuid.UUID, tuple[int, int | None]] = field(default_factory=dict)
    ids: list[uuid.UUID] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    # (n,) int64 whose, as what it was accepted and read, and whether it is ink.
    columns: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 4), np.int64))

    @property
    def whose(self) -> NDArray[np.int64]:
        return self.columns[:, 0]

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Adds rows of `FIELDS`, in order."""
        new = array("q")
        for key, person, cap, label, digit, source, is_ink in rows:
            number, _ = self.people.setdefault(person, (len(self.people), cap))
            accepted = LABELS.index(label) if label else NOT_A_DIGIT_CLASS
            new.extend((number, accepted, LABELS.index(label_of(digit)), is_ink))
            self.ids.append(key)
            self.sources.append(sys.intern(source))
        columns = np.frombuffer(new, np.int64) if new else np.empty(0, np.int64)
        self.columns = np.concatenate([self.columns, columns.reshape(-1, 4)])

    def select(self, chosen: NDArray[np.bool_]) -> _Rows:
        """The rows that a mask has."""
        return _Rows(
            self.people,
            list(compress(self.ids, chosen)),
            list(compress(self.sources, chosen)),
            self.columns[chosen],
        )

    def drawings(self, labels: NDArray[np.int64], weights: NDArray[np.float32]) -> Drawings:
        """The drawings with these labels and weights; their ink is read from shards."""
        return Drawings(
            ids=self.ids,
            examples=Examples(self._glyphs(), labels=labels, weights=weights),
            read_as=self.columns[:, 2].copy(),
            sources=self.sources,
        )

    def _glyphs(self) -> LazyGlyphs:
        buckets = np.array([bucket(person) for person in self.people], np.int64)[self.whose]
        keys = np.frombuffer(b"".join(key.bytes for key in self.ids), np.uint8).reshape(-1, 16)
        # By bucket, and within it by id; `lexsort` looks at its last key first.
        order = np.lexsort([*keys.T[::-1], buckets])
        at = np.empty(len(order), np.int64)
        at[order] = np.arange(len(order))
        ends, reader = np.flatnonzero(np.diff(buckets[order])) + 1, Reader()
        is_ink = self.columns[:, 3].astype(np.bool_)
        return LazyGlyphs(
            [
                Shard(int(buckets[rows[0]]), keys[rows], is_ink[rows], reader)
                for rows in np.split(order, ends)
                if len(rows)
            ],
            at,
        )


def _weighted(rows: _Rows) -> Drawings:
    """Drawings as they are accepted now, weighted by how much each person may count."""
    labels = rows.columns[:, 1].copy()
    caps = [cap for _, cap in rows.people.values()]
    weights = capped_weights(
        # Somebody's signs do not take the place of the same person's digits.
        (2 * rows.whose + (labels == NOT_A_DIGIT_CLASS)).tolist(),
        [caps[person] for person in rows.whose.tolist()],
    )
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
    contributors: Sequence[Hashable], caps: Sequence[int | None]
) -> NDArray[np.float32]:
    """(n,) weights of drawings: 1, or less where a contributor's would sum to more than a cap.

    `contributors` names whose each drawing is, `caps` how much that person's may
    weigh together; None is the site's own cap.
    """
    counts = Counter(contributors)
    shares = [
        (settings.CONTRIBUTOR_CAP if cap is None else cap) / counts[contributor]
        for contributor, cap in zip(contributors, caps, strict=True)
    ]
    return np.minimum(np.array(shares, dtype=np.float32), np.float32(1))
