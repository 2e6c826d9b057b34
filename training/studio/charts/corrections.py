"""Corrections per 100 answers over time, with a flag for each promotion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from recognizer import formatting
from recognizer.models import Promotion
from training.studio.charts.scales import Scale, band, line, ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.selectors.corrections import Point

WIDTH, HEIGHT = 760, 280
LEFT, RIGHT, TOP, BOTTOM = 36, 668, 52, 248
FLAG = 26  # a flag's width; those that would overlap stand on the next row
ROWS = 2


@dataclass(frozen=True, slots=True)
class Flag:
    """A promotion on the chart: where, in which row, and what it says."""

    x: float
    y: int
    text: str
    is_back: bool
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The places of all that is drawn; `last` is the newest point."""

    width: int
    height: int
    bottom: int
    left: int
    right: int
    band: str
    line: str
    levels: list[tuple[float, str]]
    dates: list[tuple[float, str, str]]
    flags: list[Flag]
    last: tuple[float, float]
    last_text: str


def chart(
    points: Sequence[Point], promotions: Sequence[Promotion], *, now: datetime
) -> Chart | None:
    """The chart of at least two points; None of fewer. `promotions` come oldest first."""
    if len(points) < 2:
        return None
    shares = [(point.at.timestamp(), 100 * point.answers.share) for point in points]
    intervals = [[100 * end for end in point.answers.interval] for point in points]
    levels = ticks(0, _top(shares, intervals), most=4)
    across = Scale(shares[0][0], shares[-1][0], LEFT, RIGHT)
    up = Scale(0, levels[-1], BOTTOM, TOP)

    def places(values: Sequence[float]) -> list[tuple[float, float]]:
        # What reaches beyond the highest level is cut off there.
        return [
            (across.at(moment), max(up.at(value), TOP - 6.0))
            for (moment, _), value in zip(shares, values, strict=True)
        ]

    drawn = places([share for _, share in shares])
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        bottom=BOTTOM,
        left=LEFT,
        right=RIGHT,
        band=band(places([high for _, high in intervals]), places([low for low, _ in intervals])),
        line=line(drawn),
        levels=[(up.at(level), formatting.tick(level)) for level in levels],
        dates=_dates(points, across),
        flags=_flags(promotions, across),
        last=drawn[-1],
        last_text=formatting.figure(shares[-1][1], 1),
    )


def _top(shares: Sequence[tuple[float, float]], intervals: Sequence[Sequence[float]]) -> float:
    """The highest value shown: of the line all, of the band what most of it needs."""
    highs = sorted(high for _, high in intervals)
    return max(max(share for _, share in shares) * 1.15, highs[len(highs) * 3 // 4]) or 1.0


def _dates(points: Sequence[Point], across: Scale) -> list[tuple[float, str, str]]:
    """(place, text, anchor) of the first day, two between and the last."""
    first, last = points[0].at, points[-1].at
    between = [first + (last - first) * part for part in (1 / 3, 2 / 3)]
    inner = [
        (across.at(day.timestamp()), date_format(day, "j M"), "middle")
        for day in between
        if (last - first).days > 6
    ]
    return [
        (across.start, date_format(first, "j M"), "start"),
        *inner,
        (across.end, _("today"), "end"),
    ]


def _flags(promotions: Sequence[Promotion], across: Scale) -> list[Flag]:
    flags: list[Flag] = []
    free = [0.0] * ROWS  # from where on each row is free
    for promotion in promotions:
        moment = promotion.at.timestamp()
        if not across.low <= moment <= across.high:
            continue
        x = across.at(moment)
        row = next((row for row in range(ROWS) if free[row] <= x - FLAG / 2), None)
        if row is None:
            row = ROWS - 1
        free[row] = x + FLAG / 2 + 2
        is_back = promotion.kind == Promotion.Kind.ROLLBACK
        number = promotion.version.number
        flags.append(
            Flag(
                x=x,
                y=4 + 20 * row,
                text=f"↩{number}" if is_back else str(number),
                is_back=is_back,
                title=_title(promotion),
            )
        )
    return flags


def _title(promotion: Promotion) -> str:
    words = {"number": promotion.version.number, "day": date_format(promotion.at, "j M Y, H:i")}
    if promotion.kind == Promotion.Kind.ROLLBACK:
        return _("Back to version %(number)s, %(day)s") % words
    return _("Version %(number)s live, %(day)s") % words
