"""Glyphs row by row: what fits together, what slices keep, and what pictures cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recognizer.preprocessing.glyph import MAPS, Glyph, Glyphs

SHEET = (0.0, 0.0, 28.0, 28.0)


def some(count: int = 6) -> Glyphs:
    """Every second one is ink."""
    rng = np.random.default_rng(count)
    pixels = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    has_ink = np.arange(count) % 2 == 0
    motion = rng.integers(1, 256, (count, *MAPS), dtype=np.uint8)
    motion[~has_ink] = 0
    return Glyphs(pixels, motion, has_ink)


def single(glyphs: Glyphs) -> list[Glyph]:
    return [
        Glyph(glyphs.pixels[at], SHEET, glyphs.motion[at] if glyphs.has_ink[at] else None)
        for at in range(len(glyphs))
    ]


def assert_same(one: Glyphs, other: Glyphs) -> None:
    for name in ("pixels", "motion", "has_ink"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_it_works() -> None:
    glyphs = Glyphs.of(single(some()))
    assert len(glyphs) == 6
    assert glyphs.has_ink.tolist() == [True, False] * 3
    assert_same(glyphs, some())


def test_none_are_none() -> None:
    for nothing in (Glyphs.of([]), Glyphs.joined([]), some()[:0]):
        assert (len(nothing), nothing.pixels.shape) == (0, (0, 28, 28))
        assert nothing.motion.shape == (0, *MAPS)


def test_the_motion_of_pictures_takes_no_memory() -> None:
    """MNIST alone would take 45 MB of noughts."""
    pictures = Glyphs.of_pictures(np.zeros((70_000, 28, 28), np.uint8))
    for glyphs in (
        pictures,
        pictures[10:],
        pictures[pictures.has_ink],
        some().pictures(),
        Glyphs.joined([pictures, pictures]),
    ):
        assert glyphs.motion.strides[0] == 0, "one row stands for all"
        assert not glyphs.has_ink.any()
        assert glyphs.motion.shape == (len(glyphs), *MAPS)


@pytest.mark.parametrize(
    "rows",
    [
        slice(1, 4),
        slice(None, None, -1),
        np.array([5, 0, 0]),
        np.array([True, False, False, True, True, False]),
        np.array([], dtype=np.intp),
    ],
    ids=str,
)
def test_rows_keep_what_belongs_together(rows: Any) -> None:
    chosen = np.arange(6)[rows].tolist()
    assert_same(some()[rows], Glyphs.of([single(some())[at] for at in chosen]))


def test_parts_are_joined_in_order() -> None:
    both = Glyphs.joined([some(6), some(4).pictures(), some(3)])
    assert_same(both[:6], some(6))
    assert_same(both[6:10], some(4).pictures())
    assert_same(both[10:], some(3))


def test_a_picture_of_ink_is_the_same_picture() -> None:
    pictures = some().pictures()
    assert np.array_equal(pictures.pixels, some().pixels)
    assert not pictures.motion.any()


@pytest.mark.parametrize(
    ("pixels", "motion", "has_ink", "said"),
    [
        (np.zeros((2, 28, 28)), None, None, "Pixels"),
        (np.zeros((2, 28, 27), np.uint8), None, None, "Pixels"),
        (np.zeros((3, 28, 28), np.uint8), None, None, "Pixels"),
        (None, np.zeros((2, *MAPS)), None, "Motion"),
        (None, np.zeros((2, 8, 8, 9), np.uint8), None, "Motion"),
        (None, np.zeros((1, *MAPS), np.uint8), None, "Motion"),
        (None, None, np.zeros((2, 1), np.bool_), "Whether there is ink"),
        (None, None, np.zeros(2, np.uint8), "Whether there is ink"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    pixels: Any, motion: Any, has_ink: Any, said: str
) -> None:
    whole = some(2)
    with pytest.raises(ValueError, match=said):
        Glyphs(
            whole.pixels if pixels is None else pixels,
            whole.motion if motion is None else motion,
            whole.has_ink if has_ink is None else has_ink,
        )
