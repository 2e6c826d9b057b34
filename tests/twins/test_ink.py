"""Three hundred random drawings are seen, taken apart and answered alike in both languages."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from tests.twins import comparison, drawings, python
from tests.twins.drawings import Drawing

if TYPE_CHECKING:
    from tests.twins.javascript import JavaScript

pytestmark = [pytest.mark.long, pytest.mark.javascript]

ANSWERS = comparison.network_answers()
ROWS = comparison.rows()
THRESHOLDS = {"sure": 0.9, "not_a_digit": 0.5, "alternative": 0.05}


def digits_of(found: dict[str, Any]) -> list[Any]:
    """The marks of what is read that are digits."""
    return [mark for mark in found["marks"] if mark[0] is not None]


@cache
def taken_apart(number: int) -> dict[str, Any]:
    """By Python, once for two tests."""
    drawing = drawings.drawing(number)
    return python.ink_number(drawing.strokes, drawing.canvas, ANSWERS)


@pytest.fixture(
    params=range(drawings.COUNT), ids=lambda number: f"{number} {drawings.kind(number)}"
)
def drawing(request: pytest.FixtureRequest) -> Drawing:
    made = drawings.drawing(request.param)
    print(json.dumps(asdict(made)))  # noqa: T201  (shown where a test fails)
    return made


def test_it_works() -> None:
    """The drawings are many and various: digits, numbers, and what is refused."""
    made = [drawings.drawing(number) for number in range(drawings.COUNT)]
    found = [taken_apart(number) for number in range(drawings.COUNT)]
    lengths = [len(digits_of(one)) for one in found if "marks" in one]
    assert {1, 2, 3, 4, 5, 6} <= set(lengths)
    assert drawings.COUNT - len(lengths) > 20
    assert sum(one.canvas is None for one in made) > 50


def test_a_digit_is_seen_alike(drawing: Drawing, javascript: JavaScript) -> None:
    one, other = (side.ink(drawing.strokes, drawing.canvas) for side in (python, javascript))
    if not comparison.are_refused(one, other):
        comparison.assert_same_glyphs(one, other)
        comparison.assert_same_motion(one, other)


def test_a_number_is_taken_apart_alike(
    drawing: Drawing, request: pytest.FixtureRequest, javascript: JavaScript
) -> None:
    one = taken_apart(request.node.callspec.params["drawing"])
    other = javascript.ink_number(drawing.strokes, drawing.canvas, ANSWERS)
    if not comparison.are_refused(one, other):
        comparison.assert_same_lattices(one, other)
        comparison.assert_same_motion(one, other)


def test_the_whole_answer_is_the_same(drawing: Drawing, javascript: JavaScript) -> None:
    asked = {**asdict(drawing), "rows": ROWS, "thresholds": THRESHOLDS}
    one, other = python.body(**asked), javascript.ask("answer", **asked)
    if not comparison.are_refused(one, other):
        comparison.assert_same_answers(one, other)
