"""How long the site waits for a database that somebody else has locked.

A worker and a command wait long (`timeout` in the settings). A web process has few
threads, which are there for readers, so it waits briefly; what must be written is
tried a few times more, by as many as leave the readers their threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

F = TypeVar("F", bound=Callable[..., Any])

# All in seconds. A lock is waited for this long, a statement as a whole no longer than that.
LOCK_WAIT = 1.0
STATEMENT_WAIT = 20.0
# A write that people wait for is begun anew until then; later, so says `RETRY_AFTER`, is better.
WRITE_WAIT = 4.0
RETRY_PAUSE = 0.05
RETRY_AFTER = 5

# Who may try again at the same time; all others are refused at their first failure.
_retrying = threading.BoundedSemaphore(2)

# SQLite's SQLITE_BUSY and SQLITE_LOCKED, whose higher bits say more than is asked here.
SQLITE_LOCKED = (5, 6)
# PostgreSQL's lock_not_available and deadlock_detected.
POSTGRES_LOCKED = ("55P03", "40P01")


def wait_briefly() -> None:
    """For web processes, before their first query: every connection from now on is impatient."""
    connection_created.connect(_shorten, dispatch_uid="digitsite.database.patience")


def _shorten(connection: BaseDatabaseWrapper, **_: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT * 1000:.0f}")
        elif connection.vendor == "postgresql":
            cursor.execute(f"SET lock_timeout = {LOCK_WAIT * 1000:.0f}")
            cursor.execute(f"SET statement_timeout = {STATEMENT_WAIT * 1000:.0f}")


def is_locked(error: BaseException | None) -> bool:
    """Whether a statement failed for somebody else's lock, and may go well a moment later."""
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    return (
        getattr(cause, "sqlite_errorcode", 0) & 0xFF in SQLITE_LOCKED
        or getattr(cause, "sqlstate", None) in POSTGRES_LOCKED
    )


def patient(view: F) -> F:
    """A view whose write is tried for `WRITE_WAIT` seconds while the database is locked.

    It must be one that leaves nothing behind where it fails. The last failure is
    raised: an answer is made of it in `digitsite.http.errors`.
    """

    @wraps(view)
    def trying(*args: Any, **kwargs: Any) -> Any:
        give_up = time.monotonic() + WRITE_WAIT
        try:
            return view(*args, **kwargs)
        except OperationalError as error:
            if not is_locked(error) or not _retrying.acquire(blocking=False):
                raise
        try:
            while True:
                time.sleep(RETRY_PAUSE)
                try:
                    return view(*args, **kwargs)
                except OperationalError as error:
                    if not is_locked(error) or time.monotonic() > give_up:
                        raise
        finally:
            _retrying.release()

    return trying  # type: ignore[return-value]
