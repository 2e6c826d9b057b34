"""A backup is a tar of the database's dump, the files of both storages, and the site's key.

The database comes first: a file is there before its row, so every row of the dump finds its file,
unless its drawing is deleted meanwhile. What was stored meanwhile is a file without a row, which
the sweep deletes. At the end stands a list of all that is in it, with hashes: an archive without
it was cut off.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from digitsite.backup import database
from digitsite.storage import moving

LIST = "contents.json"
KEY = "secret-key"
FORMAT = 1


class BadArchive(Exception):
    """What keeps an archive from being restored here, as a sentence."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds: each member's SHA-256, and the migrations of its database."""

    members: dict[str, str]
    migrations: list[str]
    made_at: str

    @property
    def files(self) -> list[str]:
        """Members that lie in one of the storages."""
        return [name for name in self.members if name.partition("/")[0] in _places()]


def write(folder: Path, *, now: datetime) -> Path:
    """Writes a backup into the folder, readable by its owner alone; returns its path.

    It has its name once it is whole. Raises `DatabaseFault` and `OSError`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"digits-{now:%Y%m%d-%H%M%S}.tar"
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    try:
        with tarfile.open(part, "w") as tar:
            _fill(tar, now)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _fill(tar: tarfile.TarFile, now: datetime) -> None:
    members: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as beside:
        dump = Path(beside) / database.file_name()
        migrations = _applied()
        database.dump(dump)
        members[dump.name] = _hash_of(dump)
        tar.add(dump, dump.name)

    def add(name: str, content: bytes) -> None:
        members[name] = hashlib.sha256(content).hexdigest()
        _add(tar, name, content)

    for place, storage in _places().items():
        for name in moving.files(storage):
            if name.startswith(f"{settings.SHARDS_FOLDER}/"):  # made anew when it is needed
                continue
            try:
                with storage.open(name) as file:
                    content = file.read()
            except FileNotFoundError:  # deleted meanwhile
                continue
            add(f"{place}/{name}", content)
    key = settings.VAR_DIR / KEY
    if key.is_file():
        add(KEY, key.read_bytes())
    told = {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "migrations": migrations,
        "members": members,
    }
    _add(tar, LIST, json.dumps(told, indent=1).encode())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def check(path: Path) -> Contents:
    """Reads all of an archive; returns what it holds. Raises `BadArchive` where it is not whole."""
    try:
        with tarfile.open(path) as tar:
            hashes, told = _read_through(tar)
    except (OSError, tarfile.TarError, ValueError) as error:
        raise BadArchive(f"{path} cannot be read: {error}") from error
    if told.get("format") != FORMAT:
        raise BadArchive(f"{path} is no backup, or was cut off: its list of contents is missing.")
    if damaged := [name for name, hashed in told["members"].items() if hashes.get(name) != hashed]:
        raise BadArchive(f"{damaged[0]} in {path} is damaged or missing.")
    return Contents(told["members"], told["migrations"], told["made_at"])


def _read_through(tar: tarfile.TarFile) -> tuple[dict[str, str], dict[str, Any]]:
    hashes: dict[str, str] = {}
    told: dict[str, Any] = {}
    for entry in tar:
        file = tar.extractfile(entry)
        if file is None:
            raise BadArchive(f"{entry.name} is no plain file.")
        if entry.name == LIST:
            told = json.load(file)
        else:
            hashes[entry.name] = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    return hashes, told


def restore(path: Path, *, told: Callable[[str], object] = lambda line: None) -> Contents:
    """Fills an empty site from an archive: first the files, then the database, at once.

    Whoever is killed in between runs it again: until its last step the database is empty.
    Raises `BadArchive`, `DatabaseFault` and `OSError`.
    """
    contents = check(path)
    if database.file_name() not in contents.members:
        raise BadArchive("The backup is of another kind of database than DATABASE_URL names.")
    if unknown := sorted(set(contents.migrations) - _known()):
        raise BadArchive(
            f"The backup is of a newer release than this one, which does not know {unknown[0]}."
        )
    if not database.is_empty():
        raise BadArchive("There is a site in this database already; a backup fills an empty one.")
    with tarfile.open(path) as tar:
        for name in contents.files:
            _put(name, _content(tar, name))
        told(f"{len(contents.files)} files")
        _restore_key(tar, contents)
        with tempfile.TemporaryDirectory(dir=settings.VAR_DIR) as beside:
            dump = Path(beside) / database.file_name()
            dump.write_bytes(_content(tar, dump.name))
            database.load(dump)
    told("the database")
    return contents


def _put(name: str, content: bytes) -> None:
    place, _, within = name.partition("/")
    storage = _places()[place]
    if storage.exists(within):
        with storage.open(within) as file:
            if file.read() == content:
                return
        raise BadArchive(f"{name} is there already, and is another file.")
    storage.save(within, ContentFile(content))


def _restore_key(tar: tarfile.TarFile, contents: Contents) -> None:
    """Puts the key back that signed cookies and receipts; not where the environment has one."""
    key = settings.VAR_DIR / KEY
    if KEY in contents.members and key.is_file():  # the settings have just made one
        key.write_bytes(_content(tar, KEY))


def _content(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file is not None  # `check` has read it
    return file.read()


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _places() -> dict[str, Storage]:
    return {folder: storages[name] for name, folder in settings.FOLDERS.items()}


def _applied() -> list[str]:
    loader = MigrationLoader(connection)
    return sorted(".".join(each) for each in loader.applied_migrations)


def _known() -> set[str]:
    return {".".join(each) for each in MigrationLoader(None).disk_migrations or ()}


def old_ones(folder: Path, *, keep: int) -> Iterator[Path]:
    """Backups in a folder but for the newest so many."""
    yield from sorted(folder.glob("digits-*.tar"))[:-keep]
