"""A version's manifest, shaped for the pages that show it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from recognizer.models import LABELS, Label

if TYPE_CHECKING:
    from collections.abc import Mapping

# What the figures were measured on, in the order of the columns.
SETS = {"mnist": "MNIST test", "held_out": "held-out drawings", "validation": "validation"}
# From which share of a row on a confusion is shown how strongly.
HEAT = (0.0, 0.005, 0.02, 0.05)
DIGITS = [str(digit) for digit in range(10)]


@dataclass(frozen=True, slots=True)
class Cell:
    """How often one label was read as another, and how that is shown."""

    count: int
    kind: str
    title: str


def names() -> list[str]:
    """Of a matrix's rows and columns; "not a digit" would make one of them wide."""
    return [*DIGITS, _("none")]


def percent(share: float | None, places: int = 2) -> str:
    """In the reader's language. Only all of them are 100 %, however many places there are."""
    if share is None:
        return "–"
    number = 100 * share if share == 1 else min(100 * share, 100 - 10**-places)
    return _("%(number)s\u00a0%%") % {"number": f"{number:.{places}f}"}


def probability(share: float) -> str:
    """As `percent` in static/js/words.js writes it. Never 100 %: no network knows that."""
    return percent(min(share, 0.999), places=1 if share >= 0.985 else 0)


def accuracy(metrics: Mapping[str, Any], name: str) -> float | None:
    """The accuracy on one of `SETS`, in [0, 1]; None where nothing was measured."""
    value: float | None = (metrics.get(name) or {}).get("accuracy")
    return value


def measured(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sets that were measured, each with its name, size, accuracy and confusion matrix."""
    return [
        {
            "key": key,
            "name": SETS[key],
            "images": report["n"],
            "accuracy": percent(report["accuracy"]),
            "digits": _shares(report["digits"]),
            "confusion": confusion(report["confusion"]),
        }
        for key, report in _reports(metrics)
    ]


def _shares(digits: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """For each digit the share that was read right; None where there was no such digit."""
    shares = [digits.get(str(digit)) for digit in range(10)]
    return [
        {"digit": digit, "share": share, "percent": percent(share)}
        for digit, share in enumerate(shares)
    ]


def by_digit(metrics: Mapping[str, Any]) -> list[tuple[int, list[str]]]:
    """For each digit the share that was read right, a column for each set that was measured."""
    reports = [report for _, report in _reports(metrics)]
    return [
        (digit, [percent(report["digits"].get(str(digit))) for report in reports])
        for digit in range(10)
    ]


def _reports(metrics: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, metrics[key]) for key in SETS if (metrics.get(key) or {}).get("n")]


def confusion(counts: list[list[int]]) -> list[tuple[str, list[Cell]]]:
    """(11, 11) counts, truth by answer -> named rows of cells."""
    return [
        (name, [_cell(truth, answer, row) for answer in range(len(row))])
        for truth, (name, row) in enumerate(zip(names(), counts, strict=True))
    ]


def _cell(truth: int, answer: int, row: list[int]) -> Cell:
    count, total = row[answer], sum(row)
    was, read = str(Label(LABELS[truth]).label), str(Label(LABELS[answer]).label)
    heat = sum(count > share * total for share in HEAT) if count else 0
    kind = "right" if truth == answer else f"heat-{heat}"
    words = {"was": was, "read": read, "count": count, "total": total}
    return Cell(count, kind, _("%(was)s read as %(read)s: %(count)s of %(total)s") % words)
