"""People of whom a network has learned nothing, drawing after drawing, and what is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common.people import PEN, everybody
from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.preprocessing.glyph import SIZE, Glyphs
from recognizer.serving import memory
from recognizer.serving.decision import SURE, readings
from recognizer.serving.engine import LiteRTEngine, Outputs
from recognizer.serving.memory import Hand, Recall
from training.examples import Examples
from training.network.calibration import THRESHOLDS
from training.synthesis import non_digits

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from benchmarks.common.people import Part

FEW = 40  # digits: who has drawn fewer is left out
FIRST = 20  # drawings of a person, at which a hand is only beginning
WRONG_LABELS = 1 / 20
SIGNS = 1_000  # plain signs of a fold, and scribbles
BLOCK = 200  # drawings whose features stay in a processor's cache
SEED = 12
DRAWINGS, UNIPEN = "pen digits", "UNIPEN"


@dataclass(frozen=True, eq=False)
class Drawings:
    """n drawings, read by one network: its outputs, their labels (n,), and how near each is to
    each (n, n). `well` (n,) is false where a corpus has cut the drawing wrongly."""

    outputs: Outputs
    labels: NDArray[np.int64]
    well: NDArray[np.bool_]
    near: NDArray[np.float32]

    @classmethod
    def of(
        cls, outputs: Outputs, labels: NDArray[np.int64], well: NDArray[np.bool_] | None = None
    ) -> Drawings:
        blocks = [slice(at, at + BLOCK) for at in range(0, len(labels), BLOCK)]
        hands = [Hand.of(some(outputs, block), labels[block]) for block in blocks]
        near = [memory.similarities(hand, outputs).astype(np.float32) for hand in hands]
        every = np.ones(len(labels), np.bool_)
        return cls(outputs, labels, every if well is None else well, np.concatenate(near, axis=1))


@dataclass(frozen=True, eq=False)
class Person:
    """Who has drawn these rows, and for which corpus."""

    where: str
    rows: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Stream:
    """Rows of drawings in the order of drawing, all under one cookie.

    `given` (n,) are the classes that they are said to be; `later` (n,) is true from each
    person's 21st drawing on.
    """

    where: str
    rows: NDArray[np.intp]
    given: NDArray[np.int64]
    later: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, eq=False)
class Answers:
    """What is said of n drawings: (n,) classes 0 to 10, and whether surely."""

    said: NDArray[np.int64]
    sure: NDArray[np.bool_]


# --- answers ----------------------------------------------------------------------------


def some(outputs: Outputs, rows: Any) -> Outputs:
    """The outputs for some of the glyphs."""
    columns = {field.name: getattr(outputs, field.name) for field in fields(Outputs)}
    return Outputs(
        **{name: None if column is None else column[rows] for name, column in columns.items()}
    )


def answers(outputs: Outputs, recalls: Sequence[Recall | None] | None = None) -> Answers:
    """What the site says of n glyphs, by its own thresholds."""
    given = readings(outputs, THRESHOLDS, recalls)
    return Answers(
        np.array([NOT_A_DIGIT_CLASS if one.digit is None else one.digit for one in given]),
        np.array([one.verdict == SURE for one in given]),
    )


def with_memory(drawings: Drawings, stream: Stream, *, corrections_only: bool = False) -> Answers:
    """What is said of each drawing by a hand of those before it, all or only the corrected ones."""
    outputs, given = drawings.outputs, stream.given
    telling = answers(some(outputs, stream.rows)).said != given
    labelled: list[int] = []  # places in the stream, the newest first
    known = np.empty(0, np.intp)
    found = []
    for at, row in enumerate(stream.rows.tolist()):
        near = drawings.near[row, stream.rows[known]].astype(np.float64)
        recall = None
        if len(known):
            recall = memory.recalled(given[known], near, outputs.probabilities[row])
        found.append(answers(some(outputs, [row]), [recall]))
        if corrections_only and found[-1].said[0] == given[at]:
            continue
        labelled.insert(0, at)
        stay = memory.kept(given[labelled].tolist(), telling[labelled].tolist())
        known = np.array(labelled)[stay]
    return Answers(
        np.concatenate([one.said for one in found]), np.concatenate([one.sure for one in found])
    )


def hand_of(drawings: Drawings, person: Person, rng: np.random.Generator) -> Hand:
    """What is remembered of a person who has labelled everything, drawn in random order."""
    rows = rng.permutation(person.rows)
    labels = drawings.labels[rows]
    telling = answers(some(drawings.outputs, rows)).said != labels
    stay = rows[memory.kept(labels.tolist(), telling.tolist())]
    return Hand.of(some(drawings.outputs, stay), drawings.labels[stay])


# --- streams ----------------------------------------------------------------------------


def stream(
    drawings: Drawings,
    persons: Sequence[Person],
    rng: np.random.Generator,
    *,
    wrong_labels: float = 0,
) -> Stream:
    """Everybody's drawings in random order, people taking turns in proportion to how many they
    have."""
    orders = [rng.permutation(person.rows) for person in persons]
    when = np.concatenate([(np.arange(len(order)) + 0.5) / len(order) for order in orders])
    place = np.concatenate([np.arange(len(order)) for order in orders])
    turns = np.argsort(when, kind="stable")
    rows = np.concatenate(orders)[turns]
    labels = drawings.labels[rows]
    others = (labels + rng.integers(1, NOT_A_DIGIT_CLASS, len(rows))) % NOT_A_DIGIT_CLASS
    given = np.where(rng.random(len(rows)) < wrong_labels, others, labels)
    return Stream(persons[0].where, rows, given, place[turns] >= FIRST)


def one_by_one(
    drawings: Drawings, persons: list[Person], rng: np.random.Generator
) -> Iterator[Stream]:
    for person in persons:
        yield stream(drawings, [person], rng)


def mislabelled(
    drawings: Drawings, persons: list[Person], rng: np.random.Generator
) -> Iterator[Stream]:
    for person in persons:
        yield stream(drawings, [person], rng, wrong_labels=WRONG_LABELS)


def in_pairs(
    drawings: Drawings, persons: list[Person], rng: np.random.Generator
) -> Iterator[Stream]:
    """Two people of one corpus each; of an odd number one is left out."""
    for where in (DRAWINGS, UNIPEN):
        of_it = [person for person in persons if person.where == where]
        order = rng.permutation(len(of_it)).tolist()
        for one, other in zip(order[::2], order[1::2], strict=False):
            yield stream(drawings, [of_it[one], of_it[other]], rng)


# --- people -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Unseen:
    """A fold's people of many digits, signs that people of the fold have drawn, `by` whom (an
    index of `persons`, or -1), and scribbles."""

    drawings: Drawings
    persons: list[Person]
    signs: Outputs
    by: NDArray[np.intp]
    scribbles: Outputs


def unseen(part: Part) -> Unseen:
    """All that a network reads of people whom it has not seen."""
    everyone = everybody()
    engine = LiteRTEngine((part.folder / LiteRTEngine.file_name).read_bytes())
    digits = np.flatnonzero(part.rows & ~everyone.signs)
    names, counts = np.unique(everyone.writers[digits], return_counts=True)
    names = names[counts >= FEW]
    rows = digits[np.isin(everyone.writers[digits], names)]
    persons = [
        Person(
            DRAWINGS if everyone.collections[rows[own[0]]] == PEN else UNIPEN,
            own,
        )
        for own in (np.flatnonzero(everyone.writers[rows] == name) for name in names.tolist())
    ]
    rng = np.random.default_rng(SEED)
    plain = rng.permutation(np.flatnonzero(part.rows & everyone.plain))[:SIGNS]
    place = {name: at for at, name in enumerate(names.tolist())}
    glyphs = everyone.examples.glyphs
    return Unseen(
        Drawings.of(
            engine.predict(glyphs[rows]), everyone.examples.labels[rows], everyone.usable[rows]
        ),
        persons,
        engine.predict(glyphs[plain]),
        np.array([place.get(name, -1) for name in everyone.writers[plain].tolist()], np.intp),
        engine.predict(scribbles(SIGNS, rng)),
    )


def scribbles(count: int, rng: np.random.Generator) -> Glyphs:
    """Scribbles, shapes and letters of no alphabet, made as for training, but not the same."""
    no_digits = Examples.of_pictures(np.empty((0, SIZE, SIZE), np.uint8), np.empty(0, np.int64))
    return non_digits.generate(count, no_digits, rng).glyphs
