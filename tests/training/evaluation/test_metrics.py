"""The report counts what is right, digit by digit, and fits into JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

from training.evaluation.metrics import evaluate, reliability


def answers(*digits: int, confidence: float = 0.9) -> np.ndarray:
    rows = np.full((len(digits), 11), (1 - confidence) / 10)
    rows[np.arange(len(digits)), digits] = confidence
    return rows


def test_it_works() -> None:
    report = evaluate(answers(3, 3, 5, 10, 0), np.array([3, 5, 5, 10, 10]))
    assert report["n"] == 5
    assert report["accuracy"] == pytest.approx(0.6)
    assert report["digits"]["3"] == 1
    assert report["digits"]["5"] == 0.5
    assert report["digits"]["9"] is None
    assert report["confusion"][5] == [0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    assert report["confusion"][10][0] == 1
    assert report["nll"] == pytest.approx(-0.6 * np.log(0.9) - 0.4 * np.log(0.01))
    assert report["ece"] == pytest.approx(0.3)


def test_it_is_plain_json() -> None:
    report = evaluate(answers(1, 2), np.array([1, 1]))
    assert json.loads(json.dumps(report)) == report


def test_the_confusion_matrix_counts_every_example_once() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 11, 500)
    confusion = np.array(evaluate(rng.random((500, 11)), labels)["confusion"])
    assert confusion.shape == (11, 11)
    assert confusion.sum(axis=1).tolist() == np.bincount(labels, minlength=11).tolist()


def test_nothing_to_measure_gives_no_figures() -> None:
    report = evaluate(np.empty((0, 11)), np.empty(0, np.int64))
    assert (report["n"], report["accuracy"], report["nll"], report["ece"]) == (0, None, None, None)


def test_reliability_counts_by_confidence() -> None:
    sure = answers(3, 3, 5, confidence=0.95)
    unsure = answers(0, 1, confidence=0.55)
    bins = reliability(np.concatenate([sure, unsure]), np.array([3, 3, 4, 0, 0]))
    assert bins[9] == [3, pytest.approx(0.95), 2]
    assert bins[5] == [2, pytest.approx(0.55), 1]
    assert sum(count for count, _, _ in bins) == 5


def test_reliability_of_nothing_is_ten_empty_bins() -> None:
    assert reliability(np.zeros((0, 11)), np.zeros(0, np.int64)) == [[0, 0.0, 0]] * 10
