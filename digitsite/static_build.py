"""Collects the static files, but only when one of them has changed.

Hashing and compressing them all takes seconds, listing them takes none, and
`make run` must answer quickly every time but the first.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

# What these two write depends on their versions as well as on the sources.
BUILDERS = ("django", "whitenoise")


def is_due() -> bool:
    """Whether a source has changed since the files in `STATIC_ROOT` were built."""
    built = Path(settings.STATIC_ROOT).is_dir() and note().is_file()
    return not built or note().read_text() != fingerprint()


def build() -> None:
    now = fingerprint()
    # A build that is broken off must not count as one.
    note().unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    note().write_text(now)


def note() -> Path:
    """Where the fingerprint of what was built is kept."""
    return Path(settings.VAR_DIR) / "static.fingerprint"


def fingerprint() -> str:
    """A digest of every source's name, size and time, and of what builds them."""
    lines = [f"{name} {version(name)}" for name in BUILDERS]
    lines.append(str(settings.STORAGES["staticfiles"]))
    for finder in get_finders():
        for path, storage in finder.list([]):
            source = Path(storage.path(path)).stat()
            lines.append(f"{path} {source.st_size} {source.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
