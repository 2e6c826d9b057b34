"""Every reason that the mathematics has for not reading an input is said in words."""

from __future__ import annotations

import ast

import pytest
from django.utils import translation

from digitsite.exceptions import Invalid, TooLarge
from recognizer.exceptions import BadInk, Blank, InputError, OverLimit
from recognizer.refusals import SENTENCES, refusal
from tests import ROOT

KINDS = {kind.__name__ for kind in InputError.__subclasses__()}


def reasons() -> set[str]:
    """The first argument of every input error that is made in the code."""
    found = set()
    for path in (ROOT / "recognizer").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in KINDS:
                found.add(ast.literal_eval(node.args[0]))
    return found


def test_it_works() -> None:
    told = refusal(Blank("dot_drawn", field="strokes"))
    assert isinstance(told, Invalid)
    assert (told.code, told.field, told.status) == ("blank", "strokes", 400)
    assert told.message == "That is only a dot; please draw a digit."


def test_what_is_over_a_limit_names_it() -> None:
    told = refusal(OverLimit("too_many_points", field="strokes", most=500))
    assert isinstance(told, TooLarge)
    assert (told.code, told.status, told.message) == ("too_large", 413, "More than 500 points.")


def test_a_limit_of_a_whole_number_is_written_as_one() -> None:
    told = refusal(BadInk("coordinate_out_of_range", field="strokes", most=1e9))
    assert told.message == "Coordinates must lie between -1000000000 and 1000000000."


def test_it_speaks_the_readers_language() -> None:
    with translation.override("he"):
        told = refusal(Blank("nothing_drawn", field="strokes"))
    assert told.message != "There is nothing drawn yet."


def test_each_reason_has_a_sentence_and_each_sentence_a_reason() -> None:
    assert reasons() == set(SENTENCES)


@pytest.mark.parametrize("reason", sorted(SENTENCES))
def test_each_sentence_can_be_said(reason: str) -> None:
    message = refusal(OverLimit(reason, field="image", most=7)).message
    assert message.endswith(".")
    assert "%" not in message
