"""What the benchmarks read: MNIST, pen digits by writer, letters by alphabet.

All of it is found by the site's settings: `MNIST_DIR`, `CORPORA_DIR`. Where it is
missing a benchmark ends with a sentence that says what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.settings import settings
from recognizer.handwriting import BadHandwriting, Handwriting
from training import ink_corpora, material
from training.examples import NOT_A_DIGIT, Examples
from training.mnist import CorpusUnavailable, Mnist, load_mnist

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SEED = 7
# This alphabet is looked at once, when everything has been chosen.
KEPT_FOR_THE_END = "Early_Aramaic"
ALPHABETS = ("Balinese", "Korean", KEPT_FOR_THE_END)


@dataclass(frozen=True, eq=False)
class Ink:
    """Drawings in three forms, row by row: as drawn, normalised, and by whom."""

    records: list[Handwriting]
    examples: Examples
    writers: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.records)

    @property
    def labels(self) -> NDArray[np.int64]:
        return self.examples.labels

    @property
    def alphabets(self) -> NDArray[np.str_]:
        """(n,) which alphabet each letter is of."""
        return np.array([record.alphabet for record in self.records])

    def select(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Ink:
        """The rows of an index array or a mask."""
        numbers = np.arange(len(self))[rows]
        return Ink(
            [self.records[number] for number in numbers],
            self.examples.select(numbers),
            self.writers[numbers],
        )


def pen_digits(sample: int = 0) -> Ink:
    """The pen digits, or so many of them drawn at random; 0 means all."""
    everything = _pen_digits()
    if not 0 < sample < len(everything):
        return everything
    rows = np.random.default_rng(SEED).permutation(len(everything))[:sample]
    return everything.select(np.sort(rows))


@cache
def _pen_digits() -> Ink:
    return _ink(lambda folder: ink_corpora.pendigits(folder))


@cache
def letters(alphabets: tuple[str, ...]) -> Ink:
    """All letters of these alphabets."""
    return _ink(lambda folder: ink_corpora.letters(folder, alphabets))


def _ink(read: Callable[[str], list[Handwriting]]) -> Ink:
    if not settings.CORPORA_DIR:
        raise SystemExit("Set CORPORA_DIR to the folder of the ink corpora (docs/benchmarks.md).")
    try:
        records = read(settings.CORPORA_DIR)
    except BadHandwriting as error:
        raise SystemExit(f"CORPORA_DIR does not hold the ink corpora: {error}") from error
    examples, writers = ink_corpora.glyphs(records)
    return Ink(records, examples, writers)


@cache
def mnist() -> Mnist:
    """MNIST as the site's own trainings find it, within `TRAIN_MNIST_LIMIT`."""
    try:
        found = load_mnist(
            folder=settings.MNIST_DIR or None,
            cache=settings.VAR_DIR / "corpora" / "mnist",
            mirrors=settings.MNIST_MIRRORS,
        )
    except CorpusUnavailable as error:
        raise SystemExit(str(error)) from error
    return found.limited(settings.TRAIN_MNIST_LIMIT)


@cache
def learned_and_kept(seed: int) -> tuple[Examples, Examples]:
    """What a training of this seed learns from without drawings, and what it validates on.

    Both hold MNIST's training images with what MNIST lacks added to them.
    """
    return material.learn_and_validate(mnist(), np.random.default_rng(seed))


def mnist_digits(*, final: bool) -> tuple[str, Examples]:
    """MNIST's test digits when everything has been chosen; until then those for validation."""
    if final:
        return "MNIST test", Examples(mnist().test_pixels, mnist().test_labels)
    _, kept = learned_and_kept(0)
    return "MNIST validation", kept.select(kept.labels != NOT_A_DIGIT)
