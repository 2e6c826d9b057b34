"""What was live when: steps of the versions' shares with their intervals, over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from recognizer import formatting
from training.studio.charts.scales import Scale, ticks

if TYPE_CHECKING:
    from training.selectors.timeline import Beside, Measured, Span, Timeline

WIDTH, HEIGHT = 1080, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 1000, 56, 210
STRIP_TOP, STRIP_HEIGHT = 224, 30
NARROW = 26  # a strip narrower than this has no room for its number


@dataclass(frozen=True, slots=True)
class Step:
    """A span: its level with the band around it, and its strip below."""

    key: int
    number: int
    x: float
    width: float
    y: float | None
    band_y: float
    band_height: float
    was_taken_back: bool
    has_room: bool
    is_chosen: bool
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A version beside the line: a cross where refused, a ring where it waits."""

    number: int
    x: float
    y: float
    is_refused: bool
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The places of all that is drawn; `head` is the playhead's, with what it says."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    strip_top: int
    strip_height: int
    steps: list[Step]
    joins: list[tuple[float, float, float, bool]]
    marks: list[Mark]
    levels: list[tuple[float, str]]
    dates: list[tuple[float, str, str]]
    head: tuple[float, str] | None
    head_box: tuple[float, float]


def chart(line: Timeline, chosen: Span | None, *, now: datetime) -> Chart | None:
    """The chart of at least one promotion; None without. `chosen` is where the playhead is."""
    if not line.spans:
        return None
    begins, ends = line.spans[0].begins, line.spans[-1].ends
    last = max(now, ends, begins + timedelta(hours=1))
    across = Scale(begins.timestamp(), last.timestamp(), LEFT, RIGHT)
    up = Scale(*_range(line), BOTTOM, TOP)
    steps = [_step(span, across, up, chosen) for span in line.spans]
    head = _head(chosen, across) if chosen else None
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=BOTTOM,
        strip_top=STRIP_TOP,
        strip_height=STRIP_HEIGHT,
        steps=steps,
        joins=_joins(steps),
        marks=[mark for mark in (_mark(one, across, up) for one in line.beside) if mark],
        levels=[
            (up.at(level), formatting.percentage(formatting.tick(level)))
            for level in ticks(up.low, up.high, most=4)
        ],
        dates=_dates(across),
        head=head,
        head_box=_head_box(head),
    )


def _range(line: Timeline) -> tuple[float, float]:
    """The lowest and highest per cent shown, on round levels."""
    every = [one.measured for one in line.spans] + [one.measured for one in line.beside]
    known = [one for one in every if one]
    if not known:
        return 0.0, 100.0
    lows = [100 * one.interval[0] for one in known]
    highs = [100 * one.interval[1] for one in known]
    levels = ticks(min(lows), min(100.0, max(highs)), most=4)
    return levels[0], levels[-1]


def _step(span: Span, across: Scale, up: Scale, chosen: Span | None) -> Step:
    x, end = across.at(span.begins.timestamp()), across.at(span.ends.timestamp())
    low, high = span.measured.interval if span.measured else (0.0, 0.0)
    band_y = up.at(100 * high)
    return Step(
        key=span.promotion.pk,
        number=span.number,
        x=x,
        width=round(max(end - x - 1, 1.0), 1),
        y=up.at(100 * span.measured.share) if span.measured else None,
        band_y=band_y,
        band_height=round(up.at(100 * low) - band_y, 1),
        was_taken_back=span.was_taken_back,
        has_room=end - x >= NARROW,
        is_chosen=chosen is not None and chosen.promotion.pk == span.promotion.pk,
        title=_title(span),
    )


def _title(span: Span) -> str:
    words = {
        "number": span.number,
        "begins": date_format(span.begins, "j M Y, H:i"),
        "ends": date_format(span.ends, "j M Y, H:i"),
        "share": _said(span.measured),
    }
    if span.is_now:
        return _("Version %(number)s, live since %(begins)s; %(share)s") % words
    return _("Version %(number)s, live from %(begins)s to %(ends)s; %(share)s") % words


def _said(measured: Measured | None) -> str:
    if measured is None:
        return _("not measured")
    return f"{formatting.percent(measured.share)}, n = {formatting.figure(measured.n)}"


def _joins(steps: list[Step]) -> list[tuple[float, float, float, bool]]:
    """(x, from y, to y, whether it goes back) between each level and the next."""
    return [
        (after.x, before.y, after.y, before.was_taken_back)
        for before, after in pairwise(steps)
        if before.y is not None and after.y is not None
    ]


def _mark(one: Beside, across: Scale, up: Scale) -> Mark | None:
    if one.measured is None or one.at.timestamp() < across.low:
        return None
    words = {"number": one.number, "share": _said(one.measured)}
    told = (
        _("Version %(number)s, refused; %(share)s")
        if one.is_refused
        else _("Version %(number)s waits; %(share)s")
    )
    x = across.at(min(one.at.timestamp(), across.high)) if one.is_refused else RIGHT + 24
    return Mark(one.number, x, up.at(100 * one.measured.share), one.is_refused, told % words)


def _dates(across: Scale) -> list[tuple[float, str, str]]:
    span = across.high - across.low
    form = "j M" if span > 3 * 86_400 else "H:i"
    inner = []
    for part in (0.0, 0.25, 0.5, 0.75):
        moment = datetime.fromtimestamp(across.low + span * part).astimezone()
        inner.append((across.at(moment.timestamp()), date_format(moment, form), "middle"))
    return [*inner, (across.end, _("now"), "middle")]


def _head(chosen: Span, across: Scale) -> tuple[float, str]:
    middle = (chosen.begins.timestamp() + chosen.ends.timestamp()) / 2
    words = {"day": date_format(chosen.begins, "j M, H:i"), "number": chosen.number}
    told = (
        _("Since %(day)s: version %(number)s is live")
        if chosen.is_now
        else _("From %(day)s: version %(number)s was live")
    )
    return across.at(middle), told % words


def _head_box(head: tuple[float, str] | None) -> tuple[float, float]:
    """(x, width) of the playhead's words, kept within the picture."""
    if head is None:
        return 0.0, 0.0
    width = 7.2 * len(head[1]) + 24
    return min(max(head[0] - width / 2, 0.0), WIDTH - width), width
