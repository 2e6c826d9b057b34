"""A version's manifest and gate report, shaped for its page. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recognizer.models import LABELS, Label

if TYPE_CHECKING:
    from collections.abc import Mapping

# What the figures were measured on, in the order of the columns.
SETS = {"mnist": "MNIST test", "held_out": "held-out drawings", "validation": "validation"}
# From which share of a row on a confusion is shown how strongly.
HEAT = (0.0, 0.005, 0.02, 0.05)


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of a confusion matrix: how often `truth` was read as `answer`."""

    count: int
    kind: str
    title: str


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f} %"


def accuracy(metrics: Mapping[str, Any], name: str) -> float | None:
    """The accuracy on one of `SETS`, in [0, 1]; None where nothing was measured."""
    value: float | None = (metrics.get(name) or {}).get("accuracy")
    return value


def summary(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One entry for each set that was measured: its name, size, figures and confusions."""
    return [
        {
            "name": title,
            "images": metrics[name]["n"],
            "accuracy": percent(metrics[name]["accuracy"]),
            "digits": [percent(metrics[name]["digits"].get(str(digit))) for digit in range(10)],
            "confusion": confusion(metrics[name]["confusion"]),
        }
        for name, title in SETS.items()
        if (metrics.get(name) or {}).get("n")
    ]


def confusion(counts: list[list[int]]) -> list[tuple[str, list[Cell]]]:
    """(11, 11) counts, truth by answer -> rows of cells, each with its label."""
    return [
        (Label(LABELS[truth]).label, [_cell(truth, answer, row) for answer in range(len(row))])
        for truth, row in enumerate(counts)
    ]


def _cell(truth: int, answer: int, row: list[int]) -> Cell:
    count = row[answer]
    title = (
        f"{count} of {sum(row)}: {Label(LABELS[truth]).label} read as {Label(LABELS[answer]).label}"
    )
    if truth == answer:
        return Cell(count, "right", title)
    heat = sum(count > share * sum(row) for share in HEAT) if count else 0
    return Cell(count, f"heat-{heat}", title)
