"""Whose drawings are held out is a function of the contributor's id."""

from __future__ import annotations

import uuid

import numpy as np
import pytest

from recognizer.split import BUCKETS, bucket, is_held_out

KEYS = [uuid.uuid5(uuid.NAMESPACE_OID, str(number)) for number in range(4000)]


def test_the_share_held_out_is_about_the_setting() -> None:
    share = np.mean([is_held_out(key, 20) for key in KEYS])
    assert share == pytest.approx(0.2, abs=0.03)
    assert not any(is_held_out(key, 0) for key in KEYS)


def test_buckets_are_as_they_always_were() -> None:
    """Stored contributors stay on their side of the split from version to version."""
    assert [bucket(key) for key in KEYS[:5]] == [5, 23, 90, 61, 35]
    assert all(0 <= bucket(key) < BUCKETS for key in KEYS)


def test_who_is_held_out_stays_so_where_more_are() -> None:
    fewer = {key for key in KEYS if is_held_out(key, 20)}
    more = {key for key in KEYS if is_held_out(key, 30)}
    assert fewer < more
