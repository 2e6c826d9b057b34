"""The raster path gives what the golden vectors say; its test in tests/js reads the same."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from recognizer.exceptions import Blank
from recognizer.preprocessing import raster
from recognizer.preprocessing.glyph import NORMALISATION
from tests.golden import make_raster

GOLDEN: dict[str, Any] = json.loads(make_raster.FILE.read_text())
CASES = [pytest.param(case, id=case["name"]) for case in GOLDEN["cases"]]


def test_it_works() -> None:
    assert GOLDEN["normalisation"] == NORMALISATION
    assert len(CASES) > 50
    assert sum(case["image"] is None for case in GOLDEN["cases"]) > 5


@pytest.mark.parametrize("case", CASES)
def test_the_image_is_the_golden_one(case: dict[str, Any]) -> None:
    picture = make_raster.unpacked(case)
    if case["image"] is None:
        with pytest.raises(Blank):
            raster.normalise(picture)
        return
    image = raster.render(picture).ravel()
    assert np.abs(image - case["image"]).max() < 1e-6
    pixels = raster.normalise(picture).pixels.ravel()
    assert np.abs(pixels - np.array(case["image"]) * 255).max() <= 0.5 + 1e-4


def test_the_script_still_paints_these_pictures() -> None:
    made = make_raster.cases()
    assert [name for name, _ in made] == [case["name"] for case in GOLDEN["cases"]]
    for (name, picture), case in zip(made, GOLDEN["cases"], strict=True):
        apart = picture.astype(int) - make_raster.unpacked(case)
        assert np.abs(apart).max() <= 1, name
