"""How well letters are told from digits: by the network's eleventh answer, and by other means.

    .venv/bin/python -m benchmarks.network.rejection [--model FOLDER_OR_KERAS] [--folds 5] [--final]

Letters (Omniglot) against unseen people's digits (UCI pen digits) and MNIST's.
Each method gives every picture a score that is to be higher for a letter. One
alphabet is kept from all choices: it is read with --final only, as MNIST's test is.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from tqdm import tqdm

from benchmarks.common import data, networks, results
from benchmarks.common.results import percent
from benchmarks.network import scores
from recognizer.labels import NOT_A_DIGIT_CLASS
from recognizer.serving.decision import SURE, readings
from training.examples import Examples, concatenate
from training.network.calibration import THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.common.data import Ink
    from benchmarks.common.networks import Part
    from recognizer.preprocessing.glyph import Glyphs

Figures: TypeAlias = dict[str, float]

REJECTED_DIGITS = 0.01


def known_digits(part: Part, ink: Ink, most: int) -> Examples:
    """Digits that the part's network has learned from, for methods that compare with such."""
    learned, _ = data.learned_and_kept(0)
    learned = learned.select(learned.labels != NOT_A_DIGIT_CLASS)
    rows = np.random.default_rng(data.SEED).permutation(len(learned))[:most]
    known = [learned.select(rows)]
    if part.knows_ink:
        known.append(ink.examples.select(~part.rows))
    return concatenate(known)


def by_method(part: Part, ink: Ink, letters: Ink, mnist: Examples, most: int) -> dict[str, Figures]:
    """The figures of each method for one network, by the table's column."""
    known = known_digits(part, ink, most)
    methods = scores.methods(part.network.predict(known.glyphs), known.labels)
    of_letters = part.network.predict(letters.examples.glyphs)
    of_ink = part.network.predict(ink.examples.glyphs[part.rows])
    of_mnist = part.network.predict(mnist.glyphs)
    found = {}
    for name, score in methods.items():
        strange, digits, mnist_digits = score(of_letters), score(of_ink), score(of_mnist)
        rejected = strange > scores.limit(digits, REJECTED_DIGITS)
        of_mnists = strange > scores.limit(mnist_digits, REJECTED_DIGITS)
        found[name] = {
            "AUROC, ink": scores.auroc(digits, strange),
            "rejected %, ink": float(rejected.mean()),
            "AUROC, MNIST": scores.auroc(mnist_digits, strange),
            "rejected %, MNIST": float(of_mnists.mean()),
        } | {
            f"{alphabet} %, ink": float(rejected[letters.alphabets == alphabet].mean())
            for alphabet in np.unique(letters.alphabets)
        }
    return found


def by_the_site(part: Part, ink: Ink, letters: Ink, mnist: Examples) -> dict[str, Figures]:
    """What the site says at its own thresholds: the shares called no digit, and surely a digit."""

    def shares(glyphs: Glyphs) -> Figures:
        said = readings(part.network.engine.predict(glyphs), THRESHOLDS)
        return {
            "called no digit %": sum(one.digit is None for one in said) / len(said),
            "surely a digit %": sum(one.digit is not None and one.verdict == SURE for one in said)
            / len(said),
        }

    kinds = {"pen digits": ink.examples.glyphs[part.rows], "MNIST": mnist.glyphs}
    kinds |= {
        str(alphabet): letters.examples.glyphs[letters.alphabets == alphabet]
        for alphabet in np.unique(letters.alphabets)
    }
    return {name: shares(glyphs) for name, glyphs in kinds.items()}


def mean(every: Sequence[Figures]) -> list[str]:
    """A row's cells: means over all networks, shares in percent and AUROC in [0, 1]."""
    means = {name: float(np.mean([figures[name] for figures in every])) for name in every[0]}
    return [
        f"{value:.4f}" if name.startswith("AUROC") else percent(value)
        for name, value in means.items()
    ]


def table_of(found: list[dict[str, Figures]], kind: str) -> str:
    """A row for each key of the networks' figures, their means in the cells."""
    rows = [[name, *mean([each[name] for each in found])] for name in found[0]]
    return results.table([kind, *next(iter(found[0].values()))], rows)


def report(methods: list[dict[str, Figures]], decided: list[dict[str, Figures]]) -> str:
    """The section's two tables, with a sentence below each."""
    return "\n\n".join(
        [
            table_of(methods, "score"),
            f"AUROC of letters against digits, and the share of the letters rejected where "
            f"{percent(REJECTED_DIGITS, 0)} % of the digits are.",
            table_of(decided, "as the site decides"),
            f"At the thresholds of a new version: no digit from {THRESHOLDS.not_a_digit}, "
            f"sure from {THRESHOLDS.sure}.",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    networks.add_options(parser)
    parser.add_argument("--sample", type=int, default=0, help="drawings (default: 0, all)")
    parser.add_argument(
        "--known", type=int, default=10_000, help="MNIST digits to compare with (default: 10000)"
    )
    parser.add_argument(
        "--exclude",
        nargs="*",
        choices=data.ALPHABETS,
        default=[data.KEPT_FOR_THE_END],
        help="alphabets to leave unread (default: the one kept for the end)",
    )
    results.add_final(parser, "all alphabets and MNIST's test images are read")
    options = parser.parse_args()
    unread = [] if options.final else options.exclude
    letters = data.letters(tuple(name for name in data.ALPHABETS if name not in unread))
    ink = data.pen_digits(options.sample)
    mnist_name, mnist = data.mnist_digits(final=options.final)
    methods, decided = [], []
    for part in tqdm(networks.parts(options, ink.writers), desc="reading", unit=" networks"):
        methods.append(by_method(part, ink, letters, mnist, options.known))
        decided.append(by_the_site(part, ink, letters, mnist))
    text = (
        f"{report(methods, decided)}\n\n{networks.described(options)} {len(letters)} letters, "
        f"{len(ink)} pen digits, {len(mnist)} digits of {mnist_name}; means over "
        f"the networks. Known to the methods that compare: up to {options.known} digits of MNIST, "
        "and the ink that a network has learned from."
    )
    results.write(results.final_section(networks.section("rejection", options), options), text)


if __name__ == "__main__":
    main()
