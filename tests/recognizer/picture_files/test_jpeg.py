"""A JPEG's structure is what a decoder makes of it, whatever lies in its segments or behind it."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from PIL import Image

from recognizer.exceptions import BadImage
from recognizer.picture_files import jpeg

SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"


def file_of(mode: str = "RGB", **options: object) -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (40, 40), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(file, "JPEG", **options)  # type: ignore[arg-type]
    return file.getvalue()


def test_it_works() -> None:
    assert jpeg.structure(file_of()).passes == 1
    assert jpeg.structure(file_of(progressive=True)).passes == 10
    assert jpeg.structure(file_of("L", progressive=True)).passes == 6


def test_previews_and_what_comes_behind_are_no_part_of_it() -> None:
    plain = file_of()
    preview = b"\xff\xe1" + (len(plain) + 2).to_bytes(2, "big") + plain
    with_both = plain[:2] + preview * 3 + plain[2:] + plain * 40
    assert jpeg.structure(with_both).scans == 1


def test_restarts_and_stuffed_bytes_are_data() -> None:
    assert jpeg.structure(file_of(restart_marker_rows=1)).scans == 1


def test_a_stream_within_a_file_has_its_own_scans() -> None:
    plain, many = file_of(), file_of(progressive=True)
    assert jpeg.structure(many + plain, len(many)).scans == 1
    unfinished = plain[:-2]
    assert jpeg.structure(unfinished + many, 0, len(unfinished)).scans == 1


def test_too_many_scans_or_segments_are_refused_soon() -> None:
    plain = file_of()
    for more in (SCAN * 33, b"\xff\xfe\0\2" * 2_000_000, b"\xff\xda" * 4_000_000):
        started = time.process_time()
        with pytest.raises(BadImage):
            jpeg.structure(plain[:-2] + more + plain[-2:])
        assert time.process_time() - started < 0.5


def test_arithmetic_coding_is_refused() -> None:
    arithmetic = file_of().replace(b"\xff\xc0\x00", b"\xff\xc9\x00")
    with pytest.raises(BadImage):
        jpeg.structure(arithmetic)


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff\xda", b"\xff\xda\0", b"\xff\xd8\xff\xd9"])
def test_what_ends_early_has_none(data: bytes) -> None:
    assert jpeg.structure(data).passes == 1
