"""Training curves and histograms as SVG coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 300, 90


@dataclass(frozen=True, slots=True)
class Curve:
    """One run's curve: `points` of a polyline, and its last value."""

    name: str
    points: str
    last: float


def curves(histories: Sequence[tuple[str, Sequence[dict[str, Any]]]], figure: str) -> list[Curve]:
    """One curve a history of epochs, all in one scale, the smallest value at the bottom."""
    rows = [
        (name, [float(epoch[figure]) for epoch in history if epoch.get(figure) is not None])
        for name, history in histories
    ]
    rows = [(name, values) for name, values in rows if len(values) > 1]
    every = [value for _, values in rows for value in values]
    if not every:
        return []
    low, span = min(every), max(every) - min(every) or 1.0
    longest = max(len(values) for _, values in rows)
    return [
        Curve(
            name,
            " ".join(
                f"{WIDTH * at / (longest - 1):.1f},{HEIGHT * (1 - (value - low) / span):.1f}"
                for at, value in enumerate(values)
            ),
            values[-1],
        )
        for name, values in rows
    ]
