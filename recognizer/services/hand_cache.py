"""The hands that this process keeps in memory: features of remembered drawings, and their glyphs.

All of it is derived and may be dropped at any moment. What is kept is bounded, and what nobody
asked for lately goes.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from recognizer import monitoring
from recognizer.serving import memory

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator
    from datetime import datetime

    from recognizer.preprocessing.glyph import Glyph

# Remembered drawings of all contributors together: 6 KB each, 18 MB in all.
MOST_ROWS = 3_000
# How long a hand stays after its contributor's last answer, in seconds.
IDLE = 900.0


class Row(NamedTuple):
    """A remembered drawing: its class, 0 to 10, and whether the network had been wrong."""

    drawing: uuid.UUID
    label: int
    drawn_at: datetime
    telling: bool


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A contributor's hand at one generation, by one version's network (their primary keys).

    `rows`, `glyphs` and what is in `hand` are the same drawings in the same order.
    """

    contributor: uuid.UUID
    generation: int
    version: int
    rows: list[Row]
    glyphs: list[Glyph]
    hand: memory.Hand

    @property
    def weight(self) -> int:
        """What it counts as; that somebody has labelled nothing is worth remembering, too."""
        return max(1, len(self.rows))

    @property
    def nbytes(self) -> int:
        """What it takes in memory, by its arrays."""
        return self.hand.nbytes + sum(map(_glyph_bytes, self.glyphs))


def _glyph_bytes(glyph: Glyph) -> int:
    return glyph.pixels.nbytes + (0 if glyph.motion is None else glyph.motion.nbytes)


class HandCache:
    """One entry a contributor, at most `most_rows` drawings; the longest unused goes first."""

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self.most_rows = most_rows
        self.rows = self.bytes = 0
        self._entries: OrderedDict[uuid.UUID, tuple[Entry, float]] = OrderedDict()
        self._lock = threading.Lock()
        self._tell()

    def get(self, contributor: uuid.UUID) -> Entry | None:
        """The entry of a contributor, whatever its generation and version."""
        with self._lock:
            found = self._entries.get(contributor)
            if found is None:
                return None
            self._entries[contributor] = found[0], time.monotonic()
            self._entries.move_to_end(contributor)
            return found[0]

    def put(self, entry: Entry) -> None:
        """Keeps an entry in place of the contributor's former one."""
        with self._lock:
            self._remove(entry.contributor)
            self._entries[entry.contributor] = entry, time.monotonic()
            self._count(entry, 1)
            for other in list(self._idle()):
                self._remove(other)

    def drop(self, contributor: uuid.UUID) -> None:
        """Forgets what is kept of a contributor."""
        with self._lock:
            self._remove(contributor)

    def _idle(self) -> Iterator[uuid.UUID]:
        """What has to go, from the longest unused on; never the newest."""
        too_many = self.rows - self.most_rows
        now = time.monotonic()
        for contributor, (entry, used_at) in list(self._entries.items())[:-1]:
            if too_many <= 0 and now - used_at < IDLE:
                return
            too_many -= entry.weight
            yield contributor

    def _remove(self, contributor: uuid.UUID) -> None:
        if found := self._entries.pop(contributor, None):
            self._count(found[0], -1)

    def _count(self, entry: Entry, sign: int) -> None:
        self.rows += sign * entry.weight
        self.bytes += sign * entry.nbytes
        self._tell()

    def _tell(self) -> None:
        monitoring.HAND_ROWS.set(self.rows)
        monitoring.HAND_BYTES.set(self.bytes)
