"""HEIC files, which nothing that is installed here can write: see `tests/support/pictures`.

They were made by pillow-heif 1.4.0, whose encoder is under the GPL, at a quality of 90:
`two_tone`, 40 wide and 20 high, is black on its left and white on its right, with an EXIF block
that names a phone; `turned` is the same by a turned camera, `transparent` without its paper.
`large` (5,600 by 4,200, quality 30) is a 4 by a broad pen on a light sheet.

Two AVIF files are there because Pillow takes five seconds to write one: `bomb_grey` and
`bomb_coloured` (`Image.new("L", (12_000, 12_000), "white")`, likewise "RGB", speed 10).
"""

from __future__ import annotations

from pathlib import Path

_PICTURES = Path(__file__).with_name("pictures")
BOMB_SIDE = 12_000


def heic(name: str) -> bytes:
    """The file of this name."""
    return (_PICTURES / f"{name}.heic").read_bytes()


def bomb(name: str) -> bytes:
    """A white AVIF file of `BOMB_SIDE` to either side: `grey` or `coloured`."""
    return (_PICTURES / f"bomb_{name}.avif").read_bytes()
