"""Downloads that appear under their own name only when they are whole, checked and on disk."""

from __future__ import annotations

import http.client
import os
import secrets
import time
import urllib.request
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

T = TypeVar("T")
# Called with a file's name, the bytes received and the bytes expected (0: unknown).
OnProgress: TypeAlias = Callable[[str, int, int], None]

SILENCE = 20.0  # seconds a server may say nothing
PATIENCE = 600.0  # seconds one file may take
CHUNK = 1 << 16
PART = ".part"


class NotGiven(Exception):
    """A server does not give a file."""


def download(
    address: str,
    target: Path,
    *,
    most: int,
    check: Callable[[Path], T],
    on_progress: OnProgress | None = None,
) -> T:
    """Fetches at most `most` bytes into `target`; returns what `check` says of the file.

    Until `check` has returned, the bytes lie under another name beside `target`;
    where it raises, or anything else does, they are removed. Raises `NotGiven`,
    what `check` or `on_progress` raise, and `OSError` where the folder cannot be
    written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _part(target) as part:
        with part.open("xb") as file:
            done = 0
            for chunk, expected in _received(address, most):
                done += file.write(chunk)
                if on_progress:
                    on_progress(target.name, done, expected)
            file.flush()
            os.fsync(file.fileno())
        checked = check(part)
        part.rename(target)
    _sync_folder(target.parent)
    return checked


@contextmanager
def _part(target: Path) -> Iterator[Path]:
    """A name of this download alone, gone afterwards, so that two at once never meet.

    A killed download leaves its part behind. None lasts much longer than
    `PATIENCE`, so an older part is nobody's and is removed here.
    """
    for left in target.parent.glob(f"{target.name}.*{PART}"):
        if _age(left) > 2 * PATIENCE:
            left.unlink(missing_ok=True)
    part = target.with_name(f"{target.name}.{secrets.token_hex(8)}{PART}")
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _age(path: Path) -> float:
    """Seconds since the last write; 0 where the file has just gone."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _received(address: str, most: int) -> Iterator[tuple[bytes, int]]:
    """The body in chunks, each with the length the server promised (0: it did not say).

    Certificates are verified. Raises `NotGiven` past `most` bytes or `PATIENCE`.
    """
    if urlsplit(address).scheme not in ("https", "http"):
        raise NotGiven("its address does not start with https:// or http://")
    deadline = time.monotonic() + PATIENCE
    done = 0
    try:
        with urllib.request.urlopen(address, timeout=SILENCE) as response:  # noqa: S310 (see above)
            expected = int(response.headers.get("Content-Length", 0))
            # One read, one packet: a read that waits for a full chunk would let
            # a trickle of bytes go on past the deadline.
            while chunk := response.read1(CHUNK):
                done += len(chunk)
                if done > most:
                    raise NotGiven(f"it sends more than {most:,} bytes")
                if time.monotonic() > deadline:
                    raise NotGiven(f"it takes longer than {PATIENCE:.0f} seconds")
                yield chunk, expected
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotGiven(str(error)) from error


def _sync_folder(folder: Path) -> None:
    """Makes a rename last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
