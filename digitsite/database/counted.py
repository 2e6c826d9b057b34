"""Counts of whole tables, which a page of a large site cannot wait for.

What is counted in a moment is counted each time, and is exact. What takes longer is kept for a
while: counted ahead by a worker where processes share a cache, else by whoever asks first.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Generic, TypeVar

from django.core.cache import cache

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

# Below it nothing is kept.
SECONDS_WORTH_KEEPING = 0.05
# What a worker has counted (`COUNT_EVERY`) holds while it is busy with something else.
AHEAD_SECONDS = 1800


class Counted(Generic[T]):
    """Something that is counted of a whole table, and may be `seconds` old where that is long."""

    def __init__(self, name: str, count: Callable[[], T], *, seconds: int) -> None:
        self._key = f"counted:{name}"
        self._count = count
        self._seconds = seconds

    def get(self) -> T:
        """What was counted lately, or is counted now."""
        found: T | None = cache.get(self._key)
        return self._make(self._seconds) if found is None else found

    def make_ahead(self) -> None:
        """Counts it, so that nobody waits for it."""
        self._make(AHEAD_SECONDS)

    def _make(self, seconds: int) -> T:
        begun = time.perf_counter()
        found = self._count()
        if time.perf_counter() - begun >= SECONDS_WORTH_KEEPING:
            cache.set(self._key, found, seconds)
        else:
            cache.delete(self._key)
        return found
