"""What is in a file of ink, unpacked where it came through gzip, within limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from recognizer.gzip_files import UNREADABLE, open_uncompressed
from recognizer.ink_files.handwriting import BYTES_A_POINT, BadFile

# Of a file that is read as a whole: some 15,000 digits as UNIPEN writes them.
MAX_WHOLE = 8_000_000


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, to read its unpacked bytes. Raises `BadFile` where it cannot be opened."""
    try:
        file = open_uncompressed(path)
    except OSError as error:
        raise BadFile(path, 0, f"It cannot be opened ({error.strerror}).") from error
    with file:
        yield file


def first_bytes(path: Path, count: int) -> bytes:
    """As many of its bytes as there are, up to `count`; none of a file that is damaged.

    Raises `BadFile` where it cannot be opened.
    """
    with opened(path) as file:
        try:
            return file.read(count)
        except UNREADABLE:  # told with its line by who reads on
            return b""


def whole(path: Path, *, most: int = MAX_WHOLE) -> bytes:
    """All of its bytes. Raises `BadFile` where it is damaged or has more than `most`."""
    try:
        with opened(path) as file:
            content = file.read(most + 1)
    except UNREADABLE as error:
        raise BadFile(path, 0, f"It cannot be read ({error}).") from error
    if len(content) > most:
        raise BadFile(path, 0, "The file is too long; cut it into several.")
    return content


def check_length(texts: Iterable[str]) -> None:
    """Raises `ValueError` where texts are longer than all points of any drawing, written out."""
    if sum(map(len, texts)) > BYTES_A_POINT * settings.LIMITS["points"]:
        raise ValueError("It is longer than any drawing may be")
