"""A forest plot: one line a set, its difference with an interval, beside the gate's margin.

Coordinates are those of a strip `WIDTH` wide and `HEIGHT` high; 0 lies in its middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.selectors.pairs import SetRow

WIDTH, HEIGHT = 260, 24
MIDDLE = WIDTH / 2
# Of a side: what is beyond is cut off at the edge.
ROOM = MIDDLE - 8


@dataclass(frozen=True, slots=True)
class Line:
    """One set's marks: the interval from `low` to `high`, the dot, and the margin's edge.

    `is_clear` where the interval leaves 0 out.
    """

    low: float
    high: float
    dot: float
    margin: float
    is_clear: bool
    is_worse: bool


def lines(rows: Sequence[SetRow]) -> list[Line]:
    """One line a row, all in one scale, so that they can be compared."""
    reach = max((max(abs(row.low), abs(row.high)) for row in rows if row.n >= 30), default=0.01)
    return [_line(row, ROOM / (reach or 0.01)) for row in rows]


def _line(row: SetRow, scale: float) -> Line:
    def at(value: float) -> float:
        return round(min(max(MIDDLE + value * scale, 4), WIDTH - 4), 1)

    return Line(
        low=at(row.low),
        high=at(row.high),
        dot=at(row.difference),
        margin=at(-row.margin / row.n),
        is_clear=row.low > 0 or row.high < 0,
        is_worse=row.high < 0,
    )
