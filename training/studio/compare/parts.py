"""The parts of a comparison's page, as plain values for its template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from recognizer import formatting, gate_words
from recognizer.models import ModelVersion
from training.evaluation.gate import HELD_OUT, MNIST, PEN
from training.selectors import pairs
from training.studio.compare import names
from training.studio.pictures import forest, matrix, reliability
from training.studio.tiles import Tile, tile_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from training.selectors.pairs import Changed, Changes, Mover, Pair, SetRow

# Below this a matrix or a diagram would say nothing.
LEAST = 20


@dataclass(frozen=True, slots=True)
class Cause:
    """The likely cause: one person's drawings that say otherwise than both versions read."""

    mover: Mover
    tiles: list[Tile]

    @property
    def more(self) -> int:
        return self.mover.contested_pair - len(self.tiles)


def cause(pair: Pair, movers: list[Mover]) -> Cause | None:
    """Whose new drawings say that something is what the candidate now takes it for."""
    if (
        not pair.is_gates
        or pair.newer.gate_verdict == ModelVersion.GateVerdict.PASSED
        or not movers
    ):
        return None
    most = movers[0]
    if most.contested_pair < 3:
        return None
    drawings = pairs.contested_drawings(most, pair.newer)
    return Cause(most, [tile_of(one, is_marked=True) for one in drawings])


@dataclass(frozen=True, slots=True)
class ForestLine:
    """A set by name, with its counts, its marks in the plot, and its difference in words."""

    name: str
    n: str
    row: SetRow
    line: forest.Line
    is_part: bool
    points: str
    interval: str


def forest_lines(pair: Pair) -> list[ForestLine]:
    rows = [row for name in names.WHOLE[:1] if (row := pair.row(name))]
    rows += [*pair.rows_of(pairs.SOURCES), *pair.pens]
    rows += [row for name in names.WHOLE[1:] if (row := pair.row(name))]
    rows += [row for row in pair.rows_of(pairs.DIGITS) if row.name.endswith("_10")]
    return [
        ForestLine(
            names.set_name(row.name) if not row.name.endswith("_10") else _("Not a digit"),
            formatting.figure(row.n),
            row,
            line,
            row.name.startswith((pairs.SOURCES, PEN)),
            _points(row.difference),
            _("%(low)s to %(high)s") % {"low": _points(row.low), "high": _points(row.high)},
        )
        for row, line in zip(rows, forest.lines(rows), strict=True)
    ]


def _points(difference: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    value = round(100 * difference, 2)
    sign = "+" if value > 0 else "−" if value else ""
    return sign + formatting.figure(abs(value), 2)


@dataclass(frozen=True, slots=True)
class Ticks:
    """A digit with as many marks above as are fixed, and below as are broken."""

    digit: str
    row: SetRow | None
    fixed: range
    broken: range
    more_fixed: int
    more_broken: int


MAX_TICKS = 8


def ticks(pair: Pair) -> list[Ticks]:
    fixed: dict[int, int] = {}
    broken: dict[int, int] = {}
    rows = {row.name: row for row in pair.rows_of(pairs.DIGITS)}
    for counts, changes in ((fixed, pair.fixes), (broken, pair.breaks)):
        for (label, _answer), count in changes.pairs:
            counts[label] = counts.get(label, 0) + count
    found = []
    for digit in range(10):
        row = rows.get(f"{pairs.DIGITS}{digit}")
        up = row.fixed if row else fixed.get(digit, 0)
        down = row.broken if row else broken.get(digit, 0)
        found.append(
            Ticks(
                str(digit),
                row,
                range(min(up, MAX_TICKS)),
                range(min(down, MAX_TICKS)),
                max(0, up - MAX_TICKS),
                max(0, down - MAX_TICKS),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class ChangeTile:
    """A drawing with both answers; `good` is what it is, `bad` what it is not."""

    tile: Tile
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class ChangeTiles:
    """The drawings that are fixed, or broken, and how many are not shown."""

    changes: Changes
    tiles: list[ChangeTile]


def change_tiles(changes: Changes, *, is_fixed: bool) -> ChangeTiles:
    return ChangeTiles(changes, [_change_tile(one, is_fixed=is_fixed) for one in changes.shown])


def _change_tile(one: Changed, *, is_fixed: bool) -> ChangeTile:
    known = one.before is not None and one.now is not None
    return ChangeTile(
        tile_of(one.drawing, is_marked=not is_fixed),
        matrix.named(one.before) if known and one.before is not None else "",
        matrix.named(one.now) if known and one.now is not None else "",
    )


CHECK_NAMES: dict[str, StrOrPromise] = {
    "mnist": "MNIST", "held_out": gettext_lazy("People"), "digits": gettext_lazy("Every digit"),
    "sources": gettext_lazy("Every source"), "promises": gettext_lazy("Once read right"),
    "unlabelled": gettext_lazy("Labelled by nobody"), "parity": gettext_lazy("Same files"),
    "latency": gettext_lazy("Speed"), "size": gettext_lazy("Size"),
}  # fmt: skip


def checks(version: ModelVersion) -> list[dict[str, Any]]:
    """The gate's checks; what passed by counts is said shortly, the rest with its reasons."""
    return [
        {
            "name": CHECK_NAMES.get(check["name"], check["name"]),
            "sentence": _shortly(check),
            "outcome": (outcome := gate_words.outcome(check)),
            "said": ModelVersion.GateVerdict(outcome).label,
        }
        for check in version.gate_report.get("checks", [])
    ]


def _shortly(check: dict[str, Any]) -> str:
    figures = check.get("figures", {})
    if not check["passed"] or figures.get("champion_right") is None:
        return gate_words.sentence(check)
    return _("%(fixed)s fixed, %(broken)s broken of %(n)s") % {
        "fixed": formatting.figure(figures["fixed"]),
        "broken": formatting.figure(figures["broken"]),
        "n": formatting.figure(figures["n"]),
    }


def matrices(pair: Pair) -> dict[str, Any] | None:
    """How the mistakes differ, on held-out people, or on MNIST where those are few."""
    for name in (HELD_OUT, MNIST):
        both = pair.pictures.get(name, {})
        if pairs.NEWER not in both or pairs.OLDER not in both:
            continue
        now, before = both[pairs.NEWER]["confusion"], both[pairs.OLDER]["confusion"]
        if sum(map(sum, now)) < LEAST:
            continue
        return {
            "name": names.set_name(name),
            "change": matrix.difference(now, before),
            "names": [matrix.named(index) for index in range(11)],
            "sides": [
                {"number": pair.newer.number, "rows": matrix.rows(now)},
                {"number": pair.older.number, "rows": matrix.rows(before)},
            ],
        }
    return None


def calibration(pair: Pair) -> list[dict[str, Any]]:
    """Of each version: what it says when it is sure, and how often it is right then."""
    for name in (HELD_OUT, MNIST):
        both = pair.pictures.get(name, {})
        if pairs.NEWER not in both or pairs.OLDER not in both:
            continue
        found = []
        for who, version in ((pairs.NEWER, pair.newer), (pairs.OLDER, pair.older)):
            n, said, right = reliability.when_sure(both[who]["reliability"])
            if n < LEAST:
                break
            found.append(
                {
                    "number": version.number,
                    "said": formatting.percent(said, 1),
                    "right": formatting.percent(right / n, 1),
                    "n": n,
                    "points": reliability.points(both[who]["reliability"]),
                }
            )
        if len(found) == 2:
            return found
    return []


def costs(version: ModelVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "milliseconds": version.metrics.get("latency_ms"),
        "bytes": version.manifest["files"].get("model.tflite", {}).get("bytes"),
    }
