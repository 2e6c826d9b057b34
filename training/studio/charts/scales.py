"""Values to places, round ticks, lines and bands of an SVG. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """A line from the values [low, high] to the places [start, end] of a picture."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of a value, to a tenth; in the middle where all values are the same."""
        span = self.high - self.low
        part = (value - self.low) / span if span else 0.5
        return round(self.start + (self.end - self.start) * part, 1)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """At most `most` + 1 round numbers that hold [low, high] between them."""
    if high <= low:
        high = low + 1
    step = _step((high - low) / most)
    first, last = _around(low, high, step)
    while last - first > most:
        step = _step(step * 1.01)
        first, last = _around(low, high, step)
    return [round(number * step, 10) for number in range(first, last + 1)]


def _around(low: float, high: float, step: float) -> tuple[int, int]:
    """The steps that hold both, with a little slack for what binary fractions miss."""
    return floor(low / step + 1e-9), ceil(high / step - 1e-9)


def _step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is no less."""
    power = 10.0 ** floor(log10(least))
    return next(power * step for step in STEPS if power * step >= least * (1 - 1e-9))


def line(points: Iterable[tuple[float, float]]) -> str:
    """Places -> an SVG path's data."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def band(upper: Sequence[tuple[float, float]], lower: Sequence[tuple[float, float]]) -> str:
    """The area between two lines of places, as an SVG path's data."""
    return f"{line([*upper, *reversed(lower)])}Z"
