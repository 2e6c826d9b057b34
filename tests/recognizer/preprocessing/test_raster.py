"""Pictures of digits become the glyph that the pen's own strokes would have given."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from recognizer.exceptions import Blank
from recognizer.preprocessing import ink, raster
from recognizer.preprocessing.glyph import CENTRE, centre_of_mass
from recognizer.segmentation.raster import digits
from tests.golden import make_raster
from tests.support.drawings import FOUR, ONE, SEVEN, ZERO, picture

SHAPES = {"zero": ZERO, "one": ONE, "four": FOUR, "seven": SEVEN}


def grey(strokes: list, brush: int = 18, side: int = 280) -> np.ndarray:
    image = Image.open(io.BytesIO(picture(strokes, brush=brush)))
    return np.asarray(image.resize((side, side), Image.Resampling.BOX))


def drawn(strokes: list) -> np.ndarray:
    arrays = [np.array(stroke, dtype=float)[:, :2] for stroke in strokes]
    return ink.normalise(arrays).pixels.astype(float)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The mean difference of a pixel, 0 to 255."""
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("brush", [6, 12, 18, 26])
def test_any_brush_gives_nearly_what_the_strokes_give(name: str, brush: int) -> None:
    glyph = raster.normalise(grey(SHAPES[name], brush))
    assert glyph.pixels.shape == (28, 28)
    assert glyph.pixels.dtype == np.uint8
    assert apart(glyph.pixels, drawn(SHAPES[name])) < 6


def test_the_centre_of_mass_is_in_the_middle() -> None:
    x, y = centre_of_mass(raster.normalise(grey(SEVEN)).pixels.astype(float))
    assert (x, y) == pytest.approx((CENTRE, CENTRE), abs=0.7)


@pytest.mark.parametrize("side", [100, 280, 700, 1500])
def test_the_picture_s_size_hardly_matters(side: int) -> None:
    assert apart(raster.normalise(grey(FOUR, side=side)).pixels, drawn(FOUR)) < 6


def test_light_on_dark_is_the_same_digit() -> None:
    dark = grey(FOUR)
    assert apart(raster.normalise(255 - dark).pixels, raster.normalise(dark).pixels) < 1


def test_uneven_light_is_flattened() -> None:
    light = np.linspace(0.35, 1, 280)[None, :]
    shaded = (grey(FOUR) * light).astype(np.uint8)
    assert apart(raster.normalise(shaded).pixels, drawn(FOUR)) < 8


def test_noise_and_specks_do_not_count() -> None:
    chance = np.random.default_rng(1)
    noisy = grey(FOUR).astype(float) + chance.normal(0, 8, (280, 280))
    noisy[20:24, 20:24] = 0
    pixels = raster.normalise(np.clip(noisy, 0, 255).astype(np.uint8)).pixels
    assert apart(pixels, drawn(FOUR)) < 8


def test_a_frame_around_the_sheet_is_no_ink() -> None:
    framed = grey(FOUR).copy()
    framed[:4], framed[-4:], framed[:, :4], framed[:, -4:] = 0, 0, 0, 0
    assert apart(raster.normalise(framed).pixels, drawn(FOUR)) < 6


def test_the_box_is_where_the_ink_lies() -> None:
    x, y, width, height = raster.normalise(grey(FOUR)).box
    assert (x, y) == pytest.approx((81, 41), abs=6)
    assert (x + width, y + height) == pytest.approx((209, 249), abs=6)


@pytest.mark.parametrize(
    "sheet",
    [
        np.full((280, 280), 255, np.uint8),
        np.zeros((280, 280), np.uint8),
        np.full((1, 1), 9, np.uint8),
        np.full((1, 500), 200, np.uint8),
        np.clip(np.random.default_rng(2).normal(230, 5, (200, 200)), 0, 255).astype(np.uint8),
    ],
    ids=["white", "black", "one pixel", "a line of paper", "noise"],
)
def test_a_sheet_without_ink_is_blank(sheet: np.ndarray) -> None:
    with pytest.raises(Blank) as refusal:
        raster.normalise(sheet)
    assert refusal.value.field == "image"


@pytest.mark.parametrize("seed", range(60))
def test_whatever_it_is_given_it_answers_or_says_blank(seed: int) -> None:
    """Sizes from 1 to 60, noise, blocks and slopes: never another exception."""
    chance = np.random.default_rng(seed)
    height, width = chance.integers(1, 60, 2)
    sheet = chance.integers(0, 256, (height, width))
    if seed % 3 == 1:
        sheet = (sheet > chance.integers(0, 256)) * 255
    if seed % 3 == 2:
        sheet = np.add.outer(np.arange(height), np.arange(width)) * 255 // (height + width)
    try:
        assert raster.normalise(sheet.astype(np.uint8)).pixels.shape == (28, 28)
        assert digits(sheet.astype(np.uint8)).glyphs
    except Blank:
        pass


@pytest.mark.parametrize("name", make_raster.on_forms())
def test_what_is_around_a_digit_is_not_read(name: str) -> None:
    which, around, brush = make_raster.on_forms()[name]
    plain = make_raster.digit(which, 8)
    found = raster.normalise(np.minimum(plain, make_raster.painted(around, brush)))
    assert apart(found.pixels, raster.normalise(plain).pixels) < 6


@pytest.mark.parametrize("name", ["a dark thing in the corner", "a 2 whose foot is pale"])
def test_ink_that_runs_pale_is_read_and_a_dark_thing_is_not(name: str) -> None:
    found = raster.normalise(dict(make_raster.forms())[name])
    plain = raster.normalise(make_raster.digit(2 if "2" in name else 3, 8))
    assert apart(found.pixels, plain.pixels) < 6


@pytest.mark.parametrize("name", ["an empty cell", "an empty box by hand"])
def test_an_empty_cell_holds_no_digit(name: str) -> None:
    with pytest.raises(Blank):
        raster.normalise(dict(make_raster.forms())[name])


def test_a_0_in_a_cell_that_it_fills_is_a_0() -> None:
    zero = make_raster.digit(0, 10)
    rows, columns = np.nonzero(zero < 128)
    filled = zero[rows.min() - 6 : rows.max() + 7, columns.min() - 6 : columns.max() + 7].copy()
    filled[:2], filled[-2:], filled[:, :2], filled[:, -2:] = 40, 40, 40, 40
    assert apart(raster.normalise(filled).pixels, raster.normalise(zero).pixels) < 6


def test_of_a_number_the_first_digit_may_lie_at_the_edge() -> None:
    strokes = make_raster.placed(make_raster.DIGITS[2], size=110, turn=0, at=(-3, 40))
    other = make_raster.placed(make_raster.DIGITS[5], size=110, turn=0, at=(110, 40))
    sheet = make_raster.painted(strokes + other, 9)
    assert len([one for one in digits(sheet).groups if len(one.pieces) == 1]) == 2
