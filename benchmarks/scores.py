"""How strange a picture is to a network: ways to say so, and how well each tells two kinds apart.

Every score is higher for what is less of a digit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.calibrate import softmax
from training.examples import NOT_A_DIGIT

if TYPE_CHECKING:
    from benchmarks.networks import Reading

Score: TypeAlias = Callable[["Reading"], NDArray[np.floating]]

NEIGHBOUR = 50
# Of the mean variance, added to every direction: most features hardly ever vary.
RIDGE = 0.01
BATCH = 1000


def methods(known: Reading, labels: NDArray[np.int64]) -> dict[str, Score]:
    """Each method by name; `known` are digits the network has learned from, `labels` 0 to 9."""
    return {
        "eleventh answer": lambda reading: reading.probabilities[:, NOT_A_DIGIT],
        "largest probability of a digit": largest_probability,
        "energy of the digits": energy,
        "Mahalanobis distance of features": mahalanobis(known, labels),
        f"distance to the {NEIGHBOUR}th nearest features": nearest(known),
    }


def largest_probability(reading: Reading) -> NDArray[np.floating]:
    """Hendrycks and Gimpel (2017), over the ten digits as if there were no eleventh answer."""
    digits = softmax(reading.logits[:, :NOT_A_DIGIT], reading.temperature)
    return np.asarray(-digits.max(axis=1))


def energy(reading: Reading) -> NDArray[np.floating]:
    """Liu, Wang, Owens and Li (2020), at temperature 1, over the ten digits."""
    digits = reading.logits[:, :NOT_A_DIGIT].astype(np.float64)
    largest = digits.max(axis=1)
    return np.asarray(-(largest + np.log(np.exp(digits - largest[:, None]).sum(axis=1))))


def mahalanobis(known: Reading, labels: NDArray[np.int64]) -> Score:
    """Lee, Lee, Lee and Shin (2018): the squared distance to the nearest digit's mean.

    One covariance is shared by all digits.
    """
    kinds = np.unique(labels)
    means = np.stack([known.features[labels == kind].mean(axis=0) for kind in kinds])
    around = known.features - means[np.searchsorted(kinds, labels)]
    covariance = around.T @ around / len(around)
    covariance[np.diag_indices_from(covariance)] += RIDGE * np.trace(covariance) / len(covariance)
    whitening = np.linalg.inv(np.linalg.cholesky(covariance)).T
    middles = means @ whitening

    def score(reading: Reading) -> NDArray[np.floating]:
        return np.asarray(_squared_distances(reading.features @ whitening, middles).min(axis=1))

    return score


def nearest(known: Reading) -> Score:
    """Sun, Ming, Zhu and Li (2022): how far the k-th nearest known picture is.

    Features are brought to length 1 before.
    """
    points = _of_length_one(known.features)
    place = min(NEIGHBOUR, len(points)) - 1

    def score(reading: Reading) -> NDArray[np.floating]:
        asked = _of_length_one(reading.features)
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
    """(n, features), (m, features) -> (n, m)."""
    squares = (ones**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)
    return np.asarray(squares - 2 * ones @ others.T)


def auroc(digits: NDArray[np.floating], letters: NDArray[np.floating]) -> float:
    """How often a letter scores higher than a digit, both drawn at random; a tie counts half."""
    ordered = np.sort(digits)
    below = np.searchsorted(ordered, letters, side="left")
    up_to = np.searchsorted(ordered, letters, side="right")
    return float((below + up_to).mean() / (2 * len(digits)))


def limit(digits: NDArray[np.floating], rejected: float) -> float:
    """The score above which at most this share of the digits lies."""
    above = int(rejected * len(digits) + 1e-9)
    return float(np.sort(digits)[len(digits) - 1 - above])
