"""What is made up as no digit."""

from __future__ import annotations

import time

import numpy as np
import pytest

from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs, centre_of_mass
from recognizer.preprocessing.ink import bounding_box
from recognizer.preprocessing.motion import LEVELS, PEN_DOWN
from training.examples import Examples, concatenate
from training.synthesis import digit_variants, doodles, non_digits


def digits_to_spoil() -> Examples:
    """A 0, a 4, and a dozen variants."""
    rng = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, 40)
    ring = np.stack([60 * np.cos(angle), 100 * np.sin(angle)], axis=1) + 200
    four = [np.array([(60.0, 0.0), (0.0, 70.0), (100.0, 70.0)]), np.array([(70, 30), (70, 130.0)])]
    own = Examples(Glyphs.of([ink.normalise([ring]), ink.normalise(four)]), np.array([0, 4]))
    return concatenate([own, digit_variants.generate(12, rng)])


def test_it_works() -> None:
    made = non_digits.generate(300, digits_to_spoil(), np.random.default_rng(0))
    assert len(made) == 300
    assert set(made.labels.tolist()) == {NOT_A_DIGIT_CLASS}
    assert made.pixels.max(axis=(1, 2)).min() > 60
    # Hardly one is like another, though there are few digits to make them from.
    assert len(np.unique(made.pixels.reshape(300, -1), axis=0)) > 270


@pytest.mark.long
def test_they_are_placed_as_the_site_places_a_digit() -> None:
    made = non_digits.generate(200, digits_to_spoil(), np.random.default_rng(2))
    for picture in made.pixels:
        assert centre_of_mass(picture.astype(float)) == pytest.approx((13.5, 13.5), abs=1.2)


@pytest.mark.long
def test_what_a_pen_drew_has_its_motion_and_the_rest_is_a_picture() -> None:
    made = non_digits.generate(300, digits_to_spoil(), np.random.default_rng(0))
    has_ink, motion = made.glyphs.has_ink, made.glyphs.motion
    assert 0.3 < has_ink.mean() < 0.9
    assert motion[has_ink].any(axis=(1, 2, 3)).all()
    assert not motion[~has_ink].any()


def test_the_motion_is_that_of_the_strokes_whatever_pen_drew_them() -> None:
    """A soft pen changes the picture alone."""
    letter = [np.array([(0.0, 0.0), (0.0, 100.0), (60.0, 100.0)])]
    drawn = [non_digits.drawn(letter, np.random.default_rng(seed)) for seed in range(20)]
    for glyph in drawn:
        assert glyph.motion is not None
        assert int(glyph.motion[..., PEN_DOWN].sum()) == pytest.approx(LEVELS, abs=2)
    hard = [glyph for glyph in drawn if glyph.pixels.max() == 255]
    assert 0 < len(hard) < 20


def test_the_same_seed_gives_the_same_pictures_and_another_seed_others() -> None:
    first, second, other = (
        non_digits.generate(40, digits_to_spoil(), np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    assert first.digest() == second.digest() != other.digest()


def test_none_is_simply_one_of_the_digits_it_was_made_from() -> None:
    digits = digits_to_spoil()
    made = non_digits.generate(400, digits, np.random.default_rng(3))
    plain = digits.pixels.reshape(len(digits), -1).astype(float)
    for picture in made.pixels.reshape(400, -1).astype(float):
        assert np.abs(plain - picture).mean(axis=1).min() > 8


def test_what_is_drawn_like_a_known_digit_is_drawn_anew() -> None:
    """An L is a letter, unless the digits learned from hold one just like it."""
    rng = np.random.default_rng(0)
    letter = [np.array([(0.0, 0.0), (0.0, 100.0), (60.0, 100.0)])]
    plain = non_digits.drawn(letter, np.random.default_rng(1)).pixels
    slanted = np.stack([non_digits.drawn(letter, rng).pixels for _ in range(20)])
    digits = digit_variants.generate(200, rng)
    near = non_digits.Likeness(digits.pixels, rng)
    assert not near(plain[None]).any()
    both = np.concatenate([digits.pixels, slanted])
    assert non_digits.Likeness(both, rng)(plain[None]).all()
    assert non_digits.Likeness(digits.pixels, rng)(digits.pixels).mean() > 0.9


@pytest.mark.parametrize("labels", [[], [7], [10], [1, 1]])
def test_few_digits_or_none_to_spoil_are_enough(labels: list[int]) -> None:
    rng = np.random.default_rng(0)
    glyphs = digit_variants.generate(max(len(labels), 1), rng).glyphs[: len(labels)]
    made = non_digits.generate(60, Examples(glyphs, np.array(labels, dtype=np.int64)), rng)
    assert set(made.labels.tolist()) == {NOT_A_DIGIT_CLASS}
    assert len(made) == 60


@pytest.mark.parametrize("kind", [kind for kind, _ in doodles.DOODLES], ids=lambda k: k.__name__)
def test_every_kind_of_doodle_is_ink_that_the_site_can_draw(kind: doodles.Doodle) -> None:
    rng = np.random.default_rng(4)
    for _ in range(20):
        pixels = ink.normalise(kind(rng)).pixels
        assert pixels.max() == 255


def test_no_doodle_is_an_upright_stroke() -> None:
    """However wild the line within it is, so narrow a figure would be a fat 1."""
    rng = np.random.default_rng(5)
    for kind, _ in doodles.DOODLES:
        for _ in range(30):
            _, _, width, height = bounding_box(kind(rng))
            assert width > 0.2 * height, kind.__name__


@pytest.mark.long
def test_thousands_take_seconds() -> None:
    started = time.process_time()
    non_digits.generate(300, digits_to_spoil(), np.random.default_rng(0))
    # A training needs twenty times as many.
    assert time.process_time() - started < 3
