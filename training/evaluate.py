"""What a network gets right and wrong, as plain values that fit into a JSON column. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from training.calibrate import calibration_error, negative_log_likelihood
from training.examples import CLASSES

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    """(n, 11) probabilities and (n,) labels -> their report."""
    confusion = _confusion(probabilities.argmax(axis=1), labels)
    known = len(labels) > 0
    return Report(
        n=len(labels),
        accuracy=_share(int(np.trace(confusion)), len(labels)),
        digits={
            str(digit): _share(int(confusion[digit, digit]), int(confusion[digit].sum()))
            for digit in range(10)
        },
        confusion=confusion.tolist(),
        nll=negative_log_likelihood(probabilities, labels) if known else None,
        ece=calibration_error(probabilities, labels) if known else None,
    )


def _confusion(answers: NDArray[np.intp], labels: NDArray[np.int64]) -> NDArray[np.intp]:
    cells = np.bincount(labels * CLASSES + answers, minlength=CLASSES * CLASSES)
    return cells.reshape(CLASSES, CLASSES)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
