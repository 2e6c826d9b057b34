"""The site's own drawings as examples: one snapshot, split by contributor.

A contributor is either learned from or held out, never both (`recognizer.split`).
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from recognizer.labels import LABELS, NOT_A_DIGIT_CLASS, label_of
from recognizer.models import Drawing
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from recognizer.split import is_held_out
from training.examples import Examples, concatenate

# With fewer contributors nobody is held out: a site of one person must be able
# to learn from that person.
MIN_CONTRIBUTORS = 5
# Signs and scribbles teach what no digit is; more of them than this would outvote the digits.
MAX_NON_DIGITS = 0.35

IDS_A_QUERY = 500
FIELDS = (
    "pk", "contributor_id", "contributor__share_cap", "pixels", "strokes",
    "accepted_label", "digit", "source",
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
    usable = Drawing.objects.filter(consent=True, contributor__blocked=False)
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for begin in range(0, len(ids), IDS_A_QUERY):
        some = usable.filter(pk__in=ids[begin : begin + IDS_A_QUERY])
        found |= {row["pk"]: row for row in some.values(*FIELDS)}
    left = [place for place, key in enumerate(ids) if key in found]
    drawings = _drawings(
        [found[ids[place]] for place in left],
        np.array([part["labels"][place] for place in left], dtype=np.int64),
        np.array([part["weights"][place] for place in left], dtype=np.float32),
    )
    return drawings, [key for key in ids if key not in found]


def take_snapshot() -> Snapshot:
    """All trainable drawings as they are now, those of some people held out."""
    rows = list(Drawing.objects.trainable().values(*FIELDS))
    people = {row["contributor_id"] for row in rows}
    held_out = held_out_of(people)
    return Snapshot(
        train=_weighted([row for row in rows if row["contributor_id"] not in held_out]),
        held_out=_weighted([row for row in rows if row["contributor_id"] in held_out]),
        contributors=len(people),
        sources=dict(Counter(row["source"] for row in rows)),
    )


def held_out_of(people: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those of all people who are held out: `HELD_OUT_PERCENT`, by their ids.

    Nobody is where they are fewer than `MIN_CONTRIBUTORS`, or where all would be.
    """
    percent = settings.HELD_OUT_PERCENT if len(people) >= MIN_CONTRIBUTORS else 0
    held_out = {person for person in people if is_held_out(person, percent)}
    return set() if held_out == people else held_out


def _weighted(rows: list[dict[str, Any]]) -> Drawings:
    """Drawings as they are accepted now, weighted by how much each person may count."""
    labels = np.array([LABELS.index(row["accepted_label"]) for row in rows], dtype=np.int64)
    weights = capped_weights(
        # Somebody's signs do not take the place of the same person's digits.
        [
            (row["contributor_id"], label == NOT_A_DIGIT_CLASS)
            for row, label in zip(rows, labels.tolist(), strict=True)
        ],
        [row["contributor__share_cap"] for row in rows],
    )
    return _drawings(rows, labels, balanced_weights(labels, weights))


def _drawings(
    rows: list[dict[str, Any]], labels: NDArray[np.int64], weights: NDArray[np.float32]
) -> Drawings:
    glyphs = [ink.of_stored(bytes(row["pixels"]), row["strokes"]) for row in rows]
    return Drawings(
        ids=[row["pk"] for row in rows],
        examples=Examples(Glyphs.of(glyphs), labels=labels, weights=weights),
        read_as=np.array([LABELS.index(label_of(row["digit"])) for row in rows], dtype=np.int64),
        sources=[row["source"] for row in rows],
    )


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
