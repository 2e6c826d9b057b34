"""What is counted in a moment is exact; what takes longer is counted once for many."""

from __future__ import annotations

from itertools import count

import pytest

from digitsite.database import counted
from digitsite.database.counted import Counted


@pytest.mark.parametrize(("worth", "seen"), [(60.0, [0, 1, 2]), (0.0, [0, 0, 0])])
def test_only_what_takes_long_is_kept(
    monkeypatch: pytest.MonkeyPatch, worth: float, seen: list[int]
) -> None:
    monkeypatch.setattr(counted, "SECONDS_WORTH_KEEPING", worth)
    numbers = count()
    whole = Counted("numbers", lambda: next(numbers), seconds=60)
    assert [whole.get() for _ in range(3)] == seen


def test_what_is_counted_ahead_takes_the_place_of_what_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "SECONDS_WORTH_KEEPING", 0.0)
    numbers = count()
    whole = Counted("numbers", lambda: next(numbers), seconds=60)
    assert whole.get() == 0
    whole.make_ahead()
    assert whole.get() == 1
    monkeypatch.setattr(counted, "SECONDS_WORTH_KEEPING", 60.0)
    whole.make_ahead()  # it has become quick
    assert whole.get() == 3
