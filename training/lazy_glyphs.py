"""Glyphs that are read when they are looked at, for examples that need not fit into memory.

What is lazy here is put together of parts. Those at hand are arrays; others stand in a file
each, and are read one after the other: whoever takes rows in `reading_order` reads each once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import numpy as np

from recognizer.preprocessing.glyph import MAPS, SIZE, Glyphs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

Column: TypeAlias = Literal["pixels", "motion"]
Rows: TypeAlias = "NDArray[np.intp]"
SHAPES: dict[Column, tuple[int, ...]] = {"pixels": (SIZE, SIZE), "motion": MAPS}
AT_HAND = -1


class Part(Protocol):
    """Some glyphs that are read together.

    `has_ink` is (n,) bool. Parts of one `shelf` are best read one after the other; it is not
    below 0, but for `AT_HAND`, which is in memory. `digest` names the content.
    """

    @property
    def has_ink(self) -> NDArray[np.bool_]: ...

    @property
    def shelf(self) -> int: ...

    @property
    def digest(self) -> str: ...

    def column(self, name: Column) -> NDArray[np.uint8]:
        """(n, ...) uint8; 0 where a glyph is gone."""
        ...

    def left(self, rows: Rows) -> NDArray[np.bool_]:
        """Which of some rows may still be used: those of drawings that were deleted may not."""
        ...


@dataclass(eq=False)
class AtHand:
    """Glyphs in memory as a part of others."""

    glyphs: Glyphs
    shelf: int = AT_HAND

    @property
    def has_ink(self) -> NDArray[np.bool_]:
        return self.glyphs.has_ink

    @property
    def digest(self) -> str:
        sha256, is_ink = hashlib.sha256(), self.glyphs.has_ink
        for column in (self.glyphs.pixels, is_ink, self.glyphs.motion[is_ink]):
            sha256.update(np.ascontiguousarray(column).data)
        return sha256.hexdigest()

    def column(self, name: Column) -> NDArray[np.uint8]:
        found: NDArray[np.uint8] = getattr(self.glyphs, name)
        return found

    def left(self, rows: Rows) -> NDArray[np.bool_]:
        return np.ones(len(rows), dtype=np.bool_)


class LazyGlyphs:
    """n glyphs of some parts, in any order, with the attributes that `Glyphs` has.

    `at` is (n,): rows of all parts, counted through. `pixels` and `motion` read the parts that
    they need each time; rows of these glyphs are glyphs that have not been read either.
    """

    def __init__(self, parts: Sequence[Part], at: NDArray[np.integer] | None = None) -> None:
        self.parts = tuple(parts)
        self._starts = np.cumsum([0, *(len(part.has_ink) for part in self.parts)])
        self._at = np.arange(self._starts[-1]) if at is None else at

    @classmethod
    def joined(cls, several: Sequence[AnyGlyphs]) -> LazyGlyphs:
        """The glyphs of several, in order; each part counts once, however many have it."""
        parts: dict[int, Part] = {}
        lazy = [one if isinstance(one, LazyGlyphs) else cls([AtHand(one)]) for one in several]
        for one in lazy:
            parts |= {id(part): part for part in one.parts}
        places = {key: place for place, key in enumerate(parts)}
        starts = np.cumsum([0, *(len(part.has_ink) for part in parts.values())])
        at = [np.empty(0, np.int64)]
        for one in lazy:
            new = np.array([starts[places[id(part)]] for part in one.parts], np.int64)
            number = one._part()
            at.append(one._at - one._starts[number] + new[number])
        return cls([*parts.values()], np.concatenate(at))

    def __len__(self) -> int:
        return len(self._at)

    def __getitem__(self, rows: slice | NDArray[Any]) -> LazyGlyphs:
        return LazyGlyphs(self.parts, self._at[rows])

    @cached_property
    def has_ink(self) -> NDArray[np.bool_]:
        every = [np.empty(0, np.bool_), *(part.has_ink for part in self.parts)]
        return np.concatenate(every)[self._at]

    @property
    def pixels(self) -> NDArray[np.uint8]:
        return self._read("pixels")

    @property
    def motion(self) -> NDArray[np.uint8]:
        return self._read("motion")

    def of_parts(self, parts: Sequence[Part]) -> LazyGlyphs:
        """The same rows of other parts, each in the place of one of these and as long."""
        return LazyGlyphs(parts, self._at)

    @property
    def shelves(self) -> NDArray[np.int64]:
        """(n,) the shelf of each row."""
        return np.array([part.shelf for part in self.parts], np.int64)[self._part()]

    def left(self) -> NDArray[np.bool_]:
        """(n,) which of them may still be used. It asks the parts, and so may wait."""
        left = np.ones(len(self), dtype=np.bool_)
        for part, rows, within in self._by_part():
            left[rows] = part.left(within)
        return left

    def digest(self) -> str:
        """SHA-256 over the parts' digests and the order of the rows."""
        sha256 = hashlib.sha256("".join(part.digest for part in self.parts).encode())
        sha256.update(np.ascontiguousarray(self._at, dtype="<i8").data)
        return sha256.hexdigest()

    def in_reading_order(self) -> Rows:
        """All rows, those of one part together."""
        return np.argsort(self._part(), kind="stable")

    def _part(self) -> NDArray[np.intp]:
        return np.searchsorted(self._starts, self._at, side="right") - 1

    def _by_part(self) -> Iterator[tuple[Part, Rows, Rows]]:
        """Each part that is needed: which rows are of it, and where they stand in it."""
        number = self._part()
        order = np.argsort(number, kind="stable")
        ends = np.flatnonzero(np.diff(number[order])) + 1
        for rows in np.split(order, ends) if len(order) else ():
            first = number[rows[0]]
            yield self.parts[first], rows, self._at[rows] - self._starts[first]

    def _read(self, name: Column) -> NDArray[np.uint8]:
        read = np.zeros((len(self), *SHAPES[name]), dtype=np.uint8)
        for part, rows, within in self._by_part():
            read[rows] = part.column(name)[within]
        return read


AnyGlyphs: TypeAlias = Glyphs | LazyGlyphs


def joined(several: Sequence[AnyGlyphs]) -> AnyGlyphs:
    """The glyphs of several, in order: in memory where all of them are."""
    some = [one for one in several if len(one)]
    at_hand = [one for one in some if isinstance(one, Glyphs)]
    return Glyphs.joined(at_hand) if len(at_hand) == len(some) else LazyGlyphs.joined(some)


def shelves(glyphs: AnyGlyphs) -> NDArray[np.int64]:
    """(n,) the shelf of each of some glyphs."""
    if isinstance(glyphs, LazyGlyphs):
        return glyphs.shelves
    return np.full(len(glyphs), AT_HAND)


def read(glyphs: AnyGlyphs) -> Glyphs:
    """Glyphs in memory."""
    if isinstance(glyphs, Glyphs):
        return glyphs
    return Glyphs(glyphs.pixels, glyphs.motion, glyphs.has_ink)


def left(glyphs: AnyGlyphs) -> NDArray[np.bool_]:
    """(n,) which of some glyphs may still be used: all that are in memory."""
    if isinstance(glyphs, LazyGlyphs):
        return glyphs.left()
    return np.ones(len(glyphs), dtype=np.bool_)


def reading_order(glyphs: AnyGlyphs, size: int) -> Iterator[slice | Rows]:
    """All rows, at most `size` at a time, in the order in which each part is read once."""
    starts = range(0, len(glyphs), size)
    if isinstance(glyphs, LazyGlyphs):
        order = glyphs.in_reading_order()
        yield from (order[at : at + size] for at in starts)
    else:
        yield from (slice(at, at + size) for at in starts)
