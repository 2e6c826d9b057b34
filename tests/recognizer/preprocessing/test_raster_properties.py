"""What paper, light, cameras and files do to a picture without changing its digit.

A glyph may then differ from what the pen's own strokes give by so much a pixel on
average, of 255; two different digits are 20 and more apart.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from recognizer.exceptions import Blank
from recognizer.preprocessing import ink, raster
from recognizer.preprocessing.glyph import SIZE, Glyph
from tests.golden.make_raster import painted, whole
from tests.support.drawings import FOUR, ONE, SEVEN, ZERO

pytestmark = pytest.mark.long

NEAR = 8.0
FAR = 20.0

Grey = NDArray[np.uint8]
SIDE = 280

shape = st.sampled_from([ZERO, ONE, FOUR, SEVEN])
brush = st.integers(60, 240).map(lambda tenths: tenths / 10)
# Lines half as dark as the ink are seen in parts, and parts may be writing.
dark_or_faint = st.integers(60, 120) | st.integers(160, 200)
few = examples(max_examples=25)


def sheet(strokes: Any, width: float = 14, **paper: float) -> Grey:
    return painted(strokes, width, (SIDE, SIDE), **paper)


def is_near(glyph: Glyph, strokes: Any, near: float = NEAR) -> bool:
    drawn = ink.normalise([np.array(stroke, dtype=float)[:, :2] for stroke in strokes])
    return apart(glyph, drawn) < near


def apart(one: Glyph, other: Glyph) -> float:
    return float(np.abs(one.pixels.astype(float) - other.pixels).mean())


def test_it_works() -> None:
    glyphs = [raster.normalise(sheet(strokes)) for strokes in (ZERO, ONE, FOUR, SEVEN)]
    assert min(apart(one, other) for one in glyphs for other in glyphs if one is not other) > FAR
    assert is_near(glyphs[2], FOUR)


@few
@given(shape, brush)
def test_the_brush_does_not_matter(strokes: Any, width: float) -> None:
    assert is_near(raster.normalise(sheet(strokes, width)), strokes)


@few
@given(shape, st.integers(0, 255), st.integers(0, 255))
@example(FOUR, 255, 0)
@example(FOUR, 0, 255)
def test_dark_on_light_and_light_on_dark_are_one(strokes: Any, paper: int, tone: int) -> None:
    picture = sheet(strokes, paper=paper, ink=tone)
    if abs(paper - tone) >= 60:
        assert is_near(raster.normalise(picture), strokes)
    else:
        assert_answers(picture)


@few
@given(shape, st.integers(0, 359), st.floats(0, 0.6))
def test_light_from_a_side_does_not_matter(strokes: Any, degrees: int, fall: float) -> None:
    y, x = np.mgrid[-0.5 : 0.5 : SIDE * 1j, -0.5 : 0.5 : SIDE * 1j]
    turn = np.radians(degrees)
    shade = 1 - fall * (0.5 + (x * np.cos(turn) + y * np.sin(turn)) / np.sqrt(2))
    assert is_near(raster.normalise(whole(sheet(strokes) * shade)), strokes)


@few
@given(shape, brush, st.integers(8, 95))
def test_jpeg_s_noise_does_not_matter(strokes: Any, width: float, quality: int) -> None:
    file = io.BytesIO()
    Image.fromarray(sheet(strokes, width)).save(file, "JPEG", quality=quality)
    assert is_near(raster.normalise(np.asarray(Image.open(file))), strokes)


@few
@given(shape, st.integers(0, 2**32 - 1), st.floats(0, 14))
def test_grain_does_not_matter(strokes: Any, seed: int, deviation: float) -> None:
    grain = np.random.default_rng(seed).normal(0, deviation, (SIDE, SIDE))
    assert is_near(raster.normalise(whole(sheet(strokes) * 0.9 + grain)), strokes)


@few
@given(shape, st.integers(1, 9), st.integers(0, 8), st.integers(0, 120))
def test_a_frame_is_no_ink(strokes: Any, thick: int, inset: int, tone: int) -> None:
    picture = sheet(strokes)
    inner = slice(inset + thick, SIDE - inset - thick)
    framed = picture.copy()
    framed[inset : SIDE - inset, inset : SIDE - inset] = tone
    framed[inner, inner] = picture[inner, inner]
    assert is_near(raster.normalise(framed), strokes)


@few
@given(shape, st.integers(24, 60), st.integers(1, 2), dark_or_faint, st.booleans())
def test_ruled_lines_are_no_ink(
    strokes: Any, spacing: int, thick: int, tone: int, squared: bool
) -> None:
    picture = sheet(strokes)
    for shift in range(thick):
        picture[9 + shift :: spacing] = np.minimum(picture[9 + shift :: spacing], tone)
        if squared:
            columns = picture[:, 9 + shift :: spacing]
            columns[:] = np.minimum(columns, tone)
    # Where a line touches a curve, a piece of it stays.
    assert is_near(raster.normalise(picture), strokes, NEAR + 2)


@few
@given(shape, st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(0, 0.4))
def test_a_photograph_from_an_angle_shows_what_the_strokes_show(
    strokes: Any, lean_x: float, lean_y: float, fall: float
) -> None:
    """Farther off everything is smaller; the strokes are drawn in the same perspective."""
    middle = SIDE / 2

    def seen(x: float, y: float) -> list[float]:
        away = 1 + (lean_x * (x - middle) + lean_y * (y - middle)) / SIDE
        return [middle + (x - middle) / away, middle + (y - middle) / away]

    leaning = [[seen(*point[:2]) for point in stroke] for stroke in strokes]
    shade = np.linspace(1, 1 - fall, SIDE)[:, None]
    assert is_near(raster.normalise(whole(sheet(leaning) * shade)), leaning)


@few
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 255))
@example(280, 280, 0)
@example(280, 280, 255)
def test_a_sheet_of_one_tone_is_blank(height: int, width: int, tone: int) -> None:
    """Without ink, and all ink."""
    with pytest.raises(Blank):
        raster.normalise(np.full((height, width), tone, np.uint8))


@examples(max_examples=150)
@given(
    st.integers(1, 70),
    st.integers(1, 70),
    st.integers(1, 9),
    st.integers(2, 256),
    st.integers(0, 2**32 - 1),
)
def test_whatever_it_is_given_it_answers_or_says_blank(
    height: int, width: int, block: int, tones: int, seed: int
) -> None:
    """Blocks of a few pixels in few or many tones: noise, patterns, blots."""
    blocks = np.random.default_rng(seed).integers(0, tones, (height, width)) * 255 // (tones - 1)
    picture = np.kron(blocks, np.ones((block, block), dtype=int))[:500, :500]
    assert_answers(picture.astype(np.uint8))


def assert_answers(picture: Grey) -> None:
    """A glyph with some ink, or the refusal that says that there is nothing."""
    try:
        glyph = raster.normalise(picture)
    except Blank:
        return
    assert glyph.pixels.shape == (SIZE, SIZE)
    assert glyph.pixels.dtype == np.uint8
    assert glyph.pixels.any()
    assert min(glyph.box) >= 0
