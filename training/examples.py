"""Examples, which a network learns from and is measured on: glyphs, labels and weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from recognizer.labels import CLASSES
from recognizer.preprocessing.glyph import Glyphs, Pixels
from training import lazy_glyphs
from training.lazy_glyphs import AnyGlyphs, LazyGlyphs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def _one() -> NDArray[np.float32]:
    return np.ones(1, dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Glyphs with their labels, row by row; the glyphs in memory, or read when looked at.

    `labels` is (n,) int64, 0 to 9 and 10 for what is no digit. `weights` is (n,)
    float32: how often a row is shown beside the others; one value stands for all
    rows, none for 1. Raises `ValueError` where these do not fit together.
    """

    glyphs: AnyGlyphs
    labels: NDArray[np.int64]
    weights: NDArray[np.float32] = field(default_factory=_one)

    def __post_init__(self) -> None:
        count = len(self.glyphs)
        labels = np.asarray(self.labels, dtype=np.int64)
        if labels.shape != (count,) or (count and not 0 <= labels.min() <= labels.max() < CLASSES):
            raise ValueError(f"Labels must be ({count},), from 0 to {CLASSES - 1}.")
        weights = np.broadcast_to(np.asarray(self.weights, dtype=np.float32), (count,)).copy()
        if not np.isfinite(weights).all() or (weights < 0).any():
            raise ValueError("Weights must be finite and not below zero.")
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "weights", weights)

    @classmethod
    def of_pictures(
        cls, pixels: Pixels, labels: NDArray[np.int64], weights: NDArray[np.float32] | None = None
    ) -> Examples:
        """Pictures, (n, 28, 28) uint8, of which nobody knows how they were written."""
        return cls(Glyphs.of_pictures(pixels), labels, _one() if weights is None else weights)

    @property
    def pixels(self) -> Pixels:
        return self.glyphs.pixels

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, rows: NDArray[Any] | slice) -> Examples:
        """The examples of some rows, given as an index array, a mask or a slice."""
        return Examples(self.glyphs[rows], self.labels[rows], self.weights[rows])

    def with_ink(self) -> Examples:
        """The examples of which it is known how the pen went."""
        return self.select(self.glyphs.has_ink)

    def left(self) -> Examples:
        """The examples that may still be used: the drawings behind them were not deleted."""
        left = lazy_glyphs.left(self.glyphs)
        return self if left.all() else self.select(left)

    def digest(self) -> str:
        """SHA-256 over all that training sees: glyphs, labels and weights, in order.

        Of glyphs that are not in memory it is what names them.
        """
        sha256 = hashlib.sha256(str(len(self)).encode())
        for column, kind in (
            *self._columns(),
            (self.labels, "<i8"),
            (self.weights, "<f4"),
        ):
            sha256.update(np.ascontiguousarray(column, dtype=kind).data)
        return sha256.hexdigest()

    def _columns(self) -> list[tuple[NDArray[Any], str]]:
        glyphs = self.glyphs
        if isinstance(glyphs, LazyGlyphs):
            return [(np.frombuffer(glyphs.digest().encode(), np.uint8), "u1")]
        motion = glyphs.motion[glyphs.has_ink]
        return [(glyphs.pixels, "u1"), (glyphs.has_ink, "u1"), (motion, "u1")]


def concatenate(parts: Sequence[Examples], *, copies: bool = True) -> Examples:
    """The examples of all parts, in order; none where there is no part.

    Without `copies` glyphs in memory stay where they are, and are read from there.
    """
    glyphs = [part.glyphs for part in parts]
    return Examples(
        lazy_glyphs.joined(glyphs) if copies else LazyGlyphs.joined(glyphs),
        np.concatenate([np.empty(0, np.int64), *(part.labels for part in parts)]),
        np.concatenate([np.empty(0, np.float32), *(part.weights for part in parts)]),
    )
