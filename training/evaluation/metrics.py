"""A network's metrics on a set of examples, as plain values for a JSON column. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from recognizer.labels import CLASSES
from training.network.calibration import calibration_error, negative_log_likelihood

if TYPE_CHECKING:
    from numpy.typing import NDArray


RELIABILITY_BINS = 10


class Report(TypedDict):
    """The figures of one network on one set of examples.

    `accuracy` is over all eleven classes; it is None, as are `nll` and `ece`,
    where there are no examples. `digits` maps "0" to "9" to the share of that
    digit's examples that was read as it, None where there are none.
    `confusion[truth][answer]` counts, 10 standing for "not a digit". `nll` is
    in nats.
    """

    n: int
    accuracy: float | None
    digits: dict[str, float | None]
    confusion: list[list[int]]
    nll: float | None
    ece: float | None


def evaluate(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> Report:
    """The report of (n, 11) probabilities in [0, 1] against (n,) labels, 0 to 10."""
    counts = confusion(probabilities.argmax(axis=1), labels)
    known = len(labels) > 0
    return Report(
        n=len(labels),
        accuracy=_share(int(np.trace(counts)), len(labels)),
        digits={
            str(digit): _share(int(counts[digit, digit]), int(counts[digit].sum()))
            for digit in range(10)
        },
        confusion=counts.tolist(),
        nll=negative_log_likelihood(probabilities, labels) if known else None,
        ece=calibration_error(probabilities, labels) if known else None,
    )


def confusion(answers: NDArray[np.integer], labels: NDArray[np.int64]) -> NDArray[np.intp]:
    """(11, 11) counts of truth by answer, 10 standing for "not a digit"."""
    cells = np.bincount(labels * CLASSES + answers, minlength=CLASSES * CLASSES)
    return cells.reshape(CLASSES, CLASSES)


def reliability(
    probabilities: NDArray[np.floating], labels: NDArray[np.int64]
) -> list[list[float]]:
    """Ten bins of confidence, each [answers, mean confidence, how many of them are right].

    The bins are of equal width over [0, 1]; the diagram of DeGroot and Fienberg (The
    Statistician 32, 1983, 12-22) is drawn of them.
    """
    sure = probabilities.max(axis=1) if len(labels) else np.zeros(0)
    right = probabilities.argmax(axis=1) == labels if len(labels) else np.zeros(0, np.bool_)
    bins = np.minimum((sure * RELIABILITY_BINS).astype(np.intp), RELIABILITY_BINS - 1)
    counts = np.bincount(bins, minlength=RELIABILITY_BINS)
    sums = np.bincount(bins, weights=sure, minlength=RELIABILITY_BINS)
    hits = np.bincount(bins, weights=right, minlength=RELIABILITY_BINS)
    return [
        [int(count), round(float(total / count), 6) if count else 0.0, int(hit)]
        for count, total, hit in zip(counts, sums, hits, strict=True)
    ]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
