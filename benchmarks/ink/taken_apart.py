"""Numbers with signs as they are taken apart and read by the network, with what each group is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.ink import composition
from benchmarks.ink.composition import Written
from recognizer.exceptions import Blank, InputError
from recognizer.preprocessing.binarisation import Binarised
from recognizer.preprocessing.glyph import Glyphs
from recognizer.segmentation import ink, raster, signs
from recognizer.segmentation.lattice import Lattice
from recognizer.serving.decision import beside_neighbours
from recognizer.serving.engine import LiteRTEngine

SEED = 11
BRUSHES = (6, 9, 12, 16)  # in pixels, where a tall character has 200
Pictured: TypeAlias = Callable[
    [Written, np.random.Generator], tuple[NDArray[np.uint8], NDArray[np.int16]]
]


@dataclass(eq=False)
class Prepared:
    """A number as taken apart and read by the network, with what each group is."""

    number: Written
    lattice: Lattice
    answers: NDArray[np.float64]  # (glyphs, 10)
    classes: NDArray[np.int64]  # (groups,)


Kinds: TypeAlias = dict[str, list[Prepared]]


def prepared(numbers: Iterable[Written], engine: LiteRTEngine) -> list[Prepared]:
    """Those in which there is a digit."""
    found = []
    for number in numbers:
        try:
            lattice = ink.digits(number.strokes)
        except Blank:
            continue
        answers = engine.predict(Glyphs.of(lattice.glyphs)).probabilities[:, :10]
        found.append(Prepared(number, lattice, answers.astype(float), _classes(number, lattice)))
    return found


def _classes(number: Written, lattice: Lattice) -> NDArray[np.int64]:
    """What each group of pieces is, by whose strokes they are."""
    text = number.text.replace(" ", "")
    owned: dict[tuple[int, ...], str] = {}
    for one in set(number.owners):
        strokes = tuple(at for at, of in enumerate(number.owners) if of == one)
        owned[strokes] = text[one]
    return np.array([_class(owned.get(group.pieces)) for group in lattice.groups])


def _class(character: str | None) -> int:
    if character is None:
        return signs.PART
    return signs.DIGIT if character.isdigit() else signs.FIRST_SIGN + signs.SIGNS.index(character)


def painted(
    number: Written, chance: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """A number as a picture with a brush of one of several widths."""
    return composition.painted(number, int(chance.choice(BRUSHES)))


def prepared_pictures(
    numbers: Iterable[Written], engine: LiteRTEngine, pictured: Pictured, *, seed: int = SEED
) -> list[Prepared]:
    """The same of numbers in pictures."""
    chance = np.random.default_rng(seed)
    found = []
    for number in numbers:
        picture, whose = pictured(number, chance)
        try:
            binarised, pieces, groups, low = raster.parts(picture)
        except InputError:
            continue
        lattice = raster.lattice(binarised, pieces, groups, low)
        classes = _classes_of_pieces(number, lattice, pieces.labels, whose, binarised)
        outputs = beside_neighbours(engine.predict(Glyphs.of(lattice.glyphs)), lattice.glyphs)
        answers = outputs.probabilities[:, :10].astype(float)
        found.append(Prepared(number, lattice, answers, classes))
    return found


def _classes_of_pieces(
    number: Written, lattice: Lattice, labels: Any, whose: Any, ink: Binarised
) -> NDArray[np.int64]:
    """What each group of a picture's pieces is: all of a character, and little of another.

    Beside a digit a point is little: no other character may be in it, either.
    """
    text = number.text.replace(" ", "")
    rows, columns = np.nonzero(labels)
    at = whose[
        np.minimum((rows / ink.scale).astype(int) + ink.corner[1], whose.shape[0] - 1),
        np.minimum((columns / ink.scale).astype(int) + ink.corner[0], whose.shape[1] - 1),
    ]
    pieces = labels[rows, columns] - 1
    table = np.zeros((labels.max(), len(text)))
    np.add.at(table, (pieces[at >= 0], at[at >= 0]), 1)
    of_each = table.sum(axis=0)
    classes = []
    for group in lattice.groups:
        own = table[[*group.pieces]].sum(axis=0)
        best = int(own.argmax())
        whole = own[best] > 0.85 * of_each[best] and own[best] > 0.85 * own.sum()
        whole &= np.count_nonzero(own > 0.5 * of_each) == 1
        classes.append(_class(text[best] if whole else None))
    return np.array(classes)
