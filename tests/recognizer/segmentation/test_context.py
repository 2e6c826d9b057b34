"""What stands beside a group of pieces: what each is taken for, and how far it is from its like."""

from __future__ import annotations

import numpy as np
import pytest

from recognizer.segmentation.context import FURTHEST, context

# Three groups of one piece, a sign's and two digits' classes, two kinds, one feature.
OF_KIND = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
LIKES = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
LOOKS = np.array([[0.1], [-0.6], [0.3]])
GROUPS, MIDDLES = [(0,), (1,), (2,)], [10.0, 20.0, 30.0]


def test_a_group_is_compared_with_the_mean_of_each_kind() -> None:
    found = context(OF_KIND, LIKES, LOOKS, GROUPS, [0, 1, 2], MIDDLES)
    # The second leans 0.1 * 1 and 0.3 * 0.5 of the first kind aside, and of the second half of one.
    assert found[1, 6] == pytest.approx(-0.6 - (0.1 + 0.15) / 1.5)
    assert found[1, 7] == pytest.approx((-0.6 - 0.3) * 0.5)
    assert found[1, 8] == pytest.approx(1.5 / 2)  # of the first kind


def test_nothing_is_compared_with_what_is_not_there() -> None:
    found = context(OF_KIND, LIKES, LOOKS * 9, [(0,), (1,), (0, 1)], [0, 1], MIDDLES)
    assert found[2].tolist() == [0.0] * 9  # it holds all pieces
    assert found[0, 6] == 0.0  # the other one is none of the first kind
    assert found[0, 7] == FURTHEST


def test_counts_and_neighbours_leave_out_the_own_pieces() -> None:
    found = context(OF_KIND, LIKES, LOOKS, GROUPS, [0, 1, 2], MIDDLES)
    assert found[1, :6].tolist() == [1.0, 0.0, 1.0, 0.0, 1.0, 0.0]
    assert found[0, :6].tolist() == [0.5, 0.5, 0.0, 0.0, 0.0, 1.0]
