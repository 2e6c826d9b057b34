"""IDX files of bytes whose content is pinned: the format of MNIST.

LeCun, Cortes and Burges describe it on MNIST's own page.
"""

from __future__ import annotations

import hashlib
import math
import struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from recognizer.gzip_files import UNREADABLE, open_uncompressed

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BYTES_OF_UINT8 = 0x08  # IDX's code for the type of the elements


class Damaged(Exception):
    """A file's content is not what it must be."""


class Pin(NamedTuple):
    """What one file must be: its dimensions, and the SHA-256 of its uncompressed content."""

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def header(self) -> bytes:
        """Two zeros, the element type, the number of dimensions, each dimension big-endian."""
        dimensions = len(self.shape)
        return struct.pack(f">4B{dimensions}I", 0, 0, BYTES_OF_UINT8, dimensions, *self.shape)

    @property
    def size(self) -> int:
        return len(self.header) + math.prod(self.shape)

    def array(self, content: bytes) -> NDArray[np.uint8]:
        """The elements of what `read` has returned, in the pin's dimensions."""
        elements = np.frombuffer(content, dtype=np.uint8, offset=len(self.header))
        return elements.reshape(self.shape)


def read(path: Path, pin: Pin) -> bytes:
    """A file's uncompressed content if it is the pinned one; raises `Damaged`.

    At most one byte more than the pinned size is unpacked, however much there is.
    """
    try:
        with open_uncompressed(path) as file:
            content = file.read(pin.size + 1)
    except UNREADABLE as error:
        raise Damaged(f"it cannot be read ({error})") from error
    if len(content) > pin.size:
        raise Damaged(f"it holds more than {pin.size:,} bytes")
    if not content.startswith(pin.header) or len(content) != pin.size:
        raise Damaged(f"it is no IDX file of {' x '.join(map(str, pin.shape))} bytes")
    if hashlib.sha256(content).hexdigest() != pin.sha256:
        raise Damaged("its SHA-256 is not the expected one")
    return content
