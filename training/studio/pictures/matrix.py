"""Confusion matrices for pages: counts of truth by answer, and how two differ."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

NAMES = [*map(str, range(10)), ""]
# Shares of the most frequent mistake above which a cell is filled one step more.
STEPS = (0.0, 0.25, 0.6, 0.999)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its count, its CSS class, and the digits it is of; 10 is no digit."""

    count: int
    kind: str
    truth: int
    answer: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a matrix: what was written, its cells, how many of its n are right."""

    truth: int
    name: str
    cells: list[Cell]
    n: int
    right: int

    @property
    def share(self) -> float | None:
        """The share that is right; None of none."""
        return self.right / self.n if self.n else None


def named(index: int) -> str:
    """A digit, or the word for none."""
    return str(index) if index < 10 else _("none")


def rows(confusion: list[list[int]]) -> list[Row]:
    """The rows of a confusion matrix, its mistakes filled by how frequent they are."""
    most = max(
        (count for truth, row in enumerate(confusion) for answer, count in enumerate(row)
         if truth != answer),
        default=0,
    )  # fmt: skip
    return [
        Row(
            truth,
            named(truth),
            [
                Cell(count, _kind(truth, answer, count, most), truth, answer)
                for answer, count in enumerate(row)
            ],
            sum(row),
            row[truth],
        )
        for truth, row in enumerate(confusion)
    ]


def _kind(truth: int, answer: int, count: int, most: int) -> str:
    if truth == answer:
        return "right" if count else "empty"
    if count == 0:
        return "empty"
    return f"heat-{sum(count > share * most for share in STEPS)}"


def difference(now: list[list[int]], before: list[list[int]]) -> list[Row]:
    """How many mistakes more (or, below 0, fewer) there are now; the diagonal is left empty."""
    change = [
        [0 if truth == answer else one - other for answer, (one, other) in enumerate(
            zip(row, old, strict=True))]
        for truth, (row, old) in enumerate(zip(now, before, strict=True))
    ]  # fmt: skip
    most = max((abs(count) for row in change for count in row), default=0)
    return [
        Row(
            truth,
            named(truth),
            [
                Cell(count, _change_kind(truth, answer, count, most), truth, answer)
                for answer, count in enumerate(row)
            ],
            0,
            0,
        )
        for truth, row in enumerate(change)
    ]


def _change_kind(truth: int, answer: int, count: int, most: int) -> str:
    if truth == answer:
        return "right"
    if count == 0:
        return "empty"
    step = sum(abs(count) > share * most for share in STEPS)
    return f"{'more' if count > 0 else 'fewer'}-{step}"


def worst(confusion: list[list[int]]) -> tuple[int, int, int] | None:
    """(truth, answer, count) of the most frequent mistake; None where there is none."""
    found = max(
        ((count, -truth, -answer) for truth, row in enumerate(confusion)
         for answer, count in enumerate(row) if truth != answer),
        default=(0, 0, 0),
    )  # fmt: skip
    count, truth, answer = found
    return (-truth, -answer, count) if count else None
