"""What is wrong with an installation, and how to mend it: what `manage.py doctor` says.

Nothing is changed but a file that is written into each storage, read back and deleted.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import redis
from django.conf import settings
from django.core import checks
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import get_resolver

from digitsite.monitoring import readiness
from digitsite.statics import bundles, packages, static_build


class State(Enum):
    """How bad a finding is: a site that is `BROKEN` does not do what it should."""

    WELL = "ok"
    ODD = "look"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found, and what to do about it where something is."""

    what: str
    state: State
    said: str
    remedy: str = ""


# Of `readyz`'s checks, by their names.
REMEDIES = {
    "database": "Is it running, and is DATABASE_URL its address?",
    "broker": "Is it running, and is BROKER_URL (or REDIS_URL) its address? Until then runs wait.",
    "model": "`manage.py prepare database` makes the shipped one live; the log says what is wrong "
    "with another, and Versions in the studio leads back to one that works.",
    "disk": "Make room below VAR_DIR, or lower DISK_FLOOR_MB.",
    "queue": "Start a worker: `manage.py serve worker`.",
    "worker": "Start a worker: `manage.py serve worker`; its log says why it stopped.",
    "notices": "`manage.py try_notices` says what each target answers.",
    "message": "Start the scheduler: `manage.py serve beat`; and see broker and worker.",
}


def examine() -> list[Finding]:
    """All findings, in an order in which they are mended."""
    return [finding for look in EXAMINATIONS for finding in _looked(look)]


def _looked(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """The findings of one examination; that it fails is one of them."""
    try:
        yield from look()
    except Exception as error:  # noqa: BLE001  (whatever is wrong is what is asked for)
        what = look.__name__.strip("_").replace("_", " ")
        yield Finding(what, State.BROKEN, f"{error}".strip() or repr(error))


def _settings() -> Iterator[Finding]:
    """Django's system checks, those before a deployment too where it is one."""
    found = checks.run_checks(include_deployment_checks=settings.HTTPS)
    for message in found:
        state = State.BROKEN if message.is_serious() else State.ODD
        yield Finding(f"settings ({message.id})", state, message.msg, message.hint or "")
    if not found:
        yield Finding("settings", State.WELL, "no check complains")


def _secrets() -> Iterator[Finding]:
    """What others on this machine could read."""
    for name in ("secret-key", "db.sqlite3"):
        path = Path(settings.VAR_DIR) / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding(name, State.BROKEN, f"{path} can be read by others.", f"chmod 600 {path}")


def _tables() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        first = waiting[0][0]
        yield Finding(
            "tables", State.BROKEN, f"{len(waiting)} migrations wait, the first is {first}.",
            "`manage.py prepare database`, after a backup.",
        )  # fmt: skip
    else:
        yield Finding("tables", State.WELL, "up to date")


def _cache() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield Finding("redis", State.WELL, "none is named: counters are this process's own")
        return
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except redis.RedisError as error:
        yield Finding(
            "redis", State.BROKEN, f"{error}", "Is it running, and is REDIS_URL its address?"
        )
        return
    finally:
        client.close()
    if policy != "noeviction":
        yield Finding(
            "redis", State.ODD, f"It may throw messages of the queue away ({policy}).",
            "redis-cli config set maxmemory-policy noeviction",
        )  # fmt: skip
    else:
        yield Finding("redis", State.WELL, "answers")


def _storages() -> Iterator[Finding]:
    """Each takes a file, gives it back, and forgets it."""
    for name, folder in settings.FOLDERS.items():
        content = secrets.token_bytes(32)
        storage = storages[name]
        try:
            stored = storage.save(f"doctor-{secrets.token_hex(8)}", ContentFile(content))
            try:
                with storage.open(stored) as file:
                    is_same = file.read() == content
            finally:
                storage.delete(stored)
        except OSError as error:
            remedy = (
                "Is S3_ENDPOINT its address, is there a bucket S3_BUCKET, and may S3_ACCESS_KEY "
            )
            remedy += "read, write, list and delete there?"
            own = f"May this user write to {settings.VAR_DIR}?"
            yield Finding(folder, State.BROKEN, f"{error}", remedy if settings.S3_BUCKET else own)
            continue
        state = State.WELL if is_same else State.BROKEN
        yield Finding(folder, state, "takes files" if is_same else "gives back another file")


def _static_files() -> Iterator[Finding]:
    root = Path(settings.STATIC_ROOT)
    if not (root / "staticfiles.json").is_file():
        yield Finding(
            "static files", State.BROKEN, f"None are built in {root}.",
            "`manage.py prepare static`, or `make run`, which does so by itself.",
        )  # fmt: skip
    elif os.access(root, os.W_OK) and static_build.is_due():
        yield Finding(
            "static files", State.ODD, "They have changed since they were built.",
            "`manage.py prepare static`, or start `make run` again.",
        )  # fmt: skip
    else:
        yield Finding("static files", State.WELL, "built")
    if not packages.are_installed():
        yield Finding(
            "browsers", State.ODD, "TensorFlow.js is missing: nothing is read offline.",
            "`npm ci --omit=dev --ignore-scripts`, then build the static files.",
        )  # fmt: skip
    elif bundles.program() is None and not root.is_dir():
        yield Finding("browsers", State.ODD, "esbuild is missing: scripts come one by one.")


def _readiness() -> Iterator[Finding]:
    get_resolver().url_patterns  # noqa: B018  (with the views come the checks of the apps)
    for each in readiness.answers():
        state = State.WELL if each.said == "ok" else State.ODD
        if each.failed:
            state = State.BROKEN
        yield Finding(each.name, state, each.said, REMEDIES.get(each.name, ""))


EXAMINATIONS = (_settings, _secrets, _tables, _cache, _storages, _static_files, _readiness)
