"""Versions beside the live one, ready to answer whoever compares them: a few, kept in memory.

Each takes some megabytes and tens of milliseconds to load, so the ones asked for last stay.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from recognizer.models import ModelVersion
from recognizer.serving.decision import Thresholds
from recognizer.serving.engine import Engine
from recognizer.serving.registry import load_engine

MAX_VERSIONS = 4


@dataclass(frozen=True, slots=True)
class Shelved:
    """A version's engine and thresholds."""

    engine: Engine
    thresholds: Thresholds


class Shelf:
    """Keeps the `most` versions that were asked for last."""

    def __init__(self, most: int = MAX_VERSIONS) -> None:
        self._most = most
        self._kept: OrderedDict[str, Shelved] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, version: ModelVersion) -> Shelved:
        """A version ready to answer. Raises `BadArtifact` where its files are not whole."""
        # One lock for all: two threads must not load the same, nor more than may be kept.
        with self._lock:
            found = self._kept.get(version.artifact)
            if found is None:
                found = Shelved(
                    engine=load_engine(version),
                    thresholds=Thresholds.of(version.manifest),
                )
                self._kept[version.artifact] = found
            self._kept.move_to_end(version.artifact)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return found


_shelf = Shelf()


def take(version: ModelVersion) -> Shelved:
    """A version ready to answer, from this process's shelf. Raises `BadArtifact`."""
    return _shelf.take(version)


def reset() -> None:
    """Empties the shelf, as a restart would."""
    global _shelf
    _shelf = Shelf()
