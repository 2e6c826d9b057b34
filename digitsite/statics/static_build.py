"""The build of the static files, made only when one of them has changed.

Hashing and compressing them all takes seconds, listing them takes none, and
`make run` must answer quickly every time but the first.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from contextlib import suppress
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.core.management import call_command

from digitsite.statics import bundles

# What these two write depends on their versions as well as on the sources.
BUILDERS = ("django", "whitenoise")

# A page that was opened before an update still fetches scripts by the names it was built with.
KEPT_FOR = timedelta(days=7)

# In a hashed file's name stands the beginning of the MD5 of its content.
HASH = re.compile(r"\.([0-9a-f]{12})(?:\.\w+)?$")


def is_due() -> bool:
    """Whether a source has changed since the files in `STATIC_ROOT` were built."""
    built = Path(settings.STATIC_ROOT).is_dir() and note().is_file()
    return not built or note().read_text() != fingerprint()


def build() -> None:
    """Collects, hashes and compresses the static files, and keeps their fingerprint.

    Hashed files of the builds before stay for `KEPT_FOR` from when they were replaced.
    """
    now = fingerprint()
    # A build that was interrupted must not count as one.
    note().unlink(missing_ok=True)
    clear(Path(settings.STATIC_ROOT))
    call_command("collectstatic", interactive=False, verbosity=0)
    note().write_text(now)


def clear(root: Path) -> None:
    """Removes what earlier builds left, but for hashed files that were in use of late.

    Those are kept uncompressed: few ask for them. The manifest stays until the next one is
    written, so that a build that is killed takes no file out of use.
    """
    manifest = root / ManifestFilesMixin.manifest_name
    for name in _in_use(manifest):
        with suppress(FileNotFoundError):
            (root / name).touch()
    oldest = time.time() - KEPT_FOR.total_seconds()
    for path in sorted(root.rglob("*"), reverse=True):  # what is in a folder before the folder
        if path.is_dir():
            with suppress(OSError):  # something in it is kept
                path.rmdir()
        elif path != manifest and not (path.stat().st_mtime > oldest and _is_whole(path)):
            path.unlink()


def _in_use(manifest: Path) -> list[str]:
    """The names of the last build's hashed files. A manifest that cannot be read is removed."""
    try:
        return list(json.loads(manifest.read_bytes())["paths"].values())
    except FileNotFoundError:
        return []
    except ValueError:  # half-written when the build was killed, and in Django's way
        manifest.unlink()
        return []


def _is_whole(path: Path) -> bool:
    """Whether this is a hashed file with all of its content, which a kill may have cut off."""
    told = HASH.search(path.name)
    content = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    return told is not None and content.startswith(told[1])


def note() -> Path:
    """The file that keeps the fingerprint of what was built."""
    return Path(settings.STATIC_ROOT).with_suffix(".fingerprint")


def fingerprint() -> str:
    """A digest of every source's name, size and time, and of what builds them."""
    lines = [f"{name} {version(name)}" for name in BUILDERS] + [bundles.builder()]
    lines.append(str(settings.STORAGES["staticfiles"]))
    for finder in get_finders():
        for path, storage in finder.list([]):
            source = Path(storage.path(path)).stat()
            lines.append(f"{path} {source.st_size} {source.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
