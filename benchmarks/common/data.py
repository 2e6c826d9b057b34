"""The data of the benchmarks: MNIST, pen digits by writer, letters by alphabet.

All of it is found by the site's settings: `MNIST_DIR`, `CORPORA_DIR`. Where it is
missing the functions here end the program with a sentence that says what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common.settings import settings
from recognizer.ink_files import BadHandwriting, Handwriting
from recognizer.labels import NOT_A_DIGIT_CLASS
from training.data import corpora, dataset
from training.data.mnist import CorpusUnavailable, Mnist, load_configured
from training.examples import Examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SEED = 7
# This alphabet is read once, when everything has been chosen.
KEPT_FOR_THE_END = "Early_Aramaic"
ALPHABETS = ("Balinese", "Korean", KEPT_FOR_THE_END)


@dataclass(frozen=True, eq=False)
class Ink:
    """Drawings row by row: as drawn, as normalised examples, and (n,) by whom."""

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
        """(n,) the alphabet of each letter; "" of a digit."""
        return np.array([record.alphabet for record in self.records])

    def select(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Ink:
        """The drawings of some rows, given as an index array or a mask."""
        numbers = np.arange(len(self))[rows]
        return Ink(
            [self.records[number] for number in numbers],
            self.examples.select(numbers),
            self.writers[numbers],
        )


def pen_digits(sample: int = 0) -> Ink:
    """The pen digits, or `sample` of them chosen at random; 0 means all."""
    everything = _pen_digits()
    if not 0 < sample < len(everything):
        return everything
    rows = np.random.default_rng(SEED).permutation(len(everything))[:sample]
    return everything.select(np.sort(rows))


@cache
def _pen_digits() -> Ink:
    return _ink(lambda folder: corpora.pendigits(folder))


@cache
def letters(alphabets: tuple[str, ...]) -> Ink:
    """All letters of these alphabets of Omniglot."""
    return _ink(lambda folder: corpora.letters(folder, alphabets))


def _ink(read: Callable[[str], list[Handwriting]]) -> Ink:
    if not settings.CORPORA_DIR:
        raise SystemExit("Set CORPORA_DIR to the folder of the ink corpora (docs/benchmarks.md).")
    try:
        records = read(settings.CORPORA_DIR)
    except BadHandwriting as error:
        raise SystemExit(f"CORPORA_DIR does not hold the ink corpora: {error}") from error
    examples, writers = corpora.glyphs(records)
    return Ink(records, examples, writers)


@cache
def mnist() -> Mnist:
    """MNIST as the site's own trainings find it, within `TRAIN_MNIST_LIMIT`."""
    try:
        return load_configured().limited(settings.TRAIN_MNIST_LIMIT)
    except CorpusUnavailable as error:
        raise SystemExit(str(error)) from error


@cache
def learned_and_kept(seed: int) -> tuple[Examples, Examples]:
    """What a training of this seed learns from without drawings, and what it validates on.

    Both are parts of MNIST's training images, with synthetic pictures added.
    """
    return dataset.learn_and_validate(mnist(), np.random.default_rng(seed))


def mnist_digits(*, final: bool) -> tuple[str, Examples]:
    """A name and digits: MNIST's test images with `final`, otherwise those for validation."""
    if final:
        return "MNIST test", Examples.of_pictures(mnist().test_pixels, mnist().test_labels)
    _, kept = learned_and_kept(0)
    return "MNIST validation", kept.select(kept.labels != NOT_A_DIGIT_CLASS)
