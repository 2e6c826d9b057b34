"""How well letters are told from digits: by the network's eleventh answer, and by other means.

    .venv/bin/python -m benchmarks.rejection [--model FOLDER_OR_KERAS] [--folds 5] [--final]

Letters (Omniglot) against unseen people's digits (UCI pen digits) and MNIST's.
Each method gives every picture a score that is to be higher for a letter. One
alphabet is kept from all choices: it is read with --final only, as MNIST's test is.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from tqdm import tqdm

from benchmarks import data, networks, results, scores
from benchmarks.results import percent
from recognizer.answer import Thresholds
from training.examples import NOT_A_DIGIT, Examples, concatenate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.data import Ink
    from benchmarks.networks import Part, Reading

Figures: TypeAlias = dict[str, float]

REJECTED_DIGITS = 0.01


def known_digits(part: Part, ink: Ink, most: int) -> Examples:
    """Digits that the part's network has learned from, for methods that compare with such."""
    learned, _ = data.learned_and_kept(0)
    learned = learned.select(learned.labels != NOT_A_DIGIT)
    rows = np.random.default_rng(data.SEED).permutation(len(learned))[:most]
    known = [learned.select(rows)]
    if part.knows_ink:
        known.append(ink.examples.select(~part.rows))
    return concatenate(known)


def by_method(part: Part, ink: Ink, letters: Ink, mnist: Examples, most: int) -> dict[str, Figures]:
    """Each method's figures for one network, by the column of the table."""
    known = known_digits(part, ink, most)
    methods = scores.methods(part.network.read(known.pixels), known.labels)
    of_letters = part.network.read(letters.examples.pixels)
    of_ink = part.network.read(ink.examples.pixels[part.rows])
    of_mnist = part.network.read(mnist.pixels)
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


def by_the_site(part: Part, ink: Ink, letters: Ink, mnist: Examples) -> Figures:
    """The shares that the site's own threshold calls no digit."""

    def share(reading: Reading) -> float:
        return float((reading.probabilities[:, NOT_A_DIGIT] >= Thresholds().not_a_digit).mean())

    kinds = {"unseen ink": ink.examples.pixels[part.rows], "MNIST": mnist.pixels}
    kinds |= {
        str(alphabet): letters.examples.pixels[letters.alphabets == alphabet]
        for alphabet in np.unique(letters.alphabets)
    }
    return {name: share(part.network.read(pixels)) for name, pixels in kinds.items()}


def mean(every: Sequence[Figures]) -> list[str]:
    """The mean over all networks, as a table's cells; AUROC in its own unit."""
    means = {name: float(np.mean([figures[name] for figures in every])) for name in every[0]}
    return [
        f"{value:.4f}" if name.startswith("AUROC") else percent(value)
        for name, value in means.items()
    ]


def report(methods: list[dict[str, Figures]], decided: list[Figures]) -> str:
    rows = [[name, *mean([each[name] for each in methods])] for name in methods[0]]
    columns = ["score", *methods[0]["eleventh answer"]]
    return "\n\n".join(
        [
            results.table(columns, rows),
            f"AUROC of letters against digits, and the share of the letters rejected where "
            f"{percent(REJECTED_DIGITS, 0)} % of the digits are.",
            results.table([f"called no digit, {name} %" for name in decided[0]], [mean(decided)]),
            f"The eleventh answer at the site's own threshold, {Thresholds().not_a_digit}.",
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
        f"{len(ink)} pen digits of unseen people, {len(mnist)} digits of {mnist_name}; means over "
        f"the networks. Known to the methods that compare: up to {options.known} digits of MNIST, "
        "and the ink that a network has learned from."
    )
    results.write(results.final_section(networks.section("rejection", options), options), text)


if __name__ == "__main__":
    main()
