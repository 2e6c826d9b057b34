"""A thousand answers get the same verdicts, digits and summaries in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.golden.make_answers import said
from tests.twins import answers

if TYPE_CHECKING:
    from tests.twins.javascript import JavaScript

pytestmark = pytest.mark.javascript


def numbers(kind: str) -> list[int]:
    return [number for number in range(answers.COUNT) if answers.kind(number) == kind]


def test_it_works() -> None:
    """The answers are many and various: each verdict, alone and in numbers, hundreds of times."""
    made = [said(*answers.answer(number)) for number in range(answers.COUNT)]
    verdicts = [found["number"]["verdict"] for found in made]
    assert min(verdicts.count(one) for one in ("sure", "unsure", "not_a_digit")) > 100
    assert sum(len(found["readings"]) > 1 for found in made) > 300


@pytest.mark.parametrize("kind", answers.MAKERS)
def test_verdicts_are_the_same(kind: str, javascript: JavaScript) -> None:
    for number in numbers(kind):
        rows, thresholds, opinions = asked = answers.answer(number)
        found = javascript.ask("decision", rows=rows, thresholds=thresholds, opinions=opinions)
        assert said(*asked) == found, asked
