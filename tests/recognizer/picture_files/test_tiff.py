"""JPEG in the strips of a TIFF, as scanners write it: read, priced by its passes, and bounded."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from recognizer.exceptions import BadImage
from recognizer.preprocessing import decoding

LIMITS = {"max_bytes": 8_000_000, "max_pixels": 40_000_000}
STRIP_OFFSETS, STRIP_SIZES = 273, 279


def scanned(rows: int = 2000, **options: object) -> bytes:
    """A sheet with a black bar on its left, in strips of sixteen rows or so."""
    sheet = np.full((rows, 400), 240, np.uint8)
    sheet[:, 100:140] = 20
    file = io.BytesIO()
    chosen = {"compression": "jpeg", "strip_size": 400 * 16, **options}
    Image.fromarray(sheet).save(file, "TIFF", **chosen)  # type: ignore[arg-type]
    return file.getvalue()


def strips_of(data: bytes) -> tuple[int, ...]:
    with Image.open(io.BytesIO(data)) as image:
        assert isinstance(image, TiffImagePlugin.TiffImageFile)
        offsets: tuple[int, ...] = image.tag_v2[STRIP_OFFSETS]
    return offsets


def test_it_works() -> None:
    data = scanned()
    assert len(strips_of(data)) > 100
    assert decoding.head(data, **LIMITS).passes == 1
    grey = decoding.decode(data, **LIMITS)
    assert grey.shape == (2000, 400)
    assert grey[:, 105:135].max() < 60
    assert grey[:, 200:].min() > 200


def test_every_strip_costs() -> None:
    few = decoding.head(scanned(strip_size=400 * 2000), **LIMITS)
    many = decoding.head(scanned(strip_size=400 * 8), **LIMITS)
    assert (few.parts, many.parts) == (1, 250)
    assert many.cost() > few.cost() + 4


def with_streams(made: bytes) -> bytes:
    """A TIFF of one strip -> the same, its strip replaced by a whole JPEG stream."""
    with Image.open(io.BytesIO(scanned(strip_size=10**7))) as image:
        assert isinstance(image, TiffImagePlugin.TiffImageFile)
        tags = {**image.tag_v2}
    data = scanned(strip_size=10**7)
    offset, size = tags[STRIP_OFFSETS][0], tags[STRIP_SIZES][0]
    at = data.index(struct.pack("<HHII", STRIP_SIZES, 4, 1, size)) + 8
    place = data.index(struct.pack("<HHII", STRIP_OFFSETS, 4, 1, offset)) + 8
    changed = bytearray(data)
    changed[at : at + 4] = struct.pack("<I", len(made))
    changed[place : place + 4] = struct.pack("<I", len(data))
    return bytes(changed) + made


def test_passes_within_a_strip_are_counted() -> None:
    file = io.BytesIO()
    Image.new("L", (400, 2000), 240).save(file, "JPEG", progressive=True)
    progressive = file.getvalue()
    assert decoding.head(with_streams(progressive), **LIMITS).passes == 6
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
    with pytest.raises(BadImage) as refusal:
        decoding.head(with_streams(progressive[:-2] + scan * 40), **LIMITS)
    assert refusal.value.reason == "too_many_scans"


@pytest.mark.parametrize("compression", ["jpeg", "tiff_lzw"])
def test_strips_that_share_their_bytes_are_refused(compression: str) -> None:
    """Else a small file would hold the work of a large one."""
    data = bytearray(scanned(compression=compression))
    with Image.open(io.BytesIO(bytes(data))) as image:
        assert isinstance(image, TiffImagePlugin.TiffImageFile)
        sizes = image.tag_v2[STRIP_SIZES]
    kind, each = next(
        (kind, struct.pack(f"<{len(sizes)}{kind}", *sizes))
        for kind in "HI"
        if struct.pack(f"<{len(sizes)}{kind}", *sizes) in data
    )
    at = data.index(each)
    data[at : at + len(each)] = struct.pack(f"<{len(sizes)}{kind}", *[len(data) // 2] * len(sizes))
    with pytest.raises(BadImage):
        decoding.head(bytes(data), **LIMITS)
