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
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from recognizer.preprocessing.strokes import Stroke

PEN = "pen digits"  # the collection of the UCI pen digits
SECOND_STAGE = 12  # epochs, as `make model` has them


@dataclass(frozen=True, eq=False)
class People:
    """Drawings row by row: strokes, examples, and (n,) by whom, in which collection, of what, and
    whether training may learn from it."""

    strokes: list[list[Stroke]]
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
            corpora.Drawn(one.strokes, one.label, pen_writer(one.writer), PEN, str(one.label))
            for one in corpora.pendigits(folder)
        ]
        for name in (corpora.UNIPEN_DIGITS, corpora.UNIPEN_SIGNS):
            drawings += corpora.readable(corpora.unipen(folder, name))
    except BadHandwriting as error:
        raise SystemExit(f"CORPORA_DIR does not hold the ink corpora: {error}") from error
    return People(
        [one.strokes for one in drawings],
        Examples(
            Glyphs.of([ink.normalise(one.strokes) for one in drawings]),
            np.array([one.label for one in drawings]),
        ),
        np.array([one.writer for one in drawings]),
        np.array([one.collection for one in drawings]),
        np.array([one.character for one in drawings]),
        np.array([not one.left_out for one in drawings]),
    )


def pen_writer(name: str) -> str:
    """The person's name here whom the corpus of the pen digits calls so."""
    return f"pen {name}"


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the people, `rows` of all drawings, and the folder of a network without them."""

    name: str
    rows: NDArray[np.bool_]
    folder: Path


def by_person(
    folds: int,
    wanted: Sequence[int] | None = None,
    *,
    epochs: int = 0,
    champion: Path | None = None,
) -> list[Part]:
    """One part a fold, found or trained: whole people, those of one collection dealt in turn.

    `wanted` are numbers of folds from 0, by default all of them. Each network starts from
    `champion` (an artifact's folder that has seen no ink; left out, MNIST's own). 0 epochs are
    those of `make model`. Ends with a sentence where there are not at least two folds, or
    fewer people than folds.
    """
    people = everybody()
    first = {}
    for writer, collection in zip(
        people.writers.tolist(), people.collections.tolist(), strict=True
    ):
        first.setdefault(writer, collection)
    order = sorted(first, key=lambda writer: (first[writer], writer))
    parted = part_writers(order, folds)
    return [
        _part(
            f"fold {number + 1} of {folds}",
            np.isin(people.writers, parted[number]),
            epochs=epochs,
            champion=champion,
        )
        for number in (range(folds) if wanted is None else wanted)
    ]


def part_writers(writers: list[str], folds: int) -> list[list[str]]:
    """Whole writers in turn: of 30 in 5 folds the first gets the 1st, 6th, 11th and so on."""
    if not 2 <= folds <= len(writers):
        raise SystemExit(f"{len(writers)} writers can be parted into 2 to {len(writers)} folds.")
    return [writers[start::folds] for start in range(folds)]


def by_collection(names: list[str], *, epochs: int = 0) -> list[Part]:
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


def _part(name: str, rows: NDArray[np.bool_], *, epochs: int, champion: Path | None = None) -> Part:
    """A network that has learned from everybody else, by the site's own second stage."""
    people = everybody()
    others = np.flatnonzero(~rows & people.usable)
    examples = people.examples.select(others)
    _, writer = np.unique(people.writers[others], return_inverse=True)
    capped = snapshot.capped_weights(2 * writer + (examples.labels == NOT_A_DIGIT_CLASS))
    weights = snapshot.balanced_weights(examples.labels, capped)
    drawings = replace(examples, weights=weights)
    folder = trained.warm(
        champion or trained.scratch(), drawings, name=name, epochs=epochs or SECOND_STAGE
    )
    return Part(name, rows, folder)
