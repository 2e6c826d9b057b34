"""How often a number with signs is read without a mistake, and the fit of their classifiers.

    .venv/bin/python -m benchmarks.ink.signs [--model FOLDER] [--folds 5] [--each 600] [--write]

The classifiers of `recognizer.segmentation.signs` are fitted on numbers composed of UNIPEN's
digits and signs and on UNIPEN's numbers in text, and measured by folds: each person's numbers
are read by classifiers that have seen nothing of theirs. `--write` fits them on everybody and
writes the weights of both languages.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks import ROOT
from benchmarks.common import networks, results
from benchmarks.common.people import part_writers
from benchmarks.common.results import percent
from benchmarks.ink import composition
from benchmarks.ink.composition import Written
from recognizer.exceptions import Blank, InputError
from recognizer.preprocessing.binarisation import Binarised
from recognizer.preprocessing.glyph import Glyphs
from recognizer.segmentation import ink, raster, signs
from recognizer.segmentation.lattice import Lattice
from recognizer.segmentation.signs import Classifier, Classifiers
from recognizer.segmentation.weights import restored, stored
from recognizer.services.versions import SHIPPED
from recognizer.serving.decision import beside_neighbours
from recognizer.serving.engine import LiteRTEngine

SEED = 11
BRUSHES = (6, 9, 12, 16)  # in pixels, where a tall character has 200
HIDDEN_ALONE, HIDDEN_AMONG = 48, 64
CLASSES = signs.FIRST_SIGN + len(signs.SIGNS)
EPOCHS, BATCH, RATE, DECAY = 30, 256, 3e-3, 2e-2
# What stands beside a group is what a classifier says that has not seen its writer, one of so many.
PARTS = 2
COMPOSED, TEXT, PAINTED, PHOTOGRAPHED = "composed", "in text", "painted", "photographed"
# How much one counts in the fit, beside one composed; and one without signs, which must stay so.
WEIGHTS = {TEXT: 4.0}
PLAIN = 2.5
SURE_DIGIT = 0.9
Pictured: TypeAlias = Callable[
    [Written, np.random.Generator], tuple[NDArray[np.uint8], NDArray[np.int16]]
]
JS = ROOT / "static" / "js" / "segmentation" / "sign-weights.js"


@dataclass(eq=False)
class Prepared:
    """A number as taken apart and read by the network, with what each group is."""

    number: Written
    lattice: Lattice
    answers: NDArray[np.float64]  # (glyphs, 10)
    classes: NDArray[np.int64]  # (groups,)


Weighed: TypeAlias = tuple[Prepared, float]  # with how much it counts


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


Table: TypeAlias = NDArray[np.float32]


def fit(inputs: Sequence[Table], numbers: Sequence[Weighed], hidden_units: int) -> Classifier:
    """Adam (Kingma and Ba, 2015) on the cross entropy of every group.

    `inputs` are those of each number's groups, (groups, inputs).
    """
    chance = np.random.default_rng(SEED)
    x = np.concatenate(inputs)
    y = np.concatenate([one.classes for one, _ in numbers])
    w = np.concatenate([np.full(len(one.classes), weight) for one, weight in numbers])
    w = w.astype(np.float32)
    x = np.column_stack([x, np.ones(len(x), np.float32)])
    shapes = (x.shape[1], hidden_units), (hidden_units + 1, CLASSES)
    parts = [
        chance.normal(0, 1 / np.sqrt(fan_in), (fan_in, units)).astype(np.float32)
        for fan_in, units in shapes
    ]
    first, second = ([np.zeros_like(p) for p in parts] for _ in range(2))
    step, total = 0, EPOCHS * (len(x) // BATCH)
    for _ in range(EPOCHS):
        order = chance.permutation(len(x))
        for at in range(0, len(x) - BATCH + 1, BATCH):
            rows = order[at : at + BATCH]
            grads = _gradients(parts, x[rows], y[rows], w[rows])
            step += 1
            rate = RATE * 0.5 * (1 + np.cos(np.pi * step / total))
            for part, grad, m, v in zip(parts, grads, first, second, strict=True):
                m += 0.1 * (grad - m)
                v += 0.001 * (grad * grad - v)
                part -= rate * (
                    m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8) + DECAY * part
                )
    return Classifier(*(restored(stored(part)) for part in parts))


def _gradients(parts: list[Table], x: Table, y: NDArray[np.int64], w: Table) -> list[Table]:
    hidden, output = parts
    between = np.maximum(x @ hidden, 0)
    full = np.column_stack([between, np.ones(len(x), np.float32)])
    logits = full @ output
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(y)), y] -= 1
    shares *= (w / w.sum())[:, None]
    back = (shares @ output[:-1].T) * (between > 0)
    return [x.T @ back, full.T @ shares]


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


Kinds: TypeAlias = dict[str, list[Prepared]]


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
                for kind, some in kinds.items():
                    tally = tallies.setdefault((source, kind), Tally())
                    for one in some:
                        if one.number.writer in held_out:
                            tally.add(*said(one), one.number.text)
    finally:
        signs.classifiers = own
    for (source, kind), tally in tallies.items():
        yield [source, kind, *tally.cells()]


def fit_on(material: dict[str, Kinds], held_out: set[str]) -> Classifiers:
    """Fitted on everybody else's numbers."""
    numbers = [
        (one, WEIGHTS.get(source, 1.0) * (PLAIN if kind == "plain" else 1.0))
        for source, kinds in material.items()
        for kind, some in kinds.items()
        for one in some
        if one.number.writer not in held_out
    ]
    alone = [one.lattice.inputs(one.answers).astype(np.float32) for one, _ in numbers]
    beside = _context(alone, numbers)
    both = [np.column_stack(pair) for pair in zip(alone, beside, strict=True)]
    return Classifiers(fit(alone, numbers, HIDDEN_ALONE), fit(both, numbers, HIDDEN_AMONG))


def _context(inputs: Sequence[Table], numbers: Sequence[Weighed]) -> list[Table]:
    """What stands beside each group, by classifiers that have not seen its writer: of those whom
    it has seen a classifier is surer than it will be of others."""
    found: dict[int, Table] = {}
    writers = sorted({one.number.writer for one, _ in numbers})
    for part in part_writers(writers, PARTS):
        rest = [at for at, (one, _) in enumerate(numbers) if one.number.writer not in part]
        fitted = fit([inputs[at] for at in rest], [numbers[at] for at in rest], HIDDEN_ALONE)
        for at, (one, _) in enumerate(numbers):
            if one.number.writer in part:
                of_kind = fitted.probabilities(inputs[at].astype(float))
                found[at] = one.lattice.context(of_kind, one.answers).astype(np.float32)
    return [found[at] for at in range(len(numbers))]


def materials(engine: LiteRTEngine, each: int) -> dict[str, Kinds]:
    """Numbers as strokes, composed and in text, and some as pictures."""
    people = composition.hands()
    made = {kind: composition.composed(kind, people, each, SEED) for kind in composition.KINDS}
    few = {
        kind: [*composition.composed(kind, people, max(each // 3, 1), SEED + 1)]
        for kind in composition.KINDS
    }
    in_text: Kinds = {kind: [] for kind in composition.KINDS if kind != "spaces"}
    for one in prepared((one for one in composition.in_text(engine) if one.owners), engine):
        in_text[kind_of(one.number)].append(one)
    return {
        COMPOSED: {kind: prepared(some, engine) for kind, some in made.items()},
        TEXT: in_text,
        PAINTED: {kind: prepared_pictures(some, engine, painted) for kind, some in few.items()},
        PHOTOGRAPHED: {
            kind: prepared_pictures(some, engine, composition.photographed)
            for kind, some in few.items()
        },
    }


def write(fitted: Classifiers) -> None:
    """The weights of both languages."""
    tables = {
        name: {
            part: stored(table) for part, table in (("hidden", one.hidden), ("output", one.output))
        }
        for name, one in (("alone", fitted.alone), ("among", fitted.among))
    }
    signs.WEIGHTS.write_text(json.dumps(tables, indent=1) + "\n")
    head = "/** The weights of signs.js, as benchmarks/ink/signs.py fits them. */\n\n"
    script = (f"export const {name} = {json.dumps(tables[name])};\n" for name in tables)
    JS.write_text(head + "".join(script))
    subprocess.run([ROOT / "node_modules/.bin/biome", "format", "--write", JS], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="an artifact's folder")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--each", type=int, default=600, help="composed numbers a kind")
    networks.add_touching_option(parser)
    parser.add_argument("--write", action="store_true", help="fit on everybody, write the weights")
    options = parser.parse_args()
    networks.use_touching(options)
    engine = LiteRTEngine((options.model / LiteRTEngine.file_name).read_bytes())
    material = materials(engine, options.each)
    columns = ["numbers", "kind", "count", "right %", "at 95 %", "sure %", "wrong yet sure %"]
    text = [
        results.table(columns, measured(material, options.folds)),
        f"Right is `text` without a single mistake, signs and spaces too. Composed of the digits "
        f"and signs of {len(composition.hands())} people of UNIPEN, or as people of UNIPEN wrote "
        f"them in text on one line; {options.folds} folds by person of the signs' classifier. The "
        "network that reads the digits is the shipped one, which has learned from some of them; "
        "the reader of touching digits has not seen a third of them. "
        "Brackets and currency have + and = among them.",
    ]
    results.write("signs", "\n\n".join(text))
    if options.write:
        write(fit_on(material, set()))


if __name__ == "__main__":
    main()
