"""Sampling: which rows make up an epoch, in which order, and batches made in a second thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from training.lazy_glyphs import AT_HAND

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

Rows: TypeAlias = NDArray[np.integer]
T = TypeVar("T")

# So many examples that are not in memory are read at once, and shuffled with one another.
WINDOW = 32_768
# Marks of an epoch that are looked up at once.
MARKS = 1 << 18


def sample_rows(weights: NDArray[np.floating], count: int, rng: np.random.Generator) -> Rows:
    """`count` row numbers, each row as often as its weight's share asks, rounded up or down.

    Systematic sampling (Madow, 1949) over shuffled rows: with equal weights and
    `count` rows every row comes exactly once. Rows of weight 0 never come.
    Raises `ValueError` where there is nothing to draw from.
    """
    order = rng.permutation(np.arange(len(weights), dtype=np.int32))
    reach = np.cumsum(weights[order], dtype=np.float64)
    if count == 0:
        return order[:0]
    if len(order) == 0 or reach[-1] <= 0:
        raise ValueError("There are no examples to learn from.")
    offset, step = rng.random(), reach[-1] / count
    # Rounding may put the last mark a hair beyond the last row.
    last = np.flatnonzero(weights[order])[-1]
    rows: Rows = np.empty(count, np.int32)
    for at in range(0, count, MARKS):  # a million drawings make an epoch large
        marks = (np.arange(at, min(at + MARKS, count)) + offset) * step
        places = np.searchsorted(reach, marks, side="right")
        rows[at : at + MARKS] = order[np.minimum(places, last)]
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
    sizes = [np.count_nonzero(windows == number) for number in range(window_of.max() + 1)]
    reach = np.cumsum(sizes) / sum(sizes)
    windows[at_hand] = np.searchsorted(reach, (np.arange(len(at_hand)) + 0.5) / len(at_hand))
    # A large shelf may leave the next number without rows.
    parts = (rows[windows == number] for number in range(len(sizes)))
    return [rng.permutation(part) for part in parts if len(part)]


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
