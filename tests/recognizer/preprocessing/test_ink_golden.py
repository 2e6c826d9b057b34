"""The ink normalisation gives what the golden vectors say; its test in tests/js reads the same."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from recognizer.exceptions import Blank
from recognizer.preprocessing import ink, motion
from recognizer.preprocessing.glyph import MAPS, NORMALISATION
from recognizer.preprocessing.strokes import Stroke, parse
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


@pytest.mark.parametrize("case", CASES)
def test_the_motion_is_the_golden_one(case: dict[str, Any]) -> None:
    if case["motion"] is None:
        assert case["image"] is None
        return
    golden = np.array(case["motion"]).reshape(MAPS)
    assert np.abs(motion.maps(ink.place(parsed(case))) - golden).max() < 1e-6
    stored = ink.normalise(parsed(case)).motion
    assert stored is not None
    assert np.abs(stored - np.minimum(golden * motion.LEVELS, 255)).max() <= 0.5 + 1e-4


def test_the_script_still_writes_this_file() -> None:
    made = make.golden()
    assert made["normalisation"] == GOLDEN["normalisation"]
    ink_of = [(case["name"], case["strokes"], case["canvas"]) for case in GOLDEN["cases"]]
    assert [(case["name"], case["strokes"], case["canvas"]) for case in made["cases"]] == ink_of


def parsed(case: dict[str, Any]) -> list[Stroke]:
    return parse(case["strokes"], max_strokes=200, max_points=10_000)
