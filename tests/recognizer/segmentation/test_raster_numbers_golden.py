"""Numbers in pictures are as the golden vectors say; segmentation/raster.test.js reads the same."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from recognizer.exceptions import InputError
from recognizer.segmentation.raster import digits, renders
from tests.golden import make_raster_numbers
from tests.golden.make_raster import unpacked

GOLDEN: list[dict[str, Any]] = json.loads(make_raster_numbers.FILE.read_text())
READ = [pytest.param(case, id=case["name"]) for case in GOLDEN if "refusal" not in case]
REFUSED = [pytest.param(case, id=case["name"]) for case in GOLDEN if "refusal" in case]


def test_it_works() -> None:
    assert len(READ) > 20
    assert {case["refusal"] for case in GOLDEN if "refusal" in case} == {"blank", "too_large"}


@pytest.mark.parametrize("case", READ)
def test_what_may_be_digits_is_as_in_the_golden_vectors(case: dict[str, Any]) -> None:
    picture = unpacked(case)
    found = digits(picture)
    groups = [[[*group.pieces], group.affinity] for group in found.groups]
    assert groups == [[pieces, pytest.approx(affinity)] for pieces, affinity in case["groups"]]
    assert [[*glyph.box] for glyph in found.glyphs] == case["boxes"]
    assert found.cells == case["cells"]
    assert found.certain == pytest.approx(case["certain"], abs=1e-4)
    beside = [None if glyph.beside is None else [*glyph.beside] for glyph in found.glyphs]
    assert beside == [row and pytest.approx(row, abs=1e-4) for row in case["beside"]]
    images = make_raster_numbers.unpacked_images(case)
    assert np.abs(np.array(renders(picture)) - images).max() < 1e-6
    pixels = np.array([glyph.pixels for glyph in found.glyphs])
    assert np.abs(pixels - images * 255.0).max() <= 0.5 + 1e-4


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(InputError) as refusal:
        digits(unpacked(case))
    assert refusal.value.code == case["refusal"]


@pytest.mark.parametrize(
    "case", [one for one in GOLDEN if "empty" in one], ids=lambda one: one["name"]
)
def test_empty_cells_are_found(case: dict[str, Any]) -> None:
    assert make_raster_numbers.empty_cells(unpacked(case)) == case["empty"]


def test_the_script_still_paints_these_pictures() -> None:
    made = make_raster_numbers.cases()
    assert [name for name, _ in made] == [case["name"] for case in GOLDEN]
    for (name, picture), case in zip(made, GOLDEN, strict=True):
        assert np.abs(picture.astype(int) - unpacked(case)).max() <= 1, name


def test_the_outer_ones_of_an_underlined_111_are_no_frame() -> None:
    (case,) = (case for case in GOLDEN if case["name"] == "an underlined 111")
    assert [group.pieces for group in digits(unpacked(case)).groups] == [(0,), (1,), (2,)]
