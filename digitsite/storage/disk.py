"""The disk that the site writes to: how much is left, and how to delete where nothing is.

SQLite writes before it deletes, so that on a full disk it refuses to. A file beside the
database keeps the room that a deletion needs, and is given up when one fails for want of it.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

# Room for a deletion of several hundred drawings: what it changes is written to the log first.
RESERVE_BYTES = 16_000_000
# Below this SQLite cannot even open its log, so that nobody could read either.
NOTHING_LEFT = 1_000_000

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
# SQLite's SQLITE_FULL; and SQLITE_IOERR and SQLITE_CANTOPEN, which say the same of its index.
SQLITE_FULL, SQLITE_UNABLE = 13, (10, 14)
# PostgreSQL's disk_full.
POSTGRES_FULL = "53100"


def free_bytes() -> int:
    """How many bytes can still be written below `VAR_DIR`."""
    facts = os.statvfs(settings.VAR_DIR)
    return facts.f_bavail * facts.f_frsize


def is_low() -> bool:
    """Whether less is free than the site leaves free (`DISK_FLOOR_MB`)."""
    return bool(settings.DISK_FLOOR) and free_bytes() < settings.DISK_FLOOR


def is_full(error: BaseException) -> bool:
    """Whether something failed because a disk is full: a file, SQLite or PostgreSQL."""
    if isinstance(error, OSError):
        return error.errno in NO_SPACE
    if not isinstance(error, DatabaseError):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
    if code in SQLITE_UNABLE:
        return free_bytes() < NOTHING_LEFT
    return code == SQLITE_FULL or getattr(error.__cause__, "sqlstate", "") == POSTGRES_FULL


# --- the reserve ------------------------------------------------------------------


def keep_reserve() -> None:
    """Makes the reserve where it is missing and there is room for it.

    Gives it up where so little is left that the database could not even be read.
    """
    file = _reserve()
    if file is None:
        return
    if free_bytes() < NOTHING_LEFT:
        spend_reserve()
    elif not file.exists() and free_bytes() > 2 * RESERVE_BYTES:
        part = file.with_suffix(".part")
        try:
            part.write_bytes(bytes(RESERVE_BYTES))  # written out: a hole would take no room
            part.rename(file)
        except OSError as error:
            logger.warning("The reserve for deleting on a full disk is not kept: %s", error)
            with suppress(OSError):
                part.unlink()


def spend_reserve() -> bool:
    """Gives up the reserve; whether there was one."""
    file = _reserve()
    if file is None or not file.exists():
        return False
    file.unlink(missing_ok=True)
    logger.error("The disk is full: the reserve in %s is given up.", file)
    return True


def _reserve() -> Path | None:
    """The reserve's file, on the database's own disk; None for a database that is elsewhere."""
    if connection.vendor != "sqlite":
        return None
    return Path(connection.settings_dict["NAME"]).with_name("reserve")


def on_full_disk(deletion: F) -> F:
    """A deletion that is begun anew, with the reserve given up, where the disk is full.

    It must be one that leaves nothing behind where it fails. Within a transaction the
    failure is raised: only whoever began that can begin it anew.
    """

    @wraps(deletion)
    def deleting(*args: Any, **kwargs: Any) -> Any:
        try:
            return deletion(*args, **kwargs)
        except (OSError, DatabaseError) as error:
            if connection.in_atomic_block or not is_full(error) or not spend_reserve():
                raise
        return deletion(*args, **kwargs)

    return deleting  # type: ignore[return-value]
