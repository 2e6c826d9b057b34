"""What looks unlike the others of its label."""

from __future__ import annotations

import numpy as np

from training.selectors.oddities import unlike_neighbours


def test_it_works() -> None:
    ones, twos = np.eye(2, dtype=np.float32)
    features = np.stack([ones] * 5 + [twos] * 5 + [twos])
    labels = ["1"] * 5 + ["2"] * 5 + ["1"]
    assert unlike_neighbours(features, labels) == [False] * 10 + [True]


def test_a_label_that_few_have_is_not_called_odd() -> None:
    features = np.eye(2, dtype=np.float32)[[0, 0, 0, 0, 0, 0, 1]]
    assert unlike_neighbours(features, ["1"] * 6 + ["7"]) == [False] * 7


def test_few_tell_nothing() -> None:
    assert unlike_neighbours(np.zeros((1, 2), np.float32), ["1"]) == [False]
    assert unlike_neighbours(np.zeros((3, 2), np.float32), ["1", "2", "1"]) == [False] * 3
