"""HEIC and AVIF: what phones write, decoded in a process of its own.

A file of 1,500 bytes can hold a picture of 12,000 pixels a side behind boxes that say 100, and
Pillow's decoder believes the picture. So these decoders run apart, within limits of time and
memory that the system keeps (`phone_process`), and in a web process none of them is loaded.
"""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import threading
from pathlib import Path

from recognizer.exceptions import BadImage

_PROGRAM = Path(__file__).with_name("phone_process.py")
_PATIENCE = 20.0  # seconds by the clock, on a machine that has much else to do
# One at a time in each web process, whose memory is counted in `pricing`.
_ALONE = threading.Lock()

# ISO/IEC 14496-12: the first box of a file names its kind, then those it is compatible with.
_AVIF = frozenset([b"avif", b"avis"])
_HEIC = frozenset([b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"])
# The size of an image, or of a tile of one, ISO/IEC 23008-12.
_EXTENT = re.compile(rb"ispe\0\0\0\0(.{8})", re.DOTALL)
_MAX_EXTENTS = 10_000


def kind(data: bytes) -> str | None:
    """The file's format by how it begins, "AVIF" or "HEIF"; None for every other."""
    if data[4:8] != b"ftyp":
        return None
    size = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[at : at + 4] for at in (8, *range(16, size - 3, 4))}
    if brands & _AVIF:
        return "AVIF"
    return "HEIF" if brands & _HEIC else None


def size(data: bytes) -> tuple[int, int]:
    """The largest [width, height] that the file names. Raises `BadImage` where it names none."""
    extents = [struct.unpack(">II", found[1]) for found in _EXTENT.finditer(data)]
    if not extents or len(extents) > _MAX_EXTENTS:
        raise BadImage("not_an_image", field="image")
    return max(extents, key=lambda extent: extent[0] * extent[1])


def as_tiff(data: bytes, *, most_pixels: int) -> bytes:
    """The file -> an uncompressed TIFF of its first picture, grey and upright.

    Raises `BadImage` for what is damaged, larger than `most_pixels`, or beyond the limits.
    """
    command = [sys.executable, "-I", str(_PROGRAM), str(most_pixels)]
    with _ALONE:
        try:
            done = subprocess.run(  # noqa: S603 - nothing in it comes from outside
                command, input=data, capture_output=True, timeout=_PATIENCE
            )
        except subprocess.TimeoutExpired as error:
            raise BadImage("not_an_image", field="image") from error
    if done.returncode != 0:
        raise BadImage("not_an_image", field="image")
    return done.stdout
