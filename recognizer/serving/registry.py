"""The live version, cached in each process.

The newest promotion's id is the cache's generation: a few times a second the
database is asked for it (one indexed row), and when it has moved on the new
version is loaded aside, checked, warmed, and only then switched to. While that
happens, and whenever it fails, the version before goes on answering. So does the
one in memory for a while, where the database does not answer. The process that
promotes asks again at once.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils.module_loading import import_string

from recognizer.exceptions import BadArtifact
from recognizer.models import ModelVersion, Promotion
from recognizer.preprocessing.glyph import Glyph, Glyphs
from recognizer.serving import artifacts
from recognizer.serving.decision import Reading, Thresholds, beside_neighbours, readings
from recognizer.serving.engine import Engine, Outputs, warm
from recognizer.serving.memory import Recall

logger = logging.getLogger(__name__)

NEWEST = f"SELECT MAX(id) FROM {Promotion._meta.db_table}"  # noqa: S608  (our own table's name)
# A version that failed to load is not tried again on every request.
RETRY_SECONDS = 30.0
# How long the version in memory answers before it is asked whether it is still the newest.
FRESH_SECONDS = 0.25
# What the version in memory answers for while the database does not, and how often it is asked.
MEMORY_SECONDS = 60.0
ASK_SECONDS = 5.0


class NoModel(Exception):
    """No version is live, or none that is can be loaded."""


@dataclass(frozen=True, slots=True)
class Live:
    """A version in memory, ready to answer.

    `promotion` and `version` are primary keys, `number` is the version's own. Of a network that
    gives no features nothing can be remembered.
    """

    promotion: int
    version: int
    number: int
    thresholds: Thresholds
    engine: Engine
    has_memory: bool = True

    def predict(self, glyphs: list[Glyph]) -> list[Reading]:
        """One reading a glyph, all in one batch through the network; at least one glyph."""
        return self.read(self.outputs(glyphs))

    def outputs(self, glyphs: list[Glyph]) -> Outputs:
        """The network's outputs, all in one batch; at least one glyph."""
        return beside_neighbours(self.engine.predict(Glyphs.of(glyphs)), glyphs)

    def read(self, outputs: Outputs, recalls: list[Recall | None] | None = None) -> list[Reading]:
        """One reading for each of the outputs, after what memory makes of it if it is given."""
        return readings(outputs, self.thresholds, recalls)


@dataclass(frozen=True, slots=True)
class Failure:
    """A promotion whose version could not be loaded, why, and when (`time.monotonic()`)."""

    promotion: int
    reason: str
    at: float


class Registry:
    """Holds one `Live` and replaces it when the newest promotion changes."""

    def __init__(self) -> None:
        self._live: Live | None = None
        self._failure: Failure | None = None
        self._loading = threading.Lock()
        # By `time.monotonic()`: when the database last answered and, while it does not, until
        # when nobody asks it again.
        self._confirmed_at = 0.0
        self._ask_at = 0.0

    @property
    def failure(self) -> Failure | None:
        """Why the newest promotion is not the one that answers; None where it is."""
        return self._failure

    @property
    def has_memory(self) -> bool:
        """Whether answers may need a contributor's hand, as far as can be known without asking.

        Not where the live version has no features, nor while the database does not answer.
        """
        return not self._ask_at and (self._live is None or self._live.has_memory)

    def live(self) -> Live:
        """The version to answer with. Raises `NoModel` where there is none.

        While the database does not answer it is the one of before, for `MEMORY_SECONDS`;
        afterwards `DatabaseError` is raised. In a transaction it is raised at once: after
        a failed statement PostgreSQL takes no other.
        """
        now = time.monotonic()
        since = now - self._confirmed_at
        if connection.in_atomic_block or since > MEMORY_SECONDS:
            return self._current()
        remembered = self._live
        if remembered is not None and (since < FRESH_SECONDS or now < self._ask_at):
            return remembered
        if self._ask_at:  # this request may have to wait; others need not wait beside it
            self._ask_at = now + ASK_SECONDS
        try:
            return self._current()
        except (OperationalError, InterfaceError) as error:
            if remembered is None:
                raise
            logger.warning("Version %s answers from memory: %s", remembered.number, error)
            self._ask_at = time.monotonic() + ASK_SECONDS
            return remembered

    def look_again(self) -> None:
        """Makes the next call ask the database: something has been promoted."""
        self._confirmed_at = min(self._confirmed_at, time.monotonic() - FRESH_SECONDS)

    def _current(self) -> Live:
        """The newest promotion's version, loaded where it is not yet."""
        newest = _newest_promotion()
        self._confirmed_at, self._ask_at = time.monotonic(), 0.0
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
        """The newest of five earlier promotions that loads: after a restart none is in memory."""
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
    """A promoted version read, checked by hash and warmed. Raises `BadArtifact`."""
    version = promotion.version
    engine = load_engine(version)  # checks the manifest, too
    return Live(
        promotion=promotion.pk,
        version=version.pk,
        number=version.number,
        thresholds=Thresholds.of(version.manifest),
        engine=engine,
        has_memory=version.manifest["format"] > 1,
    )


def engine_class() -> type[Engine]:
    """The class that the setting `INFERENCE_ENGINE` names, one of `INFERENCE_ENGINES`."""
    return cast(type[Engine], import_string(settings.INFERENCE_ENGINES[settings.INFERENCE_ENGINE]))


def load_engine(version: ModelVersion) -> Engine:
    """A version's network, warm. Raises `BadArtifact`, whatever is wrong with its files."""
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
    """The version this process answers with. Raises `NoModel` where there is none."""
    return _registry.live()


def look_again() -> None:
    """Makes this process see a promotion at once; others do within `FRESH_SECONDS`."""
    _registry.look_again()


def failure() -> Failure | None:
    """Why this process does not serve the newest promotion; None where it does."""
    return _registry.failure


def has_memory() -> bool:
    """Whether this process' answers may need a contributor's hand."""
    return _registry.has_memory


def reset() -> None:
    """Drops the version that this process holds, as a restart would."""
    global _registry
    _registry = Registry()


def warm_up() -> None:
    """Loads the live version when a server starts; one without a version starts all the same."""
    try:
        live()
    except (NoModel, DatabaseError) as error:
        logger.warning("Started without a model: %s", error)
