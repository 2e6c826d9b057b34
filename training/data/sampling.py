"""Sampling: which rows make up an epoch, in which order, and batches made in a second thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from training.lazy_glyphs import AT_HAND

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Rows = NDArray[np.intp]
T = TypeVar("T")

# So many examples that are not in memory are read at once, and shuffled with one another.
WINDOW = 32_768


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


def in_windows(
    rows: Rows, shelves: NDArray[np.int64], rng: np.random.Generator, most: int = WINDOW
) -> list[Rows]:
    """Shuffled rows in parts that are read one after the other, each of them shuffled.

    `shelves` is (n,), of all rows that there are. Whole shelves, in random order, make up a
    window of about `most` different rows; what is at hand is shared out among the windows. Where
    the rows are no more, they are one window, in their order.
    """
    is_there = np.zeros(len(shelves), np.bool_)
    is_there[rows] = True
    different = shelves[is_there & (shelves != AT_HAND)]
    if len(different) <= most:
        return [rows]
    names, counts = np.unique(different, return_counts=True)
    order = rng.permutation(len(names))
    window_of = np.full(names.max() + 1, -1, np.int16)
    window_of[names[order]] = (np.cumsum(counts[order]) - counts[order]) // most
    # Two bytes a row: an epoch may show a drawing many times.
    windows = np.where(shelves == AT_HAND, -1, window_of[shelves]).astype(np.int16)[rows]
    at_hand = np.flatnonzero(windows < 0)
    reach = np.cumsum(np.bincount(windows[windows >= 0])) / (len(windows) - len(at_hand))
    windows[at_hand] = np.searchsorted(reach, (np.arange(len(at_hand)) + 0.5) / len(at_hand))
    rows = rows[np.argsort(windows, kind="stable")]
    # A large shelf may leave the next number without rows.
    ends = np.cumsum(np.bincount(windows))[:-1]
    return [rng.permutation(window) for window in np.split(rows, ends) if len(window)]


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
