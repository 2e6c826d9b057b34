"""A hundred noisy pictures are seen, taken apart and answered alike in both languages.

They are compared from their grey pixels on. Files are unpacked by the browser's own decoders,
which for JPEG differ from Pillow in the last bit.
"""

from __future__ import annotations

import base64
import io
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.site.costly import pattern_of
from recognizer.preprocessing.decoding import decode
from tests.golden.make_raster_numbers import cells, sheet
from tests.twins import SEED, comparison, pictures, python
from tests.twins.javascript import packed
from tests.twins.test_ink import ANSWERS, ROWS, THRESHOLDS, digits_of

if TYPE_CHECKING:
    from tests.golden.make_raster import Grey
    from tests.twins.javascript import JavaScript

pytestmark = [pytest.mark.long, pytest.mark.javascript]


# Each is painted once for all tests, and taken apart by Python, which takes longest, once for two.
picture_of = cache(pictures.picture)


@cache
def taken_apart(number: int) -> dict[str, Any]:
    return python.raster_number(picture_of(number), ANSWERS)


@pytest.fixture(
    params=range(pictures.COUNT), ids=lambda number: f"{number} {pictures.kind(number)}"
)
def picture(request: pytest.FixtureRequest) -> Grey:
    made = picture_of(request.param)
    print(f"pictures.picture({request.param}), {made.shape}")  # noqa: T201  (where a test fails)
    return made


def test_it_works() -> None:
    """The pictures are many and various: small, large, with digits, numbers, and nothing."""
    made = [picture_of(number) for number in range(pictures.COUNT)]
    sizes = sorted(max(one.shape) for one in made)
    assert sizes[5] < 60
    assert sizes[-5] > 480
    found = [taken_apart(number) for number in range(pictures.COUNT)]
    assert {len(digits_of(one)) for one in found if "marks" in one} >= {1, 2, 3, 4}
    assert {one.get("refusal") for one in found} == {None, "blank", "too_large"}


def test_a_digit_is_seen_alike(picture: Grey, javascript: JavaScript) -> None:
    one, other = python.raster(picture), javascript.raster(picture)
    if not comparison.are_refused(one, other):
        assert one["box"] == other["box"]
        comparison.assert_same_glyphs(one, other)


def test_a_number_is_taken_apart_alike(
    picture: Grey, request: pytest.FixtureRequest, javascript: JavaScript
) -> None:
    one = taken_apart(request.node.callspec.params["picture"])
    other = javascript.raster_number(picture, ANSWERS)
    if not comparison.are_refused(one, other):
        comparison.assert_same_lattices(one, other)


@pytest.mark.parametrize(
    ("pattern", "count", "size", "pen"),
    [("grid", 60, 10, 2), ("rings", 47, 40, 7), ("bars", 53, 20, 7), ("wave", 50, 40, 4)],
)
def test_bounds_are_the_same(
    javascript: JavaScript, pattern: str, count: int, size: int, pen: int
) -> None:
    """Patterns of more pieces, cuts or runs than are followed."""
    sheet = pattern_of(pattern, count, size, pen, SEED)
    one, other = (side.raster_number(sheet, ANSWERS) for side in (python, javascript))
    if not comparison.are_refused(one, other):
        comparison.assert_same_lattices(one, other)


def test_the_whole_answer_is_the_same(
    picture: Grey, request: pytest.FixtureRequest, javascript: JavaScript
) -> None:
    number = request.node.callspec.params["picture"] // len(pictures.KINDS) % 2 == 0
    asked = {"number": number, "rows": ROWS, "thresholds": THRESHOLDS}
    one = python.body(grey=picture, **asked)
    other = javascript.ask("answer", picture=packed(picture), **asked)
    if not comparison.are_refused(one, other):
        comparison.assert_same_answers(one, other)


@pytest.mark.parametrize("number", [False, True])
@pytest.mark.parametrize(
    ("text", "apart", "below"),
    [("407", 0, 0), ("4_07_", 0, 0), ("52_8", 30, 0), ("7_42", 0, 30), ("_", 0, 0), ("___", 9, 0)],
)
def test_cells_are_answered_alike(
    javascript: JavaScript, text: str, apart: float, below: float, number: bool
) -> None:
    grey = sheet(cells(text, apart=apart, below=below), 5)
    asked = {"number": number, "rows": ROWS, "thresholds": THRESHOLDS}
    one = python.body(grey=grey, **asked)
    other = javascript.ask("answer", picture=packed(grey), **asked)
    if not comparison.are_refused(one, other):
        comparison.assert_same_answers(one, other)


def test_colours_become_the_same_greys(javascript: JavaScript) -> None:
    colours = np.random.default_rng(SEED).integers(0, 256, (64, 48, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(colours).save(file, "PNG")
    greys = decode(file.getvalue(), max_bytes=100_000, max_pixels=10_000)
    opaque = np.dstack([colours, np.full(colours.shape[:2], 255, np.uint8)])
    rgba = base64.b64encode(opaque.tobytes()).decode()
    found = javascript.ask("grey", width=48, height=64, rgba=rgba)
    assert base64.b64decode(found["grey"]) == greys.tobytes()
