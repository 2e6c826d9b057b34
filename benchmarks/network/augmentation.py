"""What each kind of variation in the augmentation is worth: trained with all, and without one.

    .venv/bin/python -m benchmarks.network.augmentation [--epochs 6] [--seeds 1]

A network of MNIST alone a row, by the site's recipe from scratch but for the kind
that is left out; it reads the digits for validation and the pen digits, of which
it has seen none. The likelihoods tell more than the shares: few are misread.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import fields, replace

import numpy as np

from benchmarks.common import data, results, trained
from benchmarks.common.networks import Network
from benchmarks.common.results import percent
from training.data.augmentation import STANDARD, Variation
from training.examples import Examples
from training.network.calibration import negative_log_likelihood

# What leaves a kind out: no gain in contrast is a gain of 1.
WITHOUT = {field.name: 0.0 for field in fields(Variation)} | {"contrast": 1.0}


def variations(kinds: list[str]) -> Iterator[tuple[str, Variation]]:
    """Named variations: with all kinds, without each of these kinds in turn, without any."""
    yield "all of them", STANDARD
    for kind in kinds:
        yield f"without {kind}", replace(STANDARD, **{kind: WITHOUT[kind]})
    yield "none", Variation(**WITHOUT)


def figures(network: Network, examples: Examples) -> tuple[float, float]:
    """The share read right and the negative log-likelihood, in nats."""
    outputs = network.predict(examples.glyphs)
    right = float((outputs.answers == examples.labels).mean())
    return right, negative_log_likelihood(outputs.probabilities, examples.labels)


def row(name: str, variation: Variation, options: argparse.Namespace) -> list[str]:
    """A row of the table: the variation's figures, means over the seeds."""
    every = []
    for seed in range(options.seeds):
        network = Network(trained.scratch(epochs=options.epochs, seed=seed, variation=variation))
        mnist = data.mnist_digits(final=False)[1]
        every.append((*figures(network, mnist), *figures(network, data.pen_digits().examples)))
    mnist_right, mnist_nll, ink_right, ink_nll = np.mean(every, axis=0)
    return [name, percent(mnist_right), f"{mnist_nll:.4f}", percent(ink_right), f"{ink_nll:.4f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--epochs", type=int, default=6, help="of each network (default: 6)")
    parser.add_argument("--seeds", type=int, default=1, help="networks a row (default: 1)")
    parser.add_argument(
        "--kinds", nargs="+", choices=WITHOUT, default=[*WITHOUT],
        help="to leave out, one at a time (default: each of them)",
    )  # fmt: skip
    options = parser.parse_args()
    columns = ["variation", "MNIST validation %", "its nats", "unseen ink %", "its nats"]
    text = [
        results.table(columns, [row(name, by, options) for name, by in variations(options.kinds)]),
        f"{options.epochs} epochs and {options.seeds} seed(s) a row; nats: the negative "
        "log-likelihood of a digit, at the temperature that fits the digits for validation.",
    ]
    results.write("augmentation", "\n\n".join(text))


if __name__ == "__main__":
    main()
