"""Ids of drawings in 16 bytes each, where a `UUID` takes a hundred: a million of them are many."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray


class Ids(Sequence[uuid.UUID]):
    """A sequence of UUIDs. `rows` is (n, 16) uint8, the bytes of each."""

    def __init__(self, rows: NDArray[np.uint8]) -> None:
        self.rows = rows

    @classmethod
    def of(cls, keys: Iterable[uuid.UUID]) -> Ids:
        """Some UUIDs, in order."""
        content = bytearray()
        for key in keys:
            content += key.bytes
        return cls(np.frombuffer(content, np.uint8).reshape(-1, 16))

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, rows: int) -> uuid.UUID: ...
    @overload
    def __getitem__(self, rows: slice | NDArray[Any]) -> Ids: ...
    def __getitem__(self, rows: int | slice | NDArray[Any]) -> uuid.UUID | Ids:
        """One of them; or those of a slice, an index array or a mask."""
        if isinstance(rows, slice | np.ndarray):
            return Ids(self.rows[rows])
        return uuid.UUID(bytes=self.rows[rows].tobytes())

    def __iter__(self) -> Iterator[uuid.UUID]:
        return (uuid.UUID(bytes=row.tobytes()) for row in self.rows)

    def __add__(self, other: Ids) -> Ids:
        return Ids(np.concatenate([self.rows, other.rows]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ids) and np.array_equal(self.rows, other.rows)

    __hash__ = None  # type: ignore[assignment]

    def in_order(self, first: NDArray[np.int64]) -> NDArray[np.intp]:
        """(n,) the rows sorted by (n,) numbers, and by id where these are the same."""
        high, low = np.ascontiguousarray(self.rows).view(">u8").T
        return np.lexsort([low, high, first])  # it looks at its last key first
