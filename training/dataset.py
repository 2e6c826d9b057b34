"""The site's own drawings as training material: one snapshot, split by contributor.

A contributor is either learned from or judged on, never both, and stays on the
same side for good: the side is a hash of the contributor's id.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from recognizer.glyph import SIZE
from recognizer.lots import lot
from recognizer.models import NOT_A_DIGIT, Drawing
from training.examples import NOT_A_DIGIT as NOT_A_DIGIT_CLASS
from training.examples import Examples, concatenate

# With fewer contributors nobody is held out: a site of one person must be able
# to learn from that person.
FEWEST_TO_HOLD_OUT = 5

FIELDS = (
    "pk", "contributor_id", "contributor__share_cap", "pixels", "accepted_label",
    "digit", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawings:
    """Drawings by row: their ids, the examples, and what each was read as when submitted."""

    ids: list[uuid.UUID]
    examples: Examples
    read_as: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def __add__(self, other: Drawings) -> Drawings:
        return Drawings(
            ids=self.ids + other.ids,
            examples=concatenate([self.examples, other.examples]),
            read_as=np.concatenate([self.read_as, other.read_as]),
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All trainable drawings at one moment. The digest is a function of what is learned from."""

    train: Drawings
    held_out: Drawings
    contributors: int
    sources: dict[str, int]

    @property
    def digest(self) -> str:
        parts = self.train.examples.digest() + self.held_out.examples.digest()
        return hashlib.sha256(parts.encode()).hexdigest()

    def counts(self) -> dict[str, Any]:
        return {
            "total": len(self.train) + len(self.held_out),
            "train": len(self.train),
            "held_out": len(self.held_out),
            "contributors": self.contributors,
            "sources": self.sources,
        }


def is_held_out(contributor: uuid.UUID, percent: int) -> bool:
    """Whether a contributor is judged on, not learned from; `percent` of all are."""
    return lot(contributor) < percent


def take_snapshot() -> Snapshot:
    """Reads all trainable drawings."""
    rows = list(Drawing.objects.trainable().values(*FIELDS))
    people = {row["contributor_id"] for row in rows}
    percent = settings.HELD_OUT_PERCENT if len(people) >= FEWEST_TO_HOLD_OUT else 0
    held_out = {person for person in people if is_held_out(person, percent)}
    if held_out == people:
        held_out = set()
    return Snapshot(
        train=_drawings([row for row in rows if row["contributor_id"] not in held_out]),
        held_out=_drawings([row for row in rows if row["contributor_id"] in held_out]),
        contributors=len(people),
        sources=dict(Counter(row["source"] for row in rows)),
    )


def _drawings(rows: list[dict[str, Any]]) -> Drawings:
    pixels = np.frombuffer(b"".join(bytes(row["pixels"]) for row in rows), dtype=np.uint8)
    return Drawings(
        ids=[row["pk"] for row in rows],
        examples=Examples(
            pixels=pixels.reshape(-1, SIZE, SIZE),
            labels=np.array([_class_of(row["accepted_label"]) for row in rows], dtype=np.int64),
            weights=capped_weights(
                [row["contributor_id"] for row in rows],
                [row["contributor__share_cap"] for row in rows],
            ),
        ),
        read_as=np.array(
            [NOT_A_DIGIT_CLASS if row["digit"] is None else row["digit"] for row in rows],
            dtype=np.int64,
        ),
    )


def _class_of(label: str) -> int:
    return NOT_A_DIGIT_CLASS if label == NOT_A_DIGIT else int(label)


def capped_weights(
    contributors: Sequence[Hashable], caps: Sequence[int | None]
) -> NDArray[np.float32]:
    """(n,) a drawing's weight: 1, or less where its contributor would weigh more than the cap.

    `contributors` and `caps` say whose each drawing is and how much that person's may weigh
    together; None is the site's own cap.
    """
    counts = Counter(contributors)
    shares = [
        (settings.CONTRIBUTOR_CAP if cap is None else cap) / counts[contributor]
        for contributor, cap in zip(contributors, caps, strict=True)
    ]
    return np.minimum(np.array(shares, dtype=np.float32), np.float32(1))
