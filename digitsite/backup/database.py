"""The database as one file, as of one moment, and back: SQLite by its backup, PostgreSQL by its own
programs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class DatabaseFault(Exception):
    """What keeps a database from being dumped or loaded, as a sentence."""


def file_name() -> str:
    """What this database's dump is called."""
    return NAMES[connection.vendor]


def is_empty() -> bool:
    """Whether nothing was ever prepared in it."""
    return not connection.introspection.table_names()


def dump(path: Path) -> None:
    """Writes all of it as of one moment, while others write. Raises `DatabaseFault`."""
    if connection.vendor == "sqlite":
        with closing(_sqlite()) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)
            # Beside it there would be a log, which is no part of the copy.
            target.execute("PRAGMA journal_mode = DELETE")
        return
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")


def load(path: Path) -> None:
    """Fills an empty database from a dump: all of it, or nothing. Raises `DatabaseFault`."""
    connection.close()
    if connection.vendor == "sqlite":
        place = Path(connection.settings_dict["NAME"])
        part = place.with_suffix(".part")
        shutil.copyfile(path, part)
        part.chmod(0o600)
        for beside in (f"{place}-wal", f"{place}-shm"):
            Path(beside).unlink(missing_ok=True)  # of the empty one
        part.replace(place)
        return
    name = connection.settings_dict["NAME"]
    _run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner",
         "--no-privileges", f"--dbname={name}", str(path))  # fmt: skip


def _sqlite() -> sqlite3.Connection:
    """A connection of its own, which reads beside those of the site."""
    address = Path(connection.settings_dict["NAME"]).resolve().as_uri()
    return sqlite3.connect(f"{address}?mode=ro", uri=True)


def _run(program: str, *arguments: str) -> None:
    """One of PostgreSQL's programs, at the site's database."""
    found = shutil.which(program)
    if found is None:
        raise DatabaseFault(
            f"{program} is not installed; it comes with PostgreSQL's client (Debian: "
            "postgresql-client)."
        )
    told = connection.settings_dict
    # By the environment: others on the machine read what a command is started with.
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD",
             "PGDATABASE": "NAME"}  # fmt: skip
    where = {name: str(told[key]) for name, key in names.items() if told.get(key)}
    done = subprocess.run(  # noqa: S603  (our own arguments, and no shell)
        [found, *arguments],
        env={**os.environ, **where},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DatabaseFault(f"{program}: {done.stderr.strip()}")
