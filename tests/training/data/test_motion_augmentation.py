"""The motion of a digit written a little differently: ink stays, and turns with the writing."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from recognizer.preprocessing import ink, motion
from recognizer.preprocessing.motion import DIRECTIONS, PEN_DOWN, PEN_UP
from recognizer.serving.engine import motion_input
from training.data.motion_augmentation import STANDARD, MotionVariation, augment
from training.synthesis import digit_variants

NONE = MotionVariation(**{field.name: 0.0 for field in fields(MotionVariation)})


def some_digits(count: int = 64) -> np.ndarray:
    return motion_input(digit_variants.generate(count, np.random.default_rng(5)).glyphs.motion)


def varied(maps: np.ndarray, variation: MotionVariation = STANDARD, seed: int = 0) -> np.ndarray:
    return augment(maps, np.random.default_rng(seed), variation)


def lines(angle: float, count: int) -> np.ndarray:
    """A line of this angle through the middle, in radians from +x on as y goes down."""
    end = 9 * np.array([np.cos(angle), np.sin(angle)])
    placed = ink.place([np.stack([-end, end])])
    return np.tile(motion.maps(placed).astype(np.float32), (count, 1, 1, 1))


def test_it_works() -> None:
    maps = some_digits()
    again = varied(maps)
    assert again.shape == maps.shape
    assert again.dtype == np.float32
    assert again.min() >= 0
    assert np.abs(again - maps).mean(axis=(1, 2, 3)).min() > 0.001


def test_without_any_variation_all_stays_as_it_is() -> None:
    assert np.abs(varied(some_digits(), NONE) - some_digits()).max() < 1e-5


def test_the_same_seed_gives_the_same_and_another_seed_others() -> None:
    first, second, other = (varied(some_digits(), seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", [field.name for field in fields(MotionVariation)])
def test_every_kind_of_variation_changes_digits_by_itself(name: str) -> None:
    alone = replace(NONE, **{name: getattr(STANDARD, name)})
    assert np.abs(varied(some_digits(), alone) - some_digits()).max() > 0.05


def test_the_ink_stays_about_as_much() -> None:
    """Not exactly: what is written wider is longer, and what leaves the frame is gone."""
    maps = some_digits(400)
    before, after = (one[..., :DIRECTIONS].sum(axis=(1, 2, 3)) for one in (maps, varied(maps)))
    assert np.abs(after / before - 1).max() < 0.8
    assert after.sum() / before.sum() == pytest.approx(1, abs=0.08)


def test_directions_turn_with_the_writing() -> None:
    """Lines to the right, turned by up to 40 degrees to either side."""
    turning = replace(NONE, rotation=40.0)
    turned = varied(lines(0.0, 300), turning)
    weights = turned[..., :DIRECTIONS].sum(axis=(1, 2))
    angles = np.arange(DIRECTIONS) * np.pi / 4
    mean = np.degrees(np.arctan2(weights @ np.sin(angles), weights @ np.cos(angles)))
    assert mean.min() < -30
    assert mean.max() > 30
    # Where the ink lies tells the angle too, and it is the same.
    ink_map = turned[..., :DIRECTIONS].sum(axis=3)
    place = np.arange(8) - 3.5
    products = np.einsum("nrc,r,c->n", ink_map, place, place)
    across = np.einsum("nrc,c->n", ink_map, place**2)
    lies = np.degrees(np.arctan2(products, across))
    assert np.corrcoef(mean, lies)[0, 1] > 0.98
    assert np.polyfit(mean, lies, 1)[0] > 0.7


def test_written_the_other_way_round_directions_are_opposite_and_the_pen_swaps() -> None:
    backward = varied(some_digits(), replace(NONE, reversed=1.0))
    maps = some_digits()
    assert np.allclose(
        backward[..., :DIRECTIONS], np.roll(maps[..., :DIRECTIONS], DIRECTIONS // 2, axis=-1),
        atol=1e-5,
    )  # fmt: skip
    assert np.allclose(backward[..., PEN_DOWN], maps[..., PEN_UP], atol=1e-5)
    assert np.allclose(backward[..., PEN_UP], maps[..., PEN_DOWN], atol=1e-5)


def test_no_ink_of_a_neighbour_comes_over() -> None:
    maps = np.ones((100, 8, 8, 10), dtype=np.float32)
    maps[::2] = 0
    assert varied(maps)[::2].max() == 0


def test_none_give_none() -> None:
    assert varied(np.empty((0, 8, 8, 10), np.float32)).shape == (0, 8, 8, 10)
