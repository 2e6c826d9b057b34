"""The fitted temperature makes confidence mean what it says."""

from __future__ import annotations

import numpy as np
import pytest

from training.network.calibration import (
    calibration_error,
    fit_temperature,
    negative_log_likelihood,
    softmax,
)


def honest(count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose softmax is the very distribution that the labels are drawn from."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (count, 11))
    reach = softmax(logits).cumsum(axis=1)
    return logits, (rng.random((count, 1)) > reach).sum(axis=1).astype(np.int64)


@pytest.mark.parametrize("true", [0.4, 1.0, 3.0])
def test_it_works(true: float) -> None:
    logits, labels = honest()
    fitted = fit_temperature(logits * true, labels)
    assert fitted == pytest.approx(true, rel=0.05)
    assert calibration_error(softmax(logits * true, fitted), labels) < 0.01


def test_no_other_temperature_is_likelier() -> None:
    logits, labels = honest(2000)
    fitted = fit_temperature(logits * 2, labels)
    best = negative_log_likelihood(softmax(logits * 2, fitted), labels)
    for other in (fitted * 0.99, fitted * 1.01):
        assert best < negative_log_likelihood(softmax(logits * 2, other), labels)


def test_a_network_without_mistakes_is_made_no_surer_than_the_bound() -> None:
    assert fit_temperature(np.eye(11) * 5, np.arange(11)) == pytest.approx(0.1, rel=0.01)


def test_nothing_to_fit_on_is_refused() -> None:
    with pytest.raises(ValueError, match="needs examples"):
        fit_temperature(np.empty((0, 11)), np.empty(0, np.int64))


def test_softmax_bears_huge_logits() -> None:
    rows = softmax(np.array([[1e4, 0.0, -1e4], [0.0, 0.0, 0.0]]))
    assert rows[0].tolist() == [1.0, 0.0, 0.0]
    assert rows[1] == pytest.approx([1 / 3] * 3)


def test_the_likelihood_of_a_sure_mistake_is_finite_and_weights_count() -> None:
    sure = np.array([[1.0, 0.0], [0.5, 0.5]])
    labels = np.array([1, 0])
    assert negative_log_likelihood(sure, labels) == pytest.approx((27.631 + 0.6931) / 2, abs=1e-3)
    assert negative_log_likelihood(sure, labels, np.array([0.0, 2.0])) == pytest.approx(np.log(2))


def test_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    sure = np.tile([0.9, 0.1], (10, 1))
    labels = np.array([0] * 6 + [1] * 4)
    assert calibration_error(sure, labels) == pytest.approx(0.3)
