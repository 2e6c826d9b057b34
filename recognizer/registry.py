"""The live version, cached in each process.

The newest promotion's id is the cache's generation: every request asks the
database for it (one indexed row), and when it has moved on the new version is
loaded aside, checked, warmed, and only then switched to. While that happens,
and whenever it fails, the version before goes on answering.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

import numpy as np
from django.db import DatabaseError, connection

from recognizer import artifacts
from recognizer.answer import Reading, Thresholds, answer
from recognizer.exceptions import BadArtifact
from recognizer.glyph import Glyph
from recognizer.inference import Engine, engine_class, warm
from recognizer.models import ModelVersion, Promotion

logger = logging.getLogger(__name__)

NEWEST = f"SELECT MAX(id) FROM {Promotion._meta.db_table}"  # noqa: S608  (our own table's name)
# A version that failed to load is not tried again on every request.
RETRY_SECONDS = 30.0


class NoModel(Exception):
    """No version is live, or none that can be loaded."""


@dataclass(frozen=True, slots=True)
class Live:
    """A version in memory, ready to answer."""

    promotion: int
    version: int  # primary key
    number: int
    thresholds: Thresholds
    engine: Engine

    def read(self, glyphs: list[Glyph]) -> list[Reading]:
        """All glyphs in one batch."""
        pixels = np.stack([glyph.pixels for glyph in glyphs])
        return [answer(row, self.thresholds) for row in self.engine.read(pixels)]


@dataclass(frozen=True, slots=True)
class Failure:
    """A promotion whose version could not be loaded, and when that was tried."""

    promotion: int
    reason: str
    at: float


class Registry:
    """Holds one `Live` and replaces it when the newest promotion changes."""

    def __init__(self) -> None:
        self._live: Live | None = None
        self._failure: Failure | None = None
        self._loading = threading.Lock()

    @property
    def failure(self) -> Failure | None:
        """Why the newest promotion is not what answers; None when all is well."""
        return self._failure

    def live(self) -> Live:
        """The version to answer with. Raises `NoModel` where there is none."""
        newest = _newest_promotion()
        live = self._live
        if newest is None:
            raise NoModel("No model version is live yet.")
        if live is not None and (live.promotion == newest or self._failed_lately(newest)):
            return live
        return self._switch(newest)

    def _failed_lately(self, promotion: int) -> bool:
        failure = self._failure
        return (
            failure is not None
            and failure.promotion == promotion
            and time.monotonic() - failure.at < RETRY_SECONDS
        )

    def _switch(self, promotion: int) -> Live:
        # While one thread loads, the others go on with the version before; only
        # where there is none yet must they wait for it.
        old = self._live
        if not self._loading.acquire(blocking=old is None):
            assert old is not None
            return old
        try:
            if self._live is not None and self._live.promotion == promotion:
                return self._live  # another thread was first
            return self._load(promotion)
        finally:
            self._loading.release()

    def _load(self, promotion: int) -> Live:
        if self._live is None and self._failed_lately(promotion):
            raise NoModel(self._failure.reason if self._failure else "")
        try:
            loaded = load(Promotion.objects.select_related("version").get(pk=promotion))
        except BadArtifact as error:
            logger.error("Promotion %s is not served: %s", promotion, error)
            self._failure = Failure(promotion, str(error), time.monotonic())
            if self._live is None:
                self._live = self._last_good(promotion)
            if self._live is None:
                raise NoModel(str(error)) from error
            return self._live
        logger.info("Version %s answers from now on.", loaded.number)
        self._live, self._failure = loaded, None
        return loaded

    def _last_good(self, promotion: int) -> Live | None:
        """After a restart there is no version in memory: the one promoted before serves."""
        for earlier in Promotion.objects.select_related("version").filter(pk__lt=promotion)[:5]:
            try:
                return load(earlier)
            except BadArtifact as error:
                logger.error("Nor is promotion %s: %s", earlier.pk, error)
        return None


def _newest_promotion() -> int | None:
    """The cache's generation. Every request asks for it, and building the query
    anew each time would take eight times as long as the database does.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        row: tuple[int | None] = cursor.fetchone()
    return row[0]


def load(promotion: Promotion) -> Live:
    """Reads, checks by hash and warms a promoted version. Raises `BadArtifact`."""
    version = promotion.version
    engine = load_engine(version)  # looks at the manifest, too
    return Live(
        promotion=promotion.pk,
        version=version.pk,
        number=version.number,
        thresholds=Thresholds.of(version.manifest),
        engine=engine,
    )


def load_engine(version: ModelVersion) -> Engine:
    """A version's network, ready to answer. Raises `BadArtifact`, whatever is wrong with it."""
    make = engine_class()
    try:
        engine = make(artifacts.load(version.artifact, make.file_name, version.manifest))
        warm(engine)
    except BadArtifact:
        raise
    # Storages and runtimes have errors of their own, and none of them may reach
    # a visitor whom the version before can answer.
    except Exception as error:
        raise BadArtifact(f"The network cannot be loaded: {error}") from error
    return engine


_registry = Registry()


def live() -> Live:
    """This process's live version. Raises `NoModel`."""
    return _registry.live()


def failure() -> Failure | None:
    """Why the newest promotion is not served by this process, if so."""
    return _registry.failure


def reset() -> None:
    """Forgets what this process holds, as a restart would."""
    global _registry
    _registry = Registry()


def warm_up() -> None:
    """Loads the live version at start-up; a server without one starts all the same."""
    try:
        live()
    except (NoModel, DatabaseError) as error:
        logger.warning("Started without a model: %s", error)
