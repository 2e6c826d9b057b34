"""Sampling: which rows make up an epoch, and batches prepared in a second thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Rows = NDArray[np.intp]
T = TypeVar("T")


def sample_rows(weights: NDArray[np.floating], count: int, rng: np.random.Generator) -> Rows:
    """`count` row numbers, each row as often as its weight's share asks, rounded up or down.

    Systematic sampling (Madow, 1949) over shuffled rows: with equal weights and
    `count` rows every row comes exactly once. Rows of weight 0 never come.
    Raises `ValueError` where there is nothing to draw from.
    """
    order = rng.permutation(len(weights))
    reach = np.cumsum(weights[order], dtype=np.float64)
    if count == 0:
        return order[:0]
    if len(order) == 0 or reach[-1] <= 0:
        raise ValueError("There are no examples to learn from.")
    marks = (np.arange(count) + rng.random()) * (reach[-1] / count)
    # Rounding may put the last mark a hair beyond the last row.
    last = np.flatnonzero(weights[order])[-1]
    rows: Rows = order[np.minimum(np.searchsorted(reach, marks, side="right"), last)]
    return rows


def in_batches(rows: Rows, size: int) -> list[Rows]:
    """The rows in batches of `size`; the last one is filled up with the first rows."""
    count = -(-len(rows) // size)
    return list(np.resize(rows, (count, size)))


def prepared_ahead(prepare: Callable[[int], T], count: int) -> Generator[T]:
    """Yields `prepare(0)` to `prepare(count - 1)`, each made in a second thread while the one
    before is in use.

    A caller that may leave early must close the generator, which ends its thread.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="prepare-batch") as pool:
        ahead = pool.submit(prepare, 0) if count else None
        for number in range(1, count + 1):
            assert ahead is not None
            ready = ahead.result()
            if number < count:
                ahead = pool.submit(prepare, number)
            yield ready
