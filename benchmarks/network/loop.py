"""What corrections bring: skill gained on people never seen, skill lost elsewhere, and seconds.

    .venv/bin/python -m benchmarks.network.loop [--counts 100 300 1000] [--writers 6] [--rounds 3]
    .venv/bin/python -m benchmarks.network.loop --shipped

Each round draws some people at random. A network of MNIST alone is trained on, by
the site's warm recipe, with so many drawings of theirs, and then reads the ink of
all others. The second table is the other way round: a network that knows the ink of
all people but a fold's is trained on when none of that ink is at hand any more, and
reads the fold's. An answer is what the site says: a digit that is called none is wrong.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import data, networks, people, results, trained
from benchmarks.common.networks import Network
from benchmarks.common.results import percent, points
from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.services.versions import SHIPPED
from training.examples import Examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from benchmarks.common.data import Ink

MANY, FEW = 300, 20  # new drawings, of several people and of one


@dataclass(frozen=True)
class Outcome:
    """The outcome of one training: the shares read right before and after, and its seconds."""

    ink_before: float
    ink_after: float
    mnist_before: float
    mnist_after: float
    seconds: float


def outcome(champion: Path, candidate: Path, unseen: Examples, mnist: Examples) -> Outcome:
    before, after = Network(champion), Network(candidate)
    return Outcome(
        share_right(before, unseen),
        share_right(after, unseen),
        share_right(before, mnist),
        share_right(after, mnist),
        trained.seconds(candidate),
    )


def share_right(network: Network, examples: Examples) -> float:
    return float((network.predict(examples.glyphs).answers == examples.labels).mean())


def corrected(
    champion: Path, ink: Ink, count: int, options: argparse.Namespace, number: int
) -> tuple[Path, Examples]:
    """The network trained on with one round's corrections, and the ink of everybody else."""
    rng = np.random.default_rng([data.SEED, number])
    people = rng.permutation(np.unique(ink.writers))[: options.writers]
    theirs = np.flatnonzero(np.isin(ink.writers, people))
    if count > len(theirs):
        raise SystemExit(f"{options.writers} writers have {len(theirs)} drawings, not {count}.")
    chosen = ink.select(rng.permutation(theirs)[:count])
    drawings = trained.as_drawings(chosen.examples, chosen.writers.tolist())
    candidate = trained.warm(
        champion, drawings, name=f"{count} corrections, round {number + 1}",
        epochs=options.epochs, seed=number,
    )  # fmt: skip
    return candidate, ink.select(~np.isin(ink.writers, people)).examples


def learning(champion: Path, ink: Ink, mnist: Examples, options: argparse.Namespace) -> str:
    """A table with a row for each number of corrections, means over the rounds."""
    rows = []
    for count in options.counts:
        every = []
        for number in range(options.rounds):
            candidate, unseen = corrected(champion, ink, count, options, number)
            every.append(outcome(champion, candidate, unseen, mnist))
        rows.append([f"{count} corrections", *cells(every)])
    return results.table(["", *COLUMNS], rows)


COLUMNS = (
    "unseen ink before %", "after %", "ink gain, points", "least", "MNIST before %",
    "MNIST gain, points", "least", "s of training",
)  # fmt: skip


def cells(every: list[Outcome]) -> list[str]:
    """A row's cells: means over several trainings and, of the gains, the least as well."""
    ink = np.array([one.ink_after - one.ink_before for one in every])
    mnist = np.array([one.mnist_after - one.mnist_before for one in every])
    before, after, mnist_before, seconds = (
        float(np.mean([getattr(one, name) for one in every]))
        for name in ("ink_before", "ink_after", "mnist_before", "seconds")
    )
    return [
        percent(before), percent(after), points(ink.mean()), points(ink.min()),
        percent(mnist_before), points(mnist.mean()), points(mnist.min()), f"{seconds:.0f}",
    ]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Lesson:
    """New drawings for a network that knows ink, and the rows of `people.everybody` that it has
    not seen then either."""

    drawings: Examples
    unseen: NDArray[np.bool_]


def scans(part: people.Part, number: int, writers: int) -> Lesson:
    """Digits of MNIST as uploaded drawings."""
    learned, _ = data.learned_and_kept(number)
    digits = np.flatnonzero(learned.labels != NOT_A_DIGIT_CLASS)
    rows = np.random.default_rng([data.SEED, number]).permutation(digits)[:MANY]
    uploaders = [f"uploader {row % 10}" for row in range(len(rows))]
    return Lesson(trained.as_drawings(learned.select(rows), uploaders), part.rows)


def corrections(part: people.Part, number: int, writers: int) -> Lesson:
    """Drawings of some of the fold's people, of those half who have drawn most."""
    return _drawings_of(part, number, writers=writers, count=MANY)


def few(part: people.Part, number: int, writers: int) -> Lesson:
    """A few drawings of one of the fold's people."""
    return _drawings_of(part, number, writers=1, count=FEW)


def _drawings_of(part: people.Part, number: int, *, writers: int, count: int) -> Lesson:
    everybody = people.everybody()
    digits = part.rows & ~everybody.signs
    names, drawn = np.unique(everybody.writers[digits], return_counts=True)
    rng = np.random.default_rng([data.SEED, number])
    theirs = np.isin(everybody.writers, rng.permutation(names[drawn >= np.median(drawn)])[:writers])
    rows = rng.permutation(np.flatnonzero(digits & theirs))[:count]
    drawings = everybody.examples.select(rows)
    whose = everybody.writers[rows].tolist()
    return Lesson(trained.as_drawings(drawings, whose), part.rows & ~theirs)


KINDS: dict[str, Callable[[people.Part, int, int], Lesson]] = {
    f"{MANY} corrections": corrections,
    f"{MANY} digits like MNIST's": scans,
    f"{FEW} drawings of one person": few,
}
INKS = ("pen digits", "UNIPEN's digits")
FROZEN = "Frozen: the motion's reader as it was before, the picture's trained on."


def kept(part: people.Part, candidate: Path, unseen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(2, 3) shares of each of `INKS` that are read right: before, after, and after with the
    motion's reader as it was before.

    NaN where nobody of a kind is unseen.
    """
    everybody = people.everybody()
    readers = Network(part.folder), Network(candidate), Network(candidate, motion_of=part.folder)
    found = np.full((len(INKS), len(readers)), np.nan)
    for row, of_pen in enumerate((True, False)):
        of_it = (everybody.collections == people.PEN) == of_pen
        examples = everybody.examples.select(unseen & ~everybody.signs & of_it)
        if len(examples):
            found[row] = [share_right(network, examples) for network in readers]
    return found


def fold_numbers(options: argparse.Namespace) -> list[int]:
    """The folds that the second table is of, from 1."""
    return options.only or [*range(1, min(options.rounds, options.folds) + 1)]


def keeping(parts: list[people.Part], mnist: Examples, options: argparse.Namespace) -> str:
    """A table with a row for each kind of new drawings and of ink, means over the rounds, which
    take the parts in turn."""
    rows = []
    for name in options.kinds:
        kind = KINDS[name]
        shares, of_mnist = [], []
        for number in range(options.rounds):
            part = parts[number % len(parts)]
            lesson = kind(part, number, options.writers)
            candidate = trained.warm(
                part.folder, lesson.drawings, name=f"{name}, round {number + 1}",
                epochs=options.epochs, seed=number,
            )  # fmt: skip
            shares.append(kept(part, candidate, lesson.unseen))
            before, after = Network(part.folder), Network(candidate)
            of_mnist.append(share_right(after, mnist) - share_right(before, mnist))
        for number, ink in enumerate(INKS):
            found = np.array([one[number] for one in shares])
            before, after, frozen = found[~np.isnan(found).any(axis=1)].T
            if not len(before):
                continue  # all of the few people have been learned from
            rows.append(
                [
                    name, ink, percent(before.mean()), percent(after.mean()),
                    points((after - before).mean()), points((after - before).min()),
                    points((frozen - before).mean()), points(np.mean(of_mnist)),
                ]
            )  # fmt: skip
    columns = [
        "new drawings", "ink", "before %", "after %", "gain, points", "least",
        "motion's reader frozen, points", "MNIST gain, points",
    ]  # fmt: skip
    return results.table(columns, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    networks.add_model_option(parser)
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--writers", type=int, default=6, help="who correct, a round (default: 6)")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--folds", type=int, default=5, help="for the second table (default: 5)")
    parser.add_argument("--only", type=int, nargs="+", help="these folds, from 1")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=[*KINDS], help="default: all")
    parser.add_argument(
        "--shipped", action="store_true", help="only what the shipped network forgets of its ink"
    )
    parser.add_argument("--epochs", type=int, default=0, help="default: each recipe's own number")
    results.add_final(parser, "MNIST's test images are read")
    options = parser.parse_args()
    mnist_name, mnist = data.mnist_digits(final=options.final)
    if options.shipped:
        known = [people.Part("shipped", np.ones(len(people.everybody()), np.bool_), SHIPPED)]
        text = [
            keeping(known, mnist, options),
            "From the shipped network, trained on without the ink that it has learned, reading "
            "that ink: what is forgotten, not how people are read. Corrections are of "
            f"{options.writers} of these people, and the others' ink is read. {mnist_name}; "
            f"means over {options.rounds} rounds. {FROZEN}",
        ]
        results.write(results.final_section("loop, the shipped network", options), _joined(text))
        return
    champion = options.model or trained.scratch()
    wanted = [number - 1 for number in fold_numbers(options)]
    parts = people.by_person(options.folds, wanted, epochs=options.epochs, champion=champion)
    text = [
        learning(champion, data.pen_digits(), mnist, options),
        f"From {networks.origin(options.model)}, with labelled drawings of {options.writers} "
        f"people taken at random, read right before or not; {mnist_name}; means over "
        f"{options.rounds} rounds of other people and seeds, and the least of them.",
        keeping(parts, mnist, options),
        f"From networks that learned the ink of all people but a fold's (of {options.folds}), as "
        "the shipped one learned it, trained on without that ink, reading the fold's people of "
        f"whom they still know nothing; corrections are of {options.writers} of the fold's "
        f"people. Means over {options.rounds} rounds, of fold "
        f"{', '.join(map(str, fold_numbers(options)))} in turn. {FROZEN}",
    ]
    results.write(results.final_section("loop", options), _joined(text))


def _joined(text: list[str]) -> str:
    return "\n\n".join(text)


if __name__ == "__main__":
    main()
