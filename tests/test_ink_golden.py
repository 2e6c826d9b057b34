"""The ink normalisation gives what the golden vectors say; tests/js/ink.test.js reads the same."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from recognizer import ink
from recognizer.exceptions import Blank
from recognizer.glyph import NORMALISATION
from tests.golden import make

GOLDEN: dict[str, Any] = json.loads(make.FILE.read_text())
CASES = [pytest.param(case, id=case["name"]) for case in GOLDEN["cases"]]


def test_it_works() -> None:
    assert GOLDEN["normalisation"] == NORMALISATION
    assert len(CASES) > 30


@pytest.mark.parametrize("case", CASES)
def test_the_picture_is_the_golden_one(case: dict[str, Any]) -> None:
    canvas = tuple(case["canvas"]) if case["canvas"] else None
    if case["image"] is None:
        with pytest.raises(Blank):
            ink.normalise(parsed(case), canvas=canvas)
        return
    image = ink.render(parsed(case)).ravel()
    assert np.abs(image - case["image"]).max() < 1e-6
    pixels = ink.normalise(parsed(case), canvas=canvas).pixels.ravel()
    assert np.abs(pixels - np.array(case["image"]) * 255).max() <= 0.5 + 1e-4


def test_the_script_still_writes_this_file() -> None:
    made = make.golden()
    assert made["normalisation"] == GOLDEN["normalisation"]
    ink_of = [(case["name"], case["strokes"], case["canvas"]) for case in GOLDEN["cases"]]
    assert [(case["name"], case["strokes"], case["canvas"]) for case in made["cases"]] == ink_of


def parsed(case: dict[str, Any]) -> list[ink.Stroke]:
    return ink.parse(case["strokes"], most_strokes=200, most_points=10_000)
