"""Letters of alphabets that do not exist."""

from __future__ import annotations

import numpy as np

from recognizer.preprocessing import ink
from recognizer.preprocessing.strokes import Stroke
from training.synthesis.invented_letters import letter


def letters(count: int, seed: int = 0) -> list[list[Stroke]]:
    rng = np.random.default_rng(seed)
    return [letter(rng) for _ in range(count)]


def test_it_works() -> None:
    for strokes in letters(300):
        assert 1 <= len(strokes) <= 4
        assert ink.normalise(strokes).pixels.max() == 255


def test_they_have_one_to_four_parts_and_mostly_two_or_three() -> None:
    counts = np.bincount([len(strokes) for strokes in letters(1000)], minlength=5) / 1000
    assert counts[1:].min() > 0.1
    assert counts[2] + counts[3] > 0.6


def test_hardly_one_is_like_another() -> None:
    pictures = np.stack([ink.normalise(strokes).pixels for strokes in letters(200)])
    rows = pictures.reshape(200, -1).astype(float)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    alike = rows @ rows.T - np.eye(200)
    assert np.median(alike.max(axis=1)) < 0.85


def test_the_same_seed_gives_the_same_letters() -> None:
    first, second = letters(20, seed=3), letters(20, seed=3)
    for one, other in zip(first, second, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
