"""How fast the site trains: images a second, and seconds to an accuracy.

    .venv/bin/python -m benchmarks.network.training [--images 20000] [--seeds 1] [--epochs 14]

The speed is that of one epoch over so many images. The seconds are those of
trainings by the site's recipe from scratch, kept in var/benchmarks/ once made.
"""

from __future__ import annotations

import argparse
import time
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.common import data, results, trained
from benchmarks.common.results import percent
from training.data.augmentation import augment
from training.network.progress import Progress
from training.network.recipe import Recipe

if TYPE_CHECKING:
    from training.examples import Examples
    from training.network.progress import EpochResult

LEVELS = (0.990, 0.995, 0.996)


def images_per_second(examples: Examples) -> float:
    """Images a second of a training from scratch with augmentation, after its first batch."""
    from training.network.fit import fit
    from training.network.model import build

    said: list[Progress] = []
    fit(
        build(0),
        examples,
        examples.select(slice(0, 100)),
        Recipe.scratch(1),
        seed=0,
        checkpoint=None,
        on_progress=said.append,
    )
    return said[-1].images_per_second


def augmented_per_second(examples: Examples) -> float:
    """Images that one thread augments in a second, batch by batch."""
    rng = np.random.default_rng(0)
    recipe = Recipe.scratch(1)
    started = time.perf_counter()
    for at in range(0, len(examples), recipe.batch):
        augment(examples.pixels[at : at + recipe.batch], rng, recipe.variation)
    return len(examples) / (time.perf_counter() - started)


def seconds_to(level: float, history: list[EpochResult]) -> float | None:
    """The training time at the end of the first epoch that validates at `level` or above."""
    times = accumulate(epoch.seconds for epoch in history)
    pairs = zip(times, history, strict=True)
    return next((at for at, epoch in pairs if epoch.validation_accuracy >= level), None)


def by_seed(histories: list[list[EpochResult]]) -> str:
    """A table of seconds to each accuracy, with a row for each seed."""
    rows = []
    for seed, history in enumerate(histories):
        times = [seconds_to(level, history) for level in LEVELS]
        best = max(epoch.validation_accuracy for epoch in history)
        cells = ["not reached" if at is None else f"{at:.0f}" for at in times]
        total = sum(epoch.seconds for epoch in history)
        rows.append([seed, *cells, percent(best), len(history), f"{total:.0f}"])
    levels = [f"s to {percent(level, 1)} %" for level in LEVELS]
    return results.table(["seed", *levels, "best %", "epochs", "s in all"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    parser.add_argument("--images", type=int, default=20_000, help="for the speed")
    parser.add_argument("--seeds", type=int, default=1, help="how many (default: 1)")
    parser.add_argument("--epochs", type=int, default=0, help="default: the site's own number")
    options = parser.parse_args()
    learned, _ = data.learned_and_kept(0)
    digits = data.mnist_digits(final=False)[1]
    examples = learned.select(np.resize(np.arange(len(learned)), options.images))
    speeds = [
        ["training, augmentation beside it", f"{images_per_second(examples):,.0f}"],
        ["augmentation alone, one thread", f"{augmented_per_second(examples):,.0f}"],
    ]
    folders = [
        trained.scratch(epochs=options.epochs, seed=seed, on_digits=True)
        for seed in range(options.seeds)
    ]
    text = [
        results.table(["", "images a second"], speeds),
        f"One epoch of {len(examples):,} images in batches of {Recipe.scratch(1).batch}.",
        by_seed([trained.history(folder) for folder in folders]),
        "Training time, validation included, to the end of the first epoch whose averaged "
        f"weights read that share of {len(digits):,} digits right, MNIST's last training images; "
        "one that is taken for none is misread.",
    ]
    results.write("training", "\n\n".join(text))


if __name__ == "__main__":
    main()
