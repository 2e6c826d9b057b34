"""HEIC and AVIF: read as any picture, apart from the process that answers, and bounded there."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from recognizer import pricing
from recognizer.exceptions import BadImage, OverLimit
from recognizer.picture_files import phone, phone_process
from recognizer.preprocessing import decoding
from recognizer.pricing import Budget
from tests import ROOT
from tests.support.heic import BOMB_SIDE, bomb, heic

pytestmark = pytest.mark.long

LIMITS = {"max_bytes": 8_000_000, "max_pixels": 40_000_000}
MOST_RESIDENT = 300  # MB


def avif(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "AVIF", speed=10, **options)  # type: ignore[arg-type]
    return file.getvalue()


def two_tone() -> Image.Image:
    """40 wide, 20 high: the left half black, the right half white."""
    image = Image.new("RGB", (40, 20), "white")
    image.paste("black", (0, 0, 20, 20))
    return image


@pytest.mark.parametrize("name", ["two_tone", "turned", "transparent"])
def test_it_works(name: str) -> None:
    """The left half black; `turned` says how it was held, and `transparent` has no paper."""
    grey = decoding.decode(heic(name), **LIMITS)
    assert grey.shape == (20, 40)
    assert grey[:, :18].max() < 60
    assert grey[:, 22:].min() > 200


def test_avif_is_read_and_turned() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = avif(two_tone().transpose(Image.Transpose.ROTATE_90), exif=exif, quality=95)
    grey = decoding.decode(turned, **LIMITS)
    assert grey.shape == (20, 40)
    assert grey[:, :18].max() < 60
    assert grey[:, 22:].min() > 200


def test_no_decoder_of_theirs_is_loaded_here() -> None:
    decoding.decode(heic("two_tone"), **LIMITS)
    assert "pi_heif" not in sys.modules


def test_nothing_of_the_file_but_pixels_goes_on() -> None:
    assert b"phone" in heic("two_tone")
    assert b"phone" not in phone.as_tiff(heic("two_tone"), most_pixels=64 * 64)


def test_it_has_a_budget_of_its_own() -> None:
    large = decoding.head(heic("large"), **LIMITS)
    assert pricing.MOST_PICTURE < large.cost() < pricing.MOST_APART
    batch = Budget(1.5 * large.cost())
    large.spend(Budget(pricing.MOST_PICTURE, within=batch))
    with pytest.raises(OverLimit):
        large.spend(Budget(pricing.MOST_PICTURE, within=batch))


# A small process that starts the program, and says what came of it and its memory in MB: a
# child's highest mark begins with that of whoever started it.
STARTER = """
import resource, subprocess, sys
from recognizer.picture_files import phone_process
program = [sys.executable, "-I", phone_process.__file__, sys.argv[1]]
done = subprocess.run(program, stdin=sys.stdin, capture_output=True)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000)
"""


def apart(data: bytes, most_pixels: int) -> tuple[int, float]:
    """The program's exit status and its memory at most, in MB."""
    command = [sys.executable, "-c", STARTER, str(most_pixels)]
    done = subprocess.run(command, input=data, cwd=ROOT, capture_output=True, check=True)
    status, memory = done.stdout.split()
    return int(status), float(memory)


# --- out to do harm -----------------------------------------------------------------


def with_extent(data: bytes, old: tuple[int, int], new: tuple[int, int]) -> bytes:
    """The file as if it were of another size."""
    extent = b"ispe\0\0\0\0"
    named = extent + struct.pack(">II", *old)
    assert named in data
    return data.replace(named, extent + struct.pack(">II", *new))


@pytest.mark.parametrize("name", ["grey", "coloured"])
def test_what_is_far_larger_than_its_boxes_say_is_bounded(name: str) -> None:
    """A few kilobytes that unfold to 144 million pixels, and to 500 MB if they were let."""
    file = with_extent(bomb(name), (BOMB_SIDE, BOMB_SIDE), (100, 100))
    assert len(file) < 10_000
    status, memory = apart(file, 100 * 100)
    assert memory < MOST_RESIDENT
    if status == 0:
        assert decoding.decode(file, **LIMITS).shape == (100, 100)
    else:
        with pytest.raises(BadImage):
            decoding.decode(file, **LIMITS)


def test_the_largest_that_is_read_stays_within_memory() -> None:
    large = heic("large")
    assert decoding.head(large, **LIMITS).pixels > 23_000_000
    status, memory = apart(large, 25_000_000)
    assert status == 0
    assert 100 < memory < MOST_RESIDENT


def test_too_many_pixels_are_refused_by_the_boxes() -> None:
    for side in (6_000, 2**31):
        huge = with_extent(heic("two_tone"), (64, 64), (side, side))
        with pytest.raises(OverLimit):
            decoding.head(huge, **LIMITS)


def test_who_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "forever.py"
    limited = Path(phone_process.__file__).read_text().replace("SECONDS = 3.0", "SECONDS = 0.3")
    program.write_text(limited.replace("sys.stdout.buffer.write(", "\n    while True: pass\n    ("))
    monkeypatch.setattr(phone, "_PROGRAM", program)
    started = time.monotonic()
    with pytest.raises(BadImage):
        phone.as_tiff(heic("two_tone"), most_pixels=64 * 64)
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("cut", [12, 30, 200, 400, 600])
def test_damage_is_refused(cut: int) -> None:
    with pytest.raises(BadImage):
        decoding.decode(heic("two_tone")[:cut], **LIMITS)


def test_other_films_and_boxes_are_no_pictures() -> None:
    for brand in (b"isom", b"qt  ", b"mp42"):
        assert phone.kind(struct.pack(">I", 16) + b"ftyp" + brand + bytes(4)) is None
    assert phone.kind(b"\0\0\0\x18ftypmif1\0\0\0\0avifmif1") == "AVIF"
    assert phone.kind(b"") is None
