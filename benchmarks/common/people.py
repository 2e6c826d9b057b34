"""The open people: their digits and signs as ink, and networks that have not seen some."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import trained
from benchmarks.common.settings import settings
from recognizer.ink_files import BadHandwriting
from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from training.data import corpora, snapshot
from training.examples import Examples

if TYPE_CHECKING:
    from numpy.typing import NDArray

PEN = "pen digits"  # the collection of the UCI pen digits
SECOND_STAGE = 12  # epochs, as `make model` has them


@dataclass(frozen=True, eq=False)
class People:
    """Drawings row by row: examples, and (n,) by whom, in which collection, of what, and whether
    training may learn from it."""

    examples: Examples
    writers: NDArray[np.str_]
    collections: NDArray[np.str_]
    characters: NDArray[np.str_]
    usable: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.writers)

    @property
    def signs(self) -> NDArray[np.bool_]:
        """(n,) what is no digit."""
        return self.examples.labels == NOT_A_DIGIT_CLASS

    @property
    def plain(self) -> NDArray[np.bool_]:
        """(n,) signs that nobody writes like a digit."""
        return self.signs & ~np.isin(self.characters, [*corpora.NOT_PLAIN])


@cache
def everybody() -> People:
    """The pen digits, and UNIPEN's digits and signs.

    Ends with a sentence where they are missing.
    """
    folder = Path(settings.CORPORA_DIR or "")
    try:
        drawings = [
            corpora.Drawn(one.strokes, one.label, f"pen {one.writer}", PEN, str(one.label))
            for one in corpora.pendigits(folder)
        ]
        for name in (corpora.UNIPEN_DIGITS, corpora.UNIPEN_SIGNS):
            drawings += corpora.readable(corpora.unipen(folder, name))
    except BadHandwriting as error:
        raise SystemExit(f"CORPORA_DIR does not hold the ink corpora: {error}") from error
    return People(
        Examples(
            Glyphs.of([ink.normalise(one.strokes) for one in drawings]),
            np.array([one.label for one in drawings]),
        ),
        np.array([one.writer for one in drawings]),
        np.array([one.collection for one in drawings]),
        np.array([one.character for one in drawings]),
        np.array([not one.left_out for one in drawings]),
    )


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the people, `rows` of all drawings, and the folder of a network without them."""

    name: str
    rows: NDArray[np.bool_]
    folder: Path


def by_person(folds: int, wanted: list[int], *, epochs: int) -> list[Part]:
    """One part a fold, found or trained: whole people, those of one collection dealt in turn."""
    people = everybody()
    first = {}
    for writer, collection in zip(
        people.writers.tolist(), people.collections.tolist(), strict=True
    ):
        first.setdefault(writer, collection)
    order = sorted(first, key=lambda writer: (first[writer], writer))
    fold = {writer: number % folds for number, writer in enumerate(order)}
    number = np.array([fold[writer] for writer in people.writers.tolist()])
    return [_part(f"fold {one + 1} of {folds}", number == one, epochs=epochs) for one in wanted]


def by_collection(names: list[str], *, epochs: int) -> list[Part]:
    """One part a name, without anybody who wrote for it: a collection of UNIPEN's digits, or
    several joined by "+", which one network does without together.
    """
    people = everybody()
    parts = []
    for name in names:
        left_out = np.isin(people.collections, name.split("+"))
        rows = np.isin(people.writers, np.unique(people.writers[left_out]))
        parts.append(_part(f"without {name}", rows, epochs=epochs))
    return parts


def _part(name: str, rows: NDArray[np.bool_], *, epochs: int) -> Part:
    """A network that has learned from everybody else, by the site's own second stage."""
    people = everybody()
    others = np.flatnonzero(~rows & people.usable)
    examples = people.examples.select(others)
    whose = [
        (writer, label == NOT_A_DIGIT_CLASS)
        for writer, label in zip(
            people.writers[others].tolist(), examples.labels.tolist(), strict=True
        )
    ]
    capped = snapshot.capped_weights(whose, [None] * len(whose))
    weights = snapshot.balanced_weights(examples.labels, capped)
    drawings = replace(examples, weights=weights)
    return Part(name, rows, trained.warm(trained.scratch(), drawings, name=name, epochs=epochs))
