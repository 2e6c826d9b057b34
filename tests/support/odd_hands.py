"""Digits that their writers draw as nobody else does: real ink, which the network reads wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

# Of UNIPEN: who draws a digit so, and which. The first of whom the shipped network reads two
# wrong is taken; a later network may read some of them right.
WRITERS = (
    ("pceca4bcf", 4),
    ("p9b7469d2", 1),
    ("p2db875e4", 0),
    ("p8ab21eb4", 1),
    ("pa6ffdc0e", 0),
)


@dataclass(frozen=True, slots=True)
class OddDigit:
    """Drawings of one digit by one writer, as bodies of submissions, that are read wrong."""

    digit: int
    bodies: list[dict[str, Any]]


@cache
def odd_digits(folder: str) -> list[tuple[int, list[dict[str, Any]]]]:
    """For each of the writers the digit and their drawings of it, as bodies of submissions."""
    from training.data import corpora

    found: dict[tuple[str, int], list[dict[str, Any]]] = {wanted: [] for wanted in WRITERS}
    for drawn in corpora.unipen(folder, corpora.UNIPEN_DIGITS):
        if (drawn.writer, drawn.label) in found:
            strokes = [stroke.tolist() for stroke in drawn.strokes]
            found[drawn.writer, drawn.label].append({"strokes": strokes})
    return [(label, bodies) for (_, label), bodies in found.items()]


def odd_digit(folder: str, client: Any) -> OddDigit:
    """A writer's digit of which the live version, asked through `client`, reads two wrong."""
    for digit, bodies in odd_digits(folder):
        answers = [client.post("/api/v1/predict/", body).json() for body in bodies]
        wrong = [
            body for body, answer in zip(bodies, answers, strict=True) if answer["digit"] != digit
        ]
        if len(wrong) > 1:
            return OddDigit(digit, wrong)
    raise AssertionError("The live version reads all of them right: find others.")
