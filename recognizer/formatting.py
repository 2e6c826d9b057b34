"""A version's figures as text and cells for the pages that show them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from recognizer.labels import LABELS, NOT_A_DIGIT

if TYPE_CHECKING:
    from collections.abc import Mapping

# The sets of examples that figures are measured on, in the order of the columns.
SETS = {"mnist": "MNIST test", "held_out": "held-out drawings", "validation": "validation"}
# Shares of a row above which a cell of the confusion matrix is shown one step more strongly.
HEAT = (0.0, 0.005, 0.02, 0.05)
DIGITS = [str(digit) for digit in range(10)]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the confusion matrix: its count, its CSS class, and a sentence about it."""

    count: int
    kind: str
    title: str


def names() -> list[str]:
    """The names of the confusion matrix's rows and columns: "not a digit" would be too wide."""
    return [*DIGITS, _("none")]


def figure(value: float | Decimal, places: int = 0) -> str:
    """A number as the reader's language writes it, rounded to so many decimals: 1,234.50."""
    return number_format(f"{value:.{places}f}", places, force_grouping=True)


def tick(value: float) -> str:
    """A round number beside an axis, with no more decimals than it needs: 97.5."""
    return number_format(f"{value:g}")


def percentage(written: str) -> str:
    """A number that is written already, with the sign for per cent as the language sets it."""
    return _("%(number)s\u00a0%%") % {"number": written}


def percent(share: float | None, places: int = 2) -> str:
    """A share in [0, 1] as a percentage in the reader's language; a dash for None.

    Only all of them are 100 %, however many places there are. Halves are rounded
    up, on the decimals the share is written with, as browsers round: 0.125 is 13 %.
    """
    if share is None:
        return "–"
    last = Decimal(1).scaleb(-places)
    number = Decimal(repr(float(share))) * 100
    if share != 1:
        number = min(number, 100 - last)
    written = number.quantize(last, ROUND_HALF_UP)
    return percentage(figure(written, places))


def per_hundred(share: float) -> str:
    """A share in [0, 1] as so many of a hundred, to a tenth: 0.0312 is 3.1."""
    return figure(100 * share, 1)


def chance(p: float) -> str:
    """A chance to two digits that count: 0.41, 0.013; below a thousandth only that it is."""
    if p < 0.001:
        return f"< {figure(0.001, 3)}"
    return figure(p, 2 if p >= 0.095 else 3)


def at_most(share: float) -> str:
    """A bound in [0, 1] as a whole percentage that is no less: 0.0004 is 1 %."""
    return percent(ceil(round(100 * share, 6)) / 100, places=0)


def probability(share: float) -> str:
    """A probability as a percentage. Never 100 %: no network knows that.

    `percent` in static/js/text.js writes the same on the drawing page.
    """
    return percent(min(share, 0.999), places=1 if share >= 0.985 else 0)


def accuracy(metrics: Mapping[str, Any], name: str) -> float | None:
    """The accuracy on one of `SETS`, in [0, 1]; None where nothing was measured."""
    value: float | None = (metrics.get(name) or {}).get("accuracy")
    return value


def measured(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sets that were measured, in the order of `SETS`: name, size, accuracy, the digits'
    shares, of how many each is, and the confusion matrix of each."""
    return [
        {
            "key": key,
            "name": SETS[key],
            "images": report["n"],
            "accuracy": percent(report["accuracy"]),
            "digits": _shares(report["digits"], report["confusion"]),
            "confusion": confusion(report["confusion"]),
        }
        for key, report in _reports(metrics)
    ]


def _shares(digits: Mapping[str, float | None], confusion: list[list[int]]) -> list[dict[str, Any]]:
    """The share of each digit that was read right, and of how many; None where there were none."""
    shares = [digits.get(str(digit)) for digit in range(10)]
    return [
        {"digit": digit, "share": share, "percent": percent(share), "images": sum(row)}
        for digit, (share, row) in enumerate(zip(shares, confusion, strict=False))
    ]


def by_digit(metrics: Mapping[str, Any]) -> list[tuple[int, list[str]]]:
    """Rows of a table: a digit and, for each set that was measured, the share read right."""
    reports = [report for _, report in _reports(metrics)]
    return [
        (digit, [percent(report["digits"].get(str(digit))) for report in reports])
        for digit in range(10)
    ]


def _reports(metrics: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, metrics[key]) for key in SETS if (metrics.get(key) or {}).get("n")]


def confusion(counts: list[list[int]]) -> list[tuple[str, list[Cell]]]:
    """A confusion matrix, (11, 11) counts of truth by answer -> its rows, named."""
    return [
        (name, [_cell(truth, answer, row) for answer in range(len(row))])
        for truth, (name, row) in enumerate(zip(names(), counts, strict=True))
    ]


def misread(label: str, answer: str) -> str:
    """A label and what it was read as, in words. Whole, for languages that read none otherwise."""
    if label == answer == NOT_A_DIGIT:
        return _("no digit, and read as none")
    if answer == NOT_A_DIGIT:
        return _("%(label)s read as no digit") % {"label": label}
    if label == NOT_A_DIGIT:
        return _("no digit read as %(answer)s") % {"answer": answer}
    return _("%(label)s read as %(answer)s") % {"label": label, "answer": answer}


def _cell(truth: int, answer: int, row: list[int]) -> Cell:
    count, total = row[answer], sum(row)
    heat = sum(count > share * total for share in HEAT) if count else 0
    kind = "right" if truth == answer else f"heat-{heat}"
    words = {"pair": misread(LABELS[truth], LABELS[answer]), "count": count, "total": total}
    return Cell(count, kind, _("%(pair)s: %(count)s of %(total)s") % words)
