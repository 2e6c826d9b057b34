"""What corrections bring: skill gained on people never seen, skill lost elsewhere, and seconds.

    .venv/bin/python -m benchmarks.network.loop [--counts 100 300 1000] [--writers 6] [--rounds 3]

Each round draws some people at random. A network of MNIST alone is trained on, by
the site's warm recipe, with so many drawings of theirs, and then reads the ink of
all others. The second table is the other way round: a network that knows ink is
trained on when none of that ink is at hand any more.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import data, folds, networks, results, trained
from benchmarks.common.networks import Network
from benchmarks.common.results import percent, points
from recognizer.labels import NOT_A_DIGIT_CLASS
from training.examples import Examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.common.data import Ink

SCANS = 300
FEW = 20


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


def scans(fold: folds.Fold, ink: Ink, number: int) -> tuple[Examples, Examples]:
    """Digits of MNIST as uploaded drawings, and the unseen ink of the fold's writers."""
    learned, _ = data.learned_and_kept(number)
    digits = np.flatnonzero(learned.labels != NOT_A_DIGIT_CLASS)
    rows = np.random.default_rng([data.SEED, number]).permutation(digits)[:SCANS]
    people = [f"uploader {row % 10}" for row in range(len(rows))]
    unseen = ink.select(np.isin(ink.writers, fold.held_out)).examples
    return trained.as_drawings(learned.select(rows), people), unseen


def few(fold: folds.Fold, ink: Ink, number: int) -> tuple[Examples, Examples]:
    """A few drawings of one of the fold's writers, and the unseen ink of the others."""
    rng = np.random.default_rng([data.SEED, number])
    person = rng.choice(fold.held_out)
    theirs = rng.permutation(np.flatnonzero(ink.writers == person))[:FEW]
    chosen = ink.select(theirs)
    others = np.isin(ink.writers, fold.held_out) & (ink.writers != person)
    drawings = trained.as_drawings(chosen.examples, chosen.writers.tolist())
    return drawings, ink.select(others).examples


def keeping(champion: Path, ink: Ink, mnist: Examples, options: argparse.Namespace) -> str:
    """A table with a row for each kind of new drawings, means over `rounds` of the folds."""
    known = folds.fold_networks(options.folds, champion=champion, epochs=options.epochs)
    kinds: dict[str, Callable[[folds.Fold, Ink, int], tuple[Examples, Examples]]] = {
        f"{SCANS} digits like MNIST's": scans,
        f"{FEW} drawings of one person": few,
    }
    rows = []
    for name, kind in kinds.items():
        every = []
        for number, fold in enumerate(known[: options.rounds]):
            drawings, unseen = kind(fold, ink, number)
            candidate = trained.warm(
                fold.folder, drawings, name=f"{name}, fold {number + 1}",
                epochs=options.epochs, seed=number,
            )  # fmt: skip
            every.append(outcome(fold.folder, candidate, unseen, mnist))
        rows.append([name, *cells(every)])
    return results.table(["", *COLUMNS], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    networks.add_model_option(parser)
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument("--writers", type=int, default=6, help="who correct, a round (default: 6)")
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--folds", type=int, default=5, help="for the second table (default: 5)")
    parser.add_argument("--epochs", type=int, default=0, help="default: the site's own number")
    results.add_final(parser, "MNIST's test images are read")
    options = parser.parse_args()
    ink = data.pen_digits()
    champion = options.model or trained.scratch()
    mnist_name, mnist = data.mnist_digits(final=options.final)
    text = [
        learning(champion, ink, mnist, options),
        f"From {networks.origin(options.model)}, with labelled drawings of {options.writers} "
        f"people taken at random, read right before or not; {mnist_name}; means over "
        f"{options.rounds} rounds of other people and seeds, and the least of them.",
        keeping(champion, ink, mnist, options),
        f"From networks that learned the ink of all writers but a fold's (of {options.folds}), "
        "trained on without that ink, reading the fold's; means over "
        f"{min(options.rounds, options.folds)} folds.",
    ]
    results.write(results.final_section("loop", options), "\n\n".join(text))


if __name__ == "__main__":
    main()
