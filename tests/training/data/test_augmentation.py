"""Augmentation varies a digit, keeps it in its range and its place, and is quick."""

from __future__ import annotations

import time
from dataclasses import fields, replace

import numpy as np
import pytest

from recognizer.preprocessing.glyph import centre_of_mass
from training.data.augmentation import STANDARD, Variation, augment
from training.synthesis import digit_variants


def some_digits(count: int = 32) -> np.ndarray:
    return digit_variants.generate(count, np.random.default_rng(5)).pixels


def test_it_works() -> None:
    digits = some_digits()
    varied = augment(digits, np.random.default_rng(0))
    assert varied.shape == digits.shape
    assert varied.dtype == np.float32
    assert varied.min() >= 0
    assert varied.max() <= 1
    assert np.abs(varied - digits / 255).mean(axis=(1, 2)).min() > 0.01


def test_the_same_seed_gives_the_same_pictures_and_another_seed_others() -> None:
    first, second, other = (augment(some_digits(), np.random.default_rng(n)) for n in (1, 1, 2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_bytes_and_floats_are_the_same_digits() -> None:
    digits = some_digits()
    floats = (digits / 255).astype(np.float32)
    assert np.array_equal(
        augment(digits, np.random.default_rng(1)), augment(floats, np.random.default_rng(1))
    )


def test_a_digit_stays_near_its_place_and_keeps_its_ink() -> None:
    for before, after in zip(
        some_digits(), augment(some_digits(), np.random.default_rng(3)), strict=True
    ):
        assert np.abs(np.array(centre_of_mass(after)) - 13.5).max() < 4
        assert 0.3 < after.sum() / (before.sum() / 255) < 2.5


def test_no_ink_of_a_neighbour_comes_over() -> None:
    digits = np.full((600, 28, 28), 255, dtype=np.uint8)
    digits[::2] = 0
    assert augment(digits, np.random.default_rng(0))[::2].max() == 0


NONE = replace(Variation(**{field.name: 0.0 for field in fields(Variation)}), contrast=1.0)


def test_without_any_variation_the_digits_stay_as_they_are() -> None:
    digits = some_digits()
    same = augment(digits, np.random.default_rng(0), NONE)
    assert np.abs(same - digits / 255).max() < 1e-5


@pytest.mark.parametrize("name", [field.name for field in fields(Variation)])
def test_every_kind_of_variation_changes_digits_by_itself(name: str) -> None:
    digits = some_digits()
    alone = replace(NONE, **{name: getattr(STANDARD, name)})
    varied = augment(digits, np.random.default_rng(0), alone)
    assert np.abs(varied - digits / 255).max() > 0.1


def test_no_pictures_give_no_pictures() -> None:
    nothing = augment(np.empty((0, 28, 28), np.uint8), np.random.default_rng(0))
    assert nothing.shape == (0, 28, 28)


def test_a_batch_costs_a_fraction_of_a_training_step() -> None:
    digits, rng, seconds = some_digits(256), np.random.default_rng(0), []
    for _ in range(8):
        started = time.process_time()
        augment(digits, rng)
        seconds.append(time.process_time() - started)
    # Measured 13 ms on a 2.5 GHz core; the bound leaves room for a slow machine.
    assert min(seconds) < 0.08
