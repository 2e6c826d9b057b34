"""How often a number with signs is read without a mistake, and the fit of their classifiers.

    .venv/bin/python -m benchmarks.ink.signs [--model FOLDER] [--folds 5] [--each 600] [--seed 11]
        [--write]

The classifiers of `recognizer.segmentation.signs` are fitted on numbers composed of UNIPEN's
digits and signs and on UNIPEN's numbers in text, and measured by folds: each person's numbers
are read by classifiers that have seen nothing of theirs. `--write` fits them on everybody and
writes the weights of both languages.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.common import networks, results
from benchmarks.common.people import part_writers
from benchmarks.common.results import percent
from benchmarks.ink import composition
from benchmarks.ink.composition import Written
from benchmarks.ink.sign_fit import (
    COMPOSED,
    FURTHER,
    PAINTED,
    PHOTOGRAPHED,
    TEXT,
    fit_on,
    write,
)
from benchmarks.ink.taken_apart import Kinds, Prepared, painted, prepared, prepared_pictures
from recognizer.segmentation import signs
from recognizer.services.versions import SHIPPED
from recognizer.serving.engine import LiteRTEngine

SEED = 11
# Numbers composed by these are only fitted on.
FURTHER_SEEDS = 101, 102
SURE_DIGIT = 0.9


# --- figures ----------------------------------------------------------------------------


def said(one: Prepared) -> tuple[str, bool]:
    """What is read of a number, and whether all of it is sure."""
    marks = one.lattice.read(one.answers)
    text = "".join(
        mark.text if mark.glyph is None else str(one.answers[mark.glyph].argmax()) for mark in marks
    )
    sure = all(
        mark.probability >= signs.SURE
        and (mark.text != "" if mark.glyph is None else one.answers[mark.glyph].max() >= SURE_DIGIT)
        for mark in marks
    )
    return text, sure


@dataclass
class Tally:
    """Counts of one kind of numbers."""

    count: int = 0
    right: int = 0
    sure: int = 0
    wrong_yet_sure: int = 0

    def add(self, text: str, sure: bool, expected: str) -> None:
        self.count += 1
        self.right += text == expected
        self.sure += sure
        self.wrong_yet_sure += sure and text != expected

    def cells(self) -> list[str]:
        low, high = wilson(self.right, self.count)
        return [
            str(self.count),
            percent(self.right / self.count),
            f"{percent(low)} to {percent(high)}",
            percent(self.sure / self.count),
            percent(self.wrong_yet_sure / self.count),
        ]


def wilson(right: int, count: int) -> tuple[float, float]:
    """The interval of a share at 95 % (Wilson, 1927)."""
    z = 1.96
    share, part = right / count, z * z / count
    middle = (share + part / 2) / (1 + part)
    half = z / (1 + part) * np.sqrt(share * (1 - share) / count + part / count / 4)
    return float(middle - half), float(middle + half)


def kind_of(number: Written) -> str:
    """The kind of a number that somebody wrote in text."""
    found = {
        "brackets, currency": "()$%+=", "slashes": "/", "points and commas": ".,:", "hyphens": "-",
    }  # fmt: skip
    return next((kind for kind, some in found.items() if {*some} & {*number.text}), "plain")


def measured(material: dict[str, Kinds], folds: int) -> Iterator[list[str]]:
    """A row for each source and kind: all numbers, each read by what is fitted on other people."""
    everything = [one for kinds in material.values() for some in kinds.values() for one in some]
    writers = sorted({one.number.writer for one in everything})
    tallies: dict[tuple[str, str], Tally] = {}
    own = signs.classifiers
    try:
        for held_out in part_writers(writers, folds):
            fitted = fit_on(material, {*held_out})
            signs.classifiers = lambda: fitted  # type: ignore[assignment]  # noqa: B023
            for source, kinds in material.items():
                if source == FURTHER:
                    continue
                for kind, some in kinds.items():
                    tally = tallies.setdefault((source, kind), Tally())
                    for one in some:
                        if one.number.writer in held_out:
                            tally.add(*said(one), one.number.text)
    finally:
        signs.classifiers = own
    for (source, kind), tally in tallies.items():
        yield [source, kind, *tally.cells()]


def materials(engine: LiteRTEngine, each: int, seed: int) -> dict[str, Kinds]:
    """Numbers as strokes, composed and in text, and some as pictures."""
    people = composition.hands()
    made = {kind: composition.composed(kind, people, each, seed) for kind in composition.KINDS}
    further = {
        kind: [one for by in FURTHER_SEEDS for one in composition.composed(kind, people, each, by)]
        for kind in composition.KINDS
    }
    few = {
        kind: [*composition.composed(kind, people, max(each // 3, 1), seed + 1)]
        for kind in composition.KINDS
    }
    in_text: Kinds = {kind: [] for kind in composition.KINDS if kind != "spaces"}
    for one in prepared((one for one in composition.in_text(engine) if one.owners), engine):
        in_text[kind_of(one.number)].append(one)
    return {
        COMPOSED: {kind: prepared(some, engine) for kind, some in made.items()},
        FURTHER: {kind: prepared(some, engine) for kind, some in further.items()},
        TEXT: in_text,
        PAINTED: {kind: prepared_pictures(some, engine, painted) for kind, some in few.items()},
        PHOTOGRAPHED: {
            kind: prepared_pictures(some, engine, composition.photographed)
            for kind, some in few.items()
        },
    }


def told(folds: int, people: int, *, people_unseen: bool) -> str:
    """What the figures are of; `people_unseen` says whether a reader of touching digits was named
    that has not learned from everybody."""
    seen = "has not seen a third of them" if people_unseen else "has learned from them, too"
    return (
        f"Right is `text` without a single mistake, signs and spaces too. Composed of the digits "
        f"and signs of {people} people of UNIPEN, or as people of UNIPEN wrote "
        f"them in text on one line; {folds} folds by person of the signs' classifier. "
        "The network that reads the digits is the shipped one, which has "
        f"learned from some of them; the reader of touching digits {seen}. "
        "Brackets and currency have + and = among them."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="an artifact's folder")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--each", type=int, default=600, help="composed numbers a kind")
    parser.add_argument("--seed", type=int, default=SEED, help="of the numbers measured")
    networks.add_touching_option(parser)
    parser.add_argument("--write", action="store_true", help="fit on everybody, write the weights")
    options = parser.parse_args()
    networks.use_touching(options)
    engine = LiteRTEngine((options.model / LiteRTEngine.file_name).read_bytes())
    material = materials(engine, options.each, options.seed)
    columns = ["numbers", "kind", "count", "right %", "at 95 %", "sure %", "wrong yet sure %"]
    text = [
        results.table(columns, measured(material, options.folds)),
        told(options.folds, len(composition.hands()), people_unseen=options.touching is not None),
    ]
    results.write("signs", "\n\n".join(text))
    if options.write:
        write(fit_on(material, set()))


if __name__ == "__main__":
    main()
