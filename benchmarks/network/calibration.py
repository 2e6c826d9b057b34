"""Whether a confidence of 90 % is right nine times in ten, before and after the temperature.

    .venv/bin/python -m benchmarks.network.calibration [--model FOLDER_OR_KERAS]
        [--folds 5] [--final]

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

from benchmarks.common import data, networks, results
from benchmarks.common.results import percent
from recognizer.serving import decision
from training.network.calibration import (
    BINS,
    THRESHOLDS,
    calibration_error,
    negative_log_likelihood,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.common.networks import Outputs


def equal_mass_error(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """Expected calibration error in [0, 1], over 15 bins that hold equally many answers.

    Where nearly all are confident, bins of equal width leave them all in one.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.array_split(np.argsort(confidence, kind="stable"), min(BINS, len(labels)))
    gaps = [abs(confidence[rows].mean() - right[rows].mean()) * len(rows) for rows in bins]
    return float(sum(gaps) / len(labels))


def figures(outputs: Outputs, labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(4,) accuracy, both calibration errors, and the negative log-likelihood in nats."""
    probabilities = outputs.probabilities
    return np.array(
        [
            (outputs.answers == labels).mean(),
            calibration_error(probabilities, labels),
            equal_mass_error(probabilities, labels),
            negative_log_likelihood(probabilities, labels),
        ]
    )


def joined(every: Iterable[Outputs]) -> Outputs:
    """The outputs of several networks, each for its own drawings, as those of one.

    Their logits are divided by their temperatures.
    """
    parts = list(every)
    cooled = np.concatenate([one.logits / one.temperature for one in parts])
    return replace(parts[0], logits=cooled, features=cooled, temperature=np.ones((1, 1)))


def uncooled(outputs: Outputs) -> Outputs:
    return replace(outputs, temperature=np.ones_like(outputs.temperature))


def verdicts(given: list[decision.Reading], labels: NDArray[np.int64]) -> str:
    """A table of the site's verdicts on the drawings, and how often each is right."""
    rows = []
    for verdict in (decision.SURE, decision.UNSURE, decision.NO_DIGIT):
        of_it = [pair for pair in zip(given, labels, strict=True) if pair[0].verdict == verdict]
        right = sum(one.digit == label for one, label in of_it)
        named = sum(label in {other["digit"] for other in one.alternatives} for one, label in of_it)
        shares = [percent(part / len(of_it)) if of_it else "" for part in (right, named)]
        rows.append([verdict, len(of_it), percent(len(of_it) / len(labels)), *shares])
    columns = ["verdict", "drawings", "of all %", "right %", "the digit is an alternative %"]
    return results.table(columns, rows)


def _temperatures(network: networks.Network) -> str:
    """That of pictures and, where motion is read, that of ink."""
    found = network.calibration
    return f"{found.picture:.3f}" + (f" and {found.ink:.3f}" if network.reads_motion else "")


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
    of_ink = [part.network.predict(ink.examples.glyphs[part.rows]) for part in parts]
    of_mnist = [part.network.predict(mnist.glyphs) for part in parts]
    said = [
        reading
        for part in parts
        for reading in decision.readings(
            part.network.engine.predict(ink.examples.glyphs[part.rows]), THRESHOLDS
        )
    ]
    rows = []
    for when, change in (("before", uncooled), ("after", lambda outputs: outputs)):
        every = [figures(change(one), mnist.labels) for one in of_mnist]
        rows.append(row(f"{mnist_name}, {when}", np.mean(every, axis=0)))
        rows.append(row(f"unseen ink, {when}", figures(joined(map(change, of_ink)), labels)))
    columns = ["digits", "right %", "ECE, equal width %", "ECE, equal mass %", "NLL, nats"]
    temperatures = ", ".join(_temperatures(part.network) for part in parts)
    text = [
        results.table(columns, rows),
        f"{networks.described(options)} {len(mnist)} digits of {mnist_name}, {len(ink)} pen "
        f"digits; {BINS} bins. Before: temperature 1; after: {temperatures}, fitted on the "
        "validation images and non-digits.",
        verdicts(said, labels),
        "What the site says of the unseen ink, at a new version's thresholds.",
    ]
    name = results.final_section(networks.section("calibration", options), options)
    results.write(name, "\n\n".join(text))


if __name__ == "__main__":
    main()
