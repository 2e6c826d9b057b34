"""How people are read who nobody has trained on: pen digits, UNIPEN's digits and its signs.

    .venv/bin/python -m benchmarks.ink.people [--folds 5] [--only 1 2] [--epochs 12]
    .venv/bin/python -m benchmarks.ink.people --collections [apa apb+app ...]

Each fold's people are read by a network that has learned from all others, by the stages
of `make model`: the site's training from scratch, shared by all folds, and its warm one. All
drawings are read, also those that training leaves out. What is counted is what the site says:
its thresholds, and a digit that is called none is wrong.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import people, results
from benchmarks.common.people import PEN, SECOND_STAGE, everybody
from benchmarks.common.results import percent
from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from recognizer.serving.decision import SURE, readings
from recognizer.serving.engine import LiteRTEngine
from training.network.calibration import THRESHOLDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.common.people import Part

FEW = 20  # drawings: writers of fewer are not counted as writers
POOR = 0.95
SEED = 7
INK, TURNED = "as ink, %", "strokes shuffled and turned by chance, %"
PICTURES = "the same as pictures, %"


@dataclass(frozen=True, eq=False)
class Answers:
    """What the site says of n drawings: a class, 0 to 10, and whether it is sure; and the
    likeliest digit, whatever it says."""

    said: NDArray[np.int64]
    sure: NDArray[np.bool_]
    digit: NDArray[np.int64]


def answers(engine: LiteRTEngine, glyphs: Glyphs) -> Answers:
    """The answers of a network at the site's own thresholds."""
    outputs = engine.predict(glyphs)
    given = readings(outputs, THRESHOLDS)
    return Answers(
        np.array([NOT_A_DIGIT_CLASS if one.digit is None else one.digit for one in given]),
        np.array([one.verdict == SURE for one in given]),
        outputs.probabilities[:, :NOT_A_DIGIT_CLASS].argmax(axis=1),
    )


def read(parts: list[Part]) -> tuple[NDArray[np.intp], dict[str, Answers]]:
    """The rows of all parts, and what their networks say of them, by how they are shown: as ink,
    as ink whose strokes come in another order and direction, and as pictures."""
    found = []
    given: dict[str, list[Answers]] = {name: [] for name in (INK, TURNED, PICTURES)}
    for part in parts:
        rows = np.flatnonzero(part.rows)
        engine = LiteRTEngine((part.folder / LiteRTEngine.file_name).read_bytes())
        glyphs = everybody().examples.glyphs[rows]
        found.append(rows)
        given[INK].append(answers(engine, glyphs))
        given[TURNED].append(answers(engine, turned(rows)))
        given[PICTURES].append(answers(engine, glyphs.pictures()))
    return np.concatenate(found), {name: _joined(every) for name, every in given.items()}


def turned(rows: NDArray[np.intp]) -> Glyphs:
    """The drawings' glyphs, their strokes shuffled and each reversed by chance."""
    rng = np.random.default_rng(SEED)
    glyphs = []
    for row in rows.tolist():
        strokes = everybody().strokes[row]
        order, reversed_ = rng.permutation(len(strokes)), rng.random(len(strokes)) < 0.5
        changed = [strokes[at][::-1] if reversed_[at] else strokes[at] for at in order]
        glyphs.append(ink.normalise(changed))
    return Glyphs.of(glyphs)


def _joined(parts: list[Answers]) -> Answers:
    return Answers(
        np.concatenate([part.said for part in parts]),
        np.concatenate([part.sure for part in parts]),
        np.concatenate([part.digit for part in parts]),
    )


def figures(rows: NDArray[np.intp], given: Answers) -> list[tuple[str, str]]:
    """Names and figures, in percent where nothing else is said."""
    everyone = everybody()
    labels, writers = everyone.examples.labels[rows], everyone.writers[rows]
    collections = everyone.collections[rows]
    digits, plain = ~everyone.signs[rows], everyone.plain[rows]
    right = given.said == labels
    pen, unipen = digits & (collections == PEN), digits & (collections != PEN)
    by_writer = {
        writer: float(right[unipen & (writers == writer)].mean())
        for writer in np.unique(writers[unipen]).tolist()
        if (unipen & (writers == writer)).sum() >= FEW
    }
    named = np.unique(collections[unipen]).tolist()
    by_collection = {name: float(right[unipen & (collections == name)].mean()) for name in named}
    worst = min(by_collection, key=lambda name: by_collection[name])
    wrong = given.sure & ~right & digits
    of_pen = [float(right[pen & (writers == one)].mean()) for one in np.unique(writers[pen])]
    return [
        ("pen digits, right", percent(right[pen].mean()) if pen.any() else "-"),
        (
            "the likeliest of ten digits",
            percent((given.digit == labels)[pen].mean()) if pen.any() else "-",
        ),
        ("worst of the people", percent(min(of_pen)) if of_pen else "-"),
        ("UNIPEN digits, right", percent(right[unipen].mean())),
        ("the likeliest of ten digits", percent((given.digit == labels)[unipen].mean())),
        ("mean of collections", percent(np.mean([*by_collection.values()]))),
        (f"worst collection ({worst})", percent(by_collection[worst])),
        (
            f"writers of {FEW} or more below 95 %",
            f"{percent(np.mean([one < POOR for one in by_writer.values()]), 1)} "
            f"of {len(by_writer)}",
        ),
        ("zeros, right", percent(right[unipen & (labels == 0)].mean())),
        ("right digits that are sure", percent(given.sure[digits & right].mean(), 1)),
        ("sure and wrong, of all digits", percent(wrong.sum() / digits.sum())),
        ("plain signs called no digit", percent((given.said == NOT_A_DIGIT_CLASS)[plain].mean())),
        ("plain signs surely a digit", percent(given.sure[plain].mean())),
    ]


def by_source(rows: NDArray[np.intp], given: Answers) -> str:
    """A table of what the site says of each source's digits, and of signs; shares of n drawings."""
    everyone = everybody()
    signs, plain = everyone.signs[rows], everyone.plain[rows]
    labels, collections = everyone.examples.labels[rows], everyone.collections[rows]
    sources = {
        name: ~signs & (collections == name) for name in np.unique(collections[~signs]).tolist()
    }
    sources |= {"plain signs": plain, "signs like digits": signs & ~plain}
    table = []
    for name, which in sources.items():
        said, sure = given.said[which], given.sure[which]
        right, none = said == labels[which], said == NOT_A_DIGIT_CLASS
        shares = (right, sure & right, sure & ~right, ~sure & ~none, none)
        table.append([name, f"{which.sum():,}", *(percent(share.mean()) for share in shares)])
    return results.table(
        ["", "n", "right, %", "surely right", "surely wrong", "unsure", "called no digit"], table
    )


def main() -> None:
    options = _options()
    if options.collections is None:
        wanted = [number - 1 for number in options.only] if options.only else None
        parts = people.by_person(options.folds, wanted, epochs=options.epochs)
        section = f"people, {options.folds} folds" + (
            f" (only {', '.join(map(str, options.only))})" if options.only else ""
        )
    else:
        parts = people.by_collection(options.collections, epochs=options.epochs)
        section = "people, collections left out"
    rows, given = read(parts)
    columns = [figures(rows, one) for one in given.values()]
    table = [
        [cells[0][0], *(figure for _, figure in cells)] for cells in zip(*columns, strict=True)
    ]
    digits = ~everybody().signs[rows]
    text = results.table(["", *given], table)
    text += (
        f"\n\n{digits.sum():,} digits and {everybody().plain[rows].sum():,} plain signs, each "
        f"read by one of {len(parts)} networks that has seen nothing of its writer. As ink, "
        f"by source:\n\n{by_source(rows, given[INK])}"
    )
    results.write(section, text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, nargs="+", help="these folds, from 1")
    parser.add_argument("--epochs", type=int, default=SECOND_STAGE)
    parser.add_argument(
        "--collections",
        nargs="*",
        help="leave out collections instead, those joined by + together (default: each alone)",
    )
    options = parser.parse_args()
    if options.collections == []:
        signs = everybody().signs
        named = np.unique(everybody().collections[~signs]).tolist()
        options.collections = [name for name in named if name != PEN]
    return options


if __name__ == "__main__":
    main()
