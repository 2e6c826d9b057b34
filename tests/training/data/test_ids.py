"""Ids in few bytes are what a list of them is."""

from __future__ import annotations

import random
import uuid

import numpy as np
import pytest

from training.data.ids import Ids

KEYS = [uuid.UUID(int=random.Random(3).getrandbits(128) ^ number) for number in range(40)]


def test_it_works() -> None:
    ids = Ids.of(KEYS)
    assert list(ids) == KEYS
    assert len(ids) == len(KEYS)
    assert ids.rows.nbytes == 16 * len(KEYS)
    assert not Ids.of([])


def test_rows_are_those_of_a_list() -> None:
    ids = Ids.of(KEYS)
    assert ids[3] == KEYS[3]
    assert ids[-1] == KEYS[-1]
    assert list(ids[5:9]) == KEYS[5:9]
    assert list(ids[np.array([7, 1])]) == [KEYS[7], KEYS[1]]
    assert list(ids[np.arange(len(KEYS)) < 2]) == KEYS[:2]
    assert list(ids[:2] + ids[4:5]) == [*KEYS[:2], KEYS[4]]
    assert KEYS[6] in ids
    with pytest.raises(IndexError):
        ids[len(KEYS)]


def test_they_are_equal_where_all_are() -> None:
    assert Ids.of(KEYS) == Ids.of(KEYS)
    assert Ids.of(KEYS) != Ids.of(KEYS[:-1])
    assert Ids.of(KEYS) != Ids.of(reversed(KEYS))


def test_they_are_sorted_within_groups_as_uuids_are() -> None:
    shuffled = random.Random(4).sample(KEYS, len(KEYS))
    groups = np.arange(len(KEYS), dtype=np.int64) % 3
    order = Ids.of(shuffled).in_order(groups)
    wanted = sorted(range(len(KEYS)), key=lambda row: (groups[row], shuffled[row]))
    assert order.tolist() == wanted
