"""A reliability diagram: how often answers of a confidence are right, with intervals.

Coordinates are those of a square `SIDE` wide, (0, SIDE) being 0 %, 0 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.evaluation.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

SIDE = 200
# A bin of fewer answers says nothing.
LEAST = 5


@dataclass(frozen=True, slots=True)
class Point:
    """One bin: where its dot lies, from where to where its interval reaches, and its counts."""

    x: float
    y: float
    top: float
    bottom: float
    n: int
    right: int
    confidence: float


def points(bins: Sequence[Sequence[float]]) -> list[Point]:
    """The bins that hold at least `LEAST` answers: [answers, mean confidence, right] each."""
    return [_point(int(n), confidence, int(right)) for n, confidence, right in bins if n >= LEAST]


def _point(n: int, confidence: float, right: int) -> Point:
    low, high = wilson(right, n)
    return Point(
        x=round(SIDE * confidence, 1),
        y=round(SIDE * (1 - right / n), 1),
        top=round(SIDE * (1 - high), 1),
        bottom=round(SIDE * (1 - low), 1),
        n=n,
        right=right,
        confidence=confidence,
    )


def when_sure(bins: Sequence[Sequence[float]], least: float = 0.9) -> tuple[int, float, int]:
    """(answers, mean confidence, right) of the answers whose bin begins at `least` or above."""
    chosen = bins[round(least * len(bins)) :]
    n = int(sum(one[0] for one in chosen))
    total = sum(one[0] * one[1] for one in chosen)
    return n, total / n if n else 0.0, int(sum(one[2] for one in chosen))
