"""Examples fit together or are refused; their digest knows every byte."""

from __future__ import annotations

import numpy as np
import pytest

from training.examples import Examples, concatenate


def some(count: int = 6) -> Examples:
    rng = np.random.default_rng(count)
    return Examples(
        rng.integers(0, 256, (count, 28, 28), dtype=np.uint8), np.arange(count, dtype=np.int64) % 11
    )


def test_it_works() -> None:
    both = concatenate([some(6), some(4)])
    assert len(both) == 10
    assert both.weights.tolist() == [1.0] * 10
    assert both.select(both.labels == 3).labels.tolist() == [3, 3]
    assert both.select(slice(6, 10)).digest() == some(4).digest()
    assert len(concatenate([])) == 0


def test_one_weight_stands_for_all_rows() -> None:
    heavy = Examples(some().pixels, some().labels, np.float32([3]))
    assert heavy.weights.tolist() == [3.0] * 6


@pytest.mark.parametrize("column", ["pixels", "labels", "weights"])
def test_the_digest_changes_with_every_column(column: str) -> None:
    columns = {name: getattr(some(), name).copy() for name in ("pixels", "labels", "weights")}
    assert Examples(**columns).digest() == some().digest()
    columns[column].flat[0] = 7
    assert Examples(**columns).digest() != some().digest()


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
        Examples(pixels, np.array(labels), np.array(weights, dtype=np.float32))
