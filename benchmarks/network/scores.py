"""Scores of how unlike a digit a picture is to a network, and how well each separates two kinds.

Every score is higher for what is less of a digit. A score takes a network's outputs
for n pictures and gives (n,) numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recognizer.labels import NOT_A_DIGIT_CLASS
from training.network.calibration import softmax

if TYPE_CHECKING:
    from benchmarks.common.networks import Outputs

Score: TypeAlias = Callable[["Outputs"], NDArray[np.floating]]

NEIGHBOUR = 50
# The share of the mean variance that is added to every direction: most features hardly vary.
RIDGE = 0.01
BATCH = 1000


def methods(known: Outputs, labels: NDArray[np.int64]) -> dict[str, Score]:
    """All scores by name; `known` are outputs for digits the network has learned from, `labels`
    (n,) those digits."""
    return {
        "eleventh answer": lambda outputs: outputs.probabilities[:, NOT_A_DIGIT_CLASS],
        "largest probability of a digit": largest_probability,
        "energy of the digits": energy,
        "Mahalanobis distance of features": mahalanobis(known, labels),
        f"distance to the {NEIGHBOUR}th nearest features": nearest(known),
    }


def largest_probability(outputs: Outputs) -> NDArray[np.floating]:
    """Minus the largest probability among the ten digits (Hendrycks and Gimpel, 2017)."""
    digits = softmax(outputs.logits[:, :NOT_A_DIGIT_CLASS], outputs.temperature)
    return np.asarray(-digits.max(axis=1))


def energy(outputs: Outputs) -> NDArray[np.floating]:
    """The energy over the ten digits, at temperature 1 (Liu, Wang, Owens and Li, 2020)."""
    digits = outputs.logits[:, :NOT_A_DIGIT_CLASS].astype(np.float64)
    largest = digits.max(axis=1)
    return np.asarray(-(largest + np.log(np.exp(digits - largest[:, None]).sum(axis=1))))


def mahalanobis(known: Outputs, labels: NDArray[np.int64]) -> Score:
    """The squared Mahalanobis distance of features to the nearest digit's mean.

    All digits share one covariance (Lee, Lee, Lee and Shin, 2018).
    """
    kinds = np.unique(labels)
    means = np.stack([known.features[labels == kind].mean(axis=0) for kind in kinds])
    around = known.features - means[np.searchsorted(kinds, labels)]
    covariance = around.T @ around / len(around)
    covariance[np.diag_indices_from(covariance)] += RIDGE * np.trace(covariance) / len(covariance)
    whitening = np.linalg.inv(np.linalg.cholesky(covariance)).T
    middles = means @ whitening

    def score(outputs: Outputs) -> NDArray[np.floating]:
        return np.asarray(_squared_distances(outputs.features @ whitening, middles).min(axis=1))

    return score


def nearest(known: Outputs) -> Score:
    """The squared distance of features to their `NEIGHBOUR`-th nearest of the known ones.

    Features have length 1 (Sun, Ming, Zhu and Li, 2022).
    """
    points = _of_length_one(known.features)
    place = min(NEIGHBOUR, len(points)) - 1

    def score(outputs: Outputs) -> NDArray[np.floating]:
        asked = _of_length_one(outputs.features)
        starts = range(0, len(asked), BATCH)
        parts = (_squared_distances(asked[at : at + BATCH], points) for at in starts)
        return np.concatenate([np.partition(part, place, axis=1)[:, place] for part in parts])

    return score


def _of_length_one(features: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.maximum(lengths, 1e-12), dtype=np.float32)


def _squared_distances(
    ones: NDArray[np.floating], others: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Squared Euclidean distances: (n, features), (m, features) -> (n, m)."""
    squares = (ones**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)
    return np.asarray(squares - 2 * ones @ others.T)


def auroc(digits: NDArray[np.floating], letters: NDArray[np.floating]) -> float:
    """The area under the ROC curve in [0, 1]: how often a letter scores higher than a digit.

    Both are chosen at random; a tie counts half.
    """
    ordered = np.sort(digits)
    below = np.searchsorted(ordered, letters, side="left")
    up_to = np.searchsorted(ordered, letters, side="right")
    return float((below + up_to).mean() / (2 * len(digits)))


def limit(digits: NDArray[np.floating], rejected: float) -> float:
    """The score above which at most this share of the digits lies."""
    above = int(rejected * len(digits) + 1e-9)
    return float(np.sort(digits)[len(digits) - 1 - above])
