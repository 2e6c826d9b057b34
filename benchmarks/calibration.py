"""Whether a confidence of 90 % is right nine times in ten, before and after the temperature.

    .venv/bin/python -m benchmarks.calibration [--model FOLDER_OR_KERAS] [--folds 5] [--final]

Expected calibration error over 15 bins, of equal width and of equal mass, on
MNIST's digits and on those of unseen people (UCI pen digits). Without --final it
is the validation images that are read, not MNIST's test.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks import data, networks, results
from benchmarks.results import percent
from recognizer import answer
from training.calibrate import BINS, calibration_error, negative_log_likelihood

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.networks import Reading


def equal_mass_error(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """Expected calibration error in [0, 1], over 15 bins that hold equally many answers.

    Where nearly all are confident, bins of equal width leave them all in one.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.array_split(np.argsort(confidence, kind="stable"), min(BINS, len(labels)))
    gaps = [abs(confidence[rows].mean() - right[rows].mean()) * len(rows) for rows in bins]
    return float(sum(gaps) / len(labels))


def figures(reading: Reading, labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Accuracy, both errors, and the negative log-likelihood in nats."""
    probabilities = reading.probabilities
    return np.array(
        [
            (reading.answers == labels).mean(),
            calibration_error(probabilities, labels),
            equal_mass_error(probabilities, labels),
            negative_log_likelihood(probabilities, labels),
        ]
    )


def joined(readings: Iterable[Reading]) -> Reading:
    """What several networks read, each of its own drawings, as one: their logits are cooled."""
    every = list(readings)
    cooled = np.concatenate([one.logits / one.temperature for one in every])
    return replace(every[0], logits=cooled, features=cooled, temperature=1.0)


def uncooled(reading: Reading) -> Reading:
    return replace(reading, temperature=1.0)


def verdicts(reading: Reading, labels: NDArray[np.int64]) -> str:
    """What the site says of the drawings, and how often that holds."""
    probabilities = reading.probabilities.astype(np.float32)
    given = [answer.answer(row, answer.Thresholds()) for row in probabilities]
    rows = []
    for verdict in (answer.SURE, answer.UNSURE, answer.NO_DIGIT):
        of_it = [pair for pair in zip(given, labels, strict=True) if pair[0].verdict == verdict]
        right = sum(one.digit == label for one, label in of_it)
        named = sum(label in {other["digit"] for other in one.alternatives} for one, label in of_it)
        shares = [percent(part / len(of_it)) if of_it else "" for part in (right, named)]
        rows.append([verdict, len(of_it), percent(len(of_it) / len(labels)), *shares])
    columns = ["verdict", "drawings", "of all %", "right %", "the digit is an alternative %"]
    return results.table(columns, rows)


def row(name: str, values: NDArray[np.float64]) -> list[str]:
    accuracy, *errors, nll = values
    return [name, percent(accuracy), *(percent(error, 3) for error in errors), f"{nll:.4f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=results.AsWritten)
    networks.add_options(parser)
    parser.add_argument("--sample", type=int, default=0, help="drawings (default: 0, all)")
    results.add_final(parser, "MNIST's test images are read")
    options = parser.parse_args()
    ink = data.pen_digits(options.sample)
    mnist_name, mnist = data.mnist_digits(final=options.final)
    parts = networks.parts(options, ink.writers)
    labels = np.concatenate([ink.labels[part.rows] for part in parts])
    of_ink = [part.network.read(ink.examples.pixels[part.rows]) for part in parts]
    of_mnist = [part.network.read(mnist.pixels) for part in parts]
    rows = []
    for when, change in (("before", uncooled), ("after", lambda reading: reading)):
        every = [figures(change(one), mnist.labels) for one in of_mnist]
        rows.append(row(f"{mnist_name}, {when}", np.mean(every, axis=0)))
        rows.append(row(f"unseen ink, {when}", figures(joined(map(change, of_ink)), labels)))
    columns = ["digits", "right %", "ECE, equal width %", "ECE, equal mass %", "NLL, nats"]
    temperatures = ", ".join(f"{part.network.temperature:.3f}" for part in parts)
    text = [
        results.table(columns, rows),
        f"{networks.described(options)} {len(mnist)} digits of {mnist_name}, {len(ink)} pen "
        f"digits; {BINS} bins. Before: temperature 1; after: {temperatures}, fitted on the "
        "validation images and non-digits.",
        verdicts(joined(of_ink), labels),
        "What the site says of the unseen ink.",
    ]
    name = results.final_section(networks.section("calibration", options), options)
    results.write(name, "\n\n".join(text))


if __name__ == "__main__":
    main()
