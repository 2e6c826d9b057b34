"""Files that may have come through gzip, whatever they are called. Pure."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from pathlib import Path

GZIP_MAGIC = b"\x1f\x8b"
# What opening and reading such a file may raise; an end too soon is an EOFError.
UNREADABLE = (OSError, EOFError, zlib.error)


def open_uncompressed(path: Path) -> BinaryIO:
    """Opens a file to read its uncompressed bytes.

    Browsers and servers may unpack a file and keep its name, so its first bytes
    decide, not the name. Raises one of `UNREADABLE`, as reading may.
    """
    with path.open("rb") as file:
        compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    return cast(BinaryIO, gzip.open(path)) if compressed else path.open("rb")
