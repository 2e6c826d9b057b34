"""How well MNIST is read by a network that has learned from it alone, and what the network costs.

    .venv/bin/python -m benchmarks.network.mnist [--seeds 3] [--epochs 14] [--final]

Trains one network a seed by the site's recipe from scratch; those in
var/benchmarks/ are not trained again. Without --final the test images stay unread.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import data, results, trained
from benchmarks.common.networks import Network
from benchmarks.common.results import percent


def accuracies(folder: Path, *, final: bool) -> list[float]:
    """The shares read right of the validation digits and, with `final`, of the test digits.

    Each set has two: as the site decides, and among the ten digits.
    """
    network = Network(folder)
    shares = []
    for which in [False, True] if final else [False]:
        digits = data.mnist_digits(final=which)[1]
        outputs = network.predict(digits.glyphs)
        for answers in (outputs.answers, outputs.digits):
            shares.append(float((answers == digits.labels).mean()))
    return shares


def multiply_adds(model: Any) -> int:
    """The multiply-adds of one picture: each weight of a kernel at each place of its output."""
    with_kernel = [layer for layer in model.layers if hasattr(layer, "kernel")]
    return sum(
        math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:-1]) for layer in with_kernel
    )


def costs(folder: Path) -> str:
    """A table of the network's size: parameters, multiply-adds, bytes."""
    from training.network.readers import load_readers

    model = load_readers((folder / "model.keras").read_bytes()).picture
    rows = [
        ["parameters", f"{model.count_params():,}"],
        ["of them trained", f"{sum(math.prod(v.shape) for v in model.trainable_variables):,}"],
        ["multiply-adds a picture", f"{multiply_adds(model):,}"],
        ["bytes of model.tflite", f"{(folder / 'model.tflite').stat().st_size:,}"],
    ]
    return results.table(["the network", ""], rows)


def by_seed(folders: list[Path], *, final: bool) -> str:
    """A table of accuracies with a row for each seed, then mean and standard deviation."""
    measured = np.array([accuracies(folder, final=final) for folder in folders])
    minutes = np.array([trained.seconds(folder) / 60 for folder in folders])
    rows = [
        [seed, *map(percent, shares), f"{taken:.1f}"]
        for seed, (shares, taken) in enumerate(zip(measured, minutes, strict=True))
    ]
    rows.append(["mean", *map(percent, measured.mean(axis=0)), f"{minutes.mean():.1f}"])
    if len(folders) > 1:
        rows.append(["deviation", *map(percent, measured.std(axis=0, ddof=1)), ""])
    names = [
        f"{name}, {answers} %"
        for name in (["validation", "test"] if final else ["validation"])
        for answers in ("as the site decides", "ten digits")
    ]
    return results.table(["seed", *names, "minutes of training"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--seeds", type=int, default=3, help="how many (default: 3)")
    parser.add_argument("--epochs", type=int, default=0, help="default: the site's own number")
    results.add_final(parser, "the test images are read as well")
    options = parser.parse_args()
    folders = [trained.scratch(epochs=options.epochs, seed=seed) for seed in range(options.seeds)]
    epochs = len(trained.history(folders[0]))
    validation, test = (data.mnist_digits(final=final)[1] for final in (False, True))
    text = [
        by_seed(folders, final=options.final),
        f"{epochs} epochs each; {len(validation):,} digits of the training images for validation"
        + (f", {len(test):,} for the test." if options.final else ", the test not looked at.")
        + " As the site decides, a digit that is called none counts as misread; with ten, as "
        "MNIST is usually read, the likeliest digit is the answer.",
        costs(folders[0]),
    ]
    results.write(results.final_section("mnist", options), "\n\n".join(text))


if __name__ == "__main__":
    main()
