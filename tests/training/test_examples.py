"""Examples fit together or are refused; their digest knows every byte."""

from __future__ import annotations

import numpy as np
import pytest

from recognizer.preprocessing.glyph import MAPS, Glyphs
from training.examples import Examples, concatenate

WRITTEN = ("labels", "weights")


def some(count: int = 6) -> Examples:
    """Every second one is ink, the others pictures."""
    rng = np.random.default_rng(count)
    pixels = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    has_ink = np.arange(count) % 2 == 0
    motion = rng.integers(0, 256, (count, *MAPS), dtype=np.uint8)
    motion[~has_ink] = 0
    return Examples(Glyphs(pixels, motion, has_ink), np.arange(count, dtype=np.int64) % 11)


def test_it_works() -> None:
    both = concatenate([some(6), some(4)])
    assert len(both) == 10
    assert both.weights.tolist() == [1.0] * 10
    assert both.select(both.labels == 3).labels.tolist() == [3, 3]
    assert both.select(slice(6, 10)).digest() == some(4).digest()
    assert len(concatenate([])) == 0
    assert both.with_ink().labels.tolist() == [0, 2, 4, 0, 2]


def test_pictures_stay_pictures() -> None:
    pictures = Examples.of_pictures(some().pixels, some().labels)
    assert len(pictures.with_ink()) == 0
    both = concatenate([some(), pictures])
    assert both.glyphs.has_ink.tolist() == [True, False] * 3 + [False] * 6
    assert both.select(slice(6, None)).digest() == pictures.digest()


def test_one_weight_stands_for_all_rows() -> None:
    heavy = Examples(some().glyphs, some().labels, np.float32([3]))
    assert heavy.weights.tolist() == [3.0] * 6


@pytest.mark.parametrize("column", ["pixels", "motion", "has_ink", "labels", "weights"])
def test_the_digest_changes_with_every_column(column: str) -> None:
    columns = {
        name: getattr(part, name).copy()
        for part, names in ((some().glyphs, ("pixels", "motion", "has_ink")), (some(), WRITTEN))
        for name in names
    }

    def digest() -> str:
        glyphs = Glyphs(columns["pixels"], columns["motion"], columns["has_ink"])
        return Examples(glyphs, columns["labels"], columns["weights"]).digest()

    assert digest() == some().digest()
    columns[column].flat[0] = column != "has_ink" and 7
    assert digest() != some().digest()


def test_the_digest_of_ink_is_not_that_of_its_picture() -> None:
    pictures = Examples.of_pictures(some().pixels, some().labels)
    assert pictures.digest() != some().digest()


def test_the_digest_changes_with_the_order() -> None:
    assert some().select(np.arange(6)[::-1]).digest() != some().digest()


@pytest.mark.parametrize(
    ("pixels", "labels", "weights"),
    [
        (np.zeros((2, 28, 28)), [1, 2], [1]),  # not bytes
        (np.zeros((2, 27, 28), np.uint8), [1, 2], [1]),
        (np.zeros((3, 28, 28), np.uint8), [1, 2], [1]),
        (np.zeros((2, 28, 28), np.uint8), [1, 11], [1]),
        (np.zeros((2, 28, 28), np.uint8), [-1, 1], [1]),
        (np.zeros((2, 28, 28), np.uint8), [1, 2], [1, -1]),
        (np.zeros((2, 28, 28), np.uint8), [1, 2], [1, np.nan]),
        (np.zeros((2, 28, 28), np.uint8), [1, 2], [1, 1, 1]),
    ],
)
def test_what_does_not_fit_together_is_refused(
    pixels: np.ndarray, labels: list[int], weights: list[float]
) -> None:
    with pytest.raises(ValueError):
        Examples.of_pictures(pixels, np.array(labels), np.array(weights, dtype=np.float32))
