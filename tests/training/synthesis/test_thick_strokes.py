"""Digits of thick markers, as the raster path gives them."""

from __future__ import annotations

import numpy as np
import pytest

from recognizer.preprocessing.glyph import PEN, SIZE, centre_of_mass
from training.examples import Examples
from training.synthesis import digit_variants, thick_strokes


def made(count: int = 60, seed: int = 0) -> tuple[Examples, Examples]:
    digits = digit_variants.generate(60, np.random.default_rng(1))
    return digits, thick_strokes.generate(count, digits, np.random.default_rng(seed))


def test_it_works() -> None:
    digits, marked = made()
    assert sorted(marked.labels.tolist()) == sorted(digits.labels.tolist())
    for picture in marked.pixels:
        assert picture.max() > 200
        assert centre_of_mass(picture.astype(float)) == pytest.approx((13.5, 13.5), abs=1.2)


def test_the_same_seed_gives_the_same_pictures_and_another_seed_others() -> None:
    first, second, other = made()[1], made()[1], made(seed=1)[1]
    assert first.digest() == second.digest() != other.digest()


def test_the_pen_is_the_normalisations_own_again() -> None:
    """However thick the marker: a line of it is drawn anew by a pen of two pixels."""
    line = np.zeros((SIZE, SIZE), dtype=np.uint8)
    line[4:24, 13:15] = 255
    for wider in thick_strokes.WIDER:
        ink = thick_strokes.thickened(line, wider).sum(axis=1) / 255
        assert np.median(ink[ink > 0]) == pytest.approx(PEN, abs=0.6)


def test_fewer_digits_give_fewer_and_none_none() -> None:
    digits, marked = made(count=1000)
    assert len(marked) == len(digits)
    assert (
        len(thick_strokes.generate(10, digits.select(slice(0, 0)), np.random.default_rng(0))) == 0
    )


def test_a_picture_without_ink_stays_as_it_is() -> None:
    empty = Examples.of_pictures(np.zeros((1, SIZE, SIZE), dtype=np.uint8), np.array([3]))
    assert (thick_strokes.generate(1, empty, np.random.default_rng(0)).pixels == 0).all()


def test_so_many_are_thick_by_their_keys_and_always_the_same() -> None:
    widths = [thick_strokes.width_of(bytes([key % 256, key // 256]), 0.3) for key in range(2000)]
    thick = [width for width in widths if width is not None]
    assert len(thick) / 2000 == pytest.approx(0.3, abs=0.03)
    assert min(thick) >= thick_strokes.WIDER[0]
    assert max(thick) <= thick_strokes.WIDER[1]
    assert np.mean(thick) == pytest.approx(np.mean(thick_strokes.WIDER), abs=0.1)
    assert thick_strokes.width_of(b"\x05\x00", 0.3) == widths[5]
