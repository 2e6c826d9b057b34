"""Calibration: probabilities that are right as often as they say.

Temperature scaling after Guo, Pleiss, Sun and Weinberger (2017), "On
Calibration of Modern Neural Networks": logits are divided by one number, fitted
on examples the network has not learned from. It changes no answer's digit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from recognizer.serving.decision import Thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What a new version answers by. A digit that is called none is lost, a sign that is called a digit
# can be seen and corrected.
THRESHOLDS = Thresholds(sure=0.9, not_a_digit=0.8)
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.1, 10.0
BINS = 15
# The least that a probability counts as, so that one confident mistake stays finite.
MIN_PROBABILITY = 1e-12


def softmax(
    logits: NDArray[np.floating], temperature: float | NDArray[np.floating] = 1.0
) -> NDArray[np.float64]:
    """(n, classes) logits -> (n, classes) probabilities of `logits / temperature`.

    The temperature is one for all, or (n, 1), one a row.
    """
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def negative_log_likelihood(
    probabilities: NDArray[np.floating],
    labels: NDArray[np.int64],
    weights: NDArray[np.floating] | None = None,
) -> float:
    """The mean of -ln p(label) in nats, weighted by `weights`, (n,), where given.

    `probabilities` is (n, classes), `labels` (n,); n at least 1.
    """
    of_label = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(np.average(-np.log(np.maximum(of_label, MIN_PROBABILITY)), weights=weights))


def fit_temperature(logits: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """The temperature between 0.1 and 10 under which the labels are likeliest.

    `logits` is (n, classes), `labels` (n,). Raises `ValueError` for n = 0. The
    likelihood has one peak over the logarithm of the temperature, so golden
    section search (Kiefer, 1953) finds it, here to a hundredth of a percent.
    """
    if len(labels) == 0:
        raise ValueError("A temperature needs examples to be fitted on.")

    def cost(at: float) -> float:
        return negative_log_likelihood(softmax(logits, float(np.exp(at))), labels)

    golden = (np.sqrt(5) - 1) / 2
    low, high = float(np.log(MIN_TEMPERATURE)), float(np.log(MAX_TEMPERATURE))
    left, right = high - golden * (high - low), low + golden * (high - low)
    left_cost, right_cost = cost(left), cost(right)
    while high - low > 1e-4:
        if left_cost <= right_cost:
            high, right, right_cost = right, left, left_cost
            left = high - golden * (high - low)
            left_cost = cost(left)
        else:
            low, left, left_cost = left, right, right_cost
            right = low + golden * (high - low)
            right_cost = cost(right)
    return float(np.exp((low + high) / 2))


def calibration_error(probabilities: NDArray[np.floating], labels: NDArray[np.int64]) -> float:
    """Expected calibration error in [0, 1], over 15 bins of equal width (Guo et al., 2017).

    It is how far, on average, the confidence of an answer lies from the share of
    answers of that confidence which are right. `probabilities` is (n, classes),
    `labels` (n,); n at least 1.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(np.intp), BINS - 1)
    gaps = np.bincount(bins, weights=confidence - right, minlength=BINS)
    return float(np.abs(gaps).sum() / len(labels))
