"""Image files of every make, whole and broken, and those made to do harm."""

from __future__ import annotations

import io
import random
import struct
import time
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from recognizer.exceptions import BadImage, InputError, OverLimit
from recognizer.preprocessing import decoding
from tests.support.drawings import picture

LIMITS = {"max_bytes": 8_000_000, "max_pixels": 40_000_000}
KINDS = ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"]


def decoded(data: bytes) -> np.ndarray:
    return decoding.decode(data, **LIMITS)


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def two_tone(mode: str = "L") -> Image.Image:
    """40 wide, 20 high: the left half black, the right half white."""
    values = np.zeros((20, 40), dtype=np.uint8)
    values[:, 20:] = 255
    return Image.fromarray(values).convert(mode)


def is_two_tone(grey: np.ndarray) -> bool:
    return grey.shape == (20, 40) and bool(grey[:, :18].max() < 40 and grey[:, 22:].min() > 215)


@pytest.mark.parametrize("kind", KINDS)
def test_it_works(kind: str) -> None:
    grey = decoded(picture(kind=kind))
    assert grey.shape == (280, 280)
    assert grey.dtype == np.uint8
    assert int(grey.min()) < 20
    assert int(np.median(grey)) > 235


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("1", "PNG"), ("L", "PNG"), ("P", "PNG"), ("RGB", "PNG"), ("RGBA", "PNG"), ("LA", "PNG"),
        ("P", "GIF"), ("CMYK", "JPEG"), ("RGB", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "JPEG"),
        ("I", "TIFF"), ("F", "TIFF"), ("LAB", "TIFF"),
    ],
)  # fmt: skip
def test_every_mode_keeps_dark_dark_and_light_light(mode: str, kind: str) -> None:
    image = two_tone("L") if mode == "LAB" else two_tone(mode)
    assert is_two_tone(decoded(file_of(image, kind)))


def test_sixteen_bits_are_scaled_not_cut_off() -> None:
    values = np.full((20, 40), 20_000, dtype=np.uint16)
    values[:, 20:] = 65_535
    grey = decoded(file_of(Image.fromarray(values)))
    assert set(np.unique(grey)) == {78, 255}


def test_sixteen_bits_that_hold_values_of_eight_are_read_by_these() -> None:
    values = np.full((20, 40), 30, dtype=np.uint16)
    values[:, 20:] = 240
    assert set(np.unique(decoded(file_of(Image.fromarray(values))))) == {30, 240}


@pytest.mark.parametrize(("kind", "noise"), [("PNG", 0), ("JPEG", 12)])
def test_red_on_green_as_bright_is_told_by_its_colour(kind: str, noise: int) -> None:
    colours = np.full((64, 64, 3), (60, 148, 60), dtype=np.uint8)
    colours[16:48, 16:48] = (205, 72, 72)
    assert np.ptp(np.asarray(Image.fromarray(colours).convert("L")).astype(int)) < 8
    grey = decoded(file_of(Image.fromarray(colours), kind))
    assert int(grey[32, 32]) - int(grey[4, 4]) > 90 - noise


@pytest.mark.parametrize("seed", range(40))
def test_brightness_is_flat_where_nearly_all_of_it_lies_within_a_few_levels(seed: int) -> None:
    chance = np.random.default_rng(seed)
    height, width = chance.integers(3, 200, 2)
    reach = int(chance.integers(0, 40))
    grey = chance.integers(100, 101 + reach, (height, width), dtype=np.uint8)
    ink = chance.random((height, width)) < chance.choice([0, 0.001, 0.003, 0.01])
    grey[ink] = 20

    levels = np.sort(grey.ravel())
    at = [int(np.ceil(share * levels.size)) - 1 for share in (0.002, 0.998)]
    low, high = levels[np.maximum(at, 0)].astype(int)

    assert decoding.is_flat(grey) == (high - low < 24)


def test_what_is_transparent_is_paper() -> None:
    image = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 20, 20))
    assert is_two_tone(decoded(file_of(image)))


def test_a_transparent_palette_colour_is_paper() -> None:
    image = Image.new("P", (40, 20), 1)
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.paste(0, (0, 0, 20, 20))
    assert is_two_tone(decoded(file_of(image, transparency=1)))


def test_a_phone_held_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to show
    turned = two_tone("RGB").transpose(Image.Transpose.ROTATE_90)
    assert is_two_tone(decoded(file_of(turned, "JPEG", exif=exif, quality=95)))


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_of_an_animation_is_read(kind: str) -> None:
    frames = [Image.new("RGB", (40, 20), "white")] * 3
    data = file_of(two_tone("RGB"), kind, save_all=True, append_images=frames)
    assert is_two_tone(decoded(data))


def test_one_pixel_is_an_image() -> None:
    assert decoded(file_of(Image.new("L", (1, 1), 7))).tolist() == [[7]]


def test_a_large_picture_costs_no_long_time() -> None:
    large = file_of(two_tone().resize((6000, 3000)), "JPEG")
    started = time.process_time()
    grey = decoded(large)
    assert time.process_time() - started < 5
    assert grey.shape == (3000, 6000)


def test_a_jpeg_of_too_many_scans_is_refused() -> None:
    """Each scan is a pass over all pixels, for sixty bytes."""
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
    progressive = file_of(two_tone(), "JPEG", progressive=True)
    assert decoded(progressive).shape == (20, 40)
    with pytest.raises(BadImage):
        decoded(progressive[:-2] + scan * 1000 + progressive[-2:])


def test_pictures_behind_the_first_and_previews_are_no_scans_of_it() -> None:
    """A phone's file may hold forty: an MPO of many pictures, each with its preview."""
    first, many = two_tone("RGB"), [Image.new("RGB", (40, 20), "white")] * 40
    data = file_of(first, "MPO", save_all=True, append_images=many, quality=95)
    assert data.count(b"\xff\xda\x00") > 32
    assert is_two_tone(decoded(data))


def test_a_pdf_is_told_what_to_do() -> None:
    with pytest.raises(BadImage) as refusal:
        decoded(b"\n\n%PDF-1.7\n1 0 obj")
    assert refusal.value.reason == "a_document"
    named = file_of(two_tone(), pnginfo=_said("%PDF-1.7"))
    assert is_two_tone(decoded(named))


def _said(text: str) -> PngInfo:
    info = PngInfo()
    info.add_text("Title", text)
    return info


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"not an image", b"%PDF-1.7\n", b"<svg></svg>"])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(BadImage) as refusal:
        decoded(data)
    assert (refusal.value.code, refusal.value.field) == ("bad_image", "image")


def test_formats_nobody_needs_are_not_even_tried() -> None:
    for kind in ("PPM", "TGA", "PCX", "ICO"):
        with pytest.raises(BadImage):
            decoded(file_of(two_tone(), kind))


def test_too_many_bytes() -> None:
    with pytest.raises(OverLimit):
        decoding.decode(picture(), max_bytes=100, max_pixels=10**9)


def test_too_many_pixels() -> None:
    with pytest.raises(OverLimit):
        decoding.decode(picture(), max_bytes=10**9, max_pixels=280 * 280 - 1)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("sides", [(6325, 6325), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_not_unpacked(sides: tuple[int, int]) -> None:
    started = time.process_time()
    with pytest.raises(OverLimit):
        decoded(bomb(*sides))
    assert time.process_time() - started < 1


@pytest.mark.parametrize("kind", KINDS)
def test_damage_of_any_kind_is_refused_or_read_but_never_an_error(kind: str) -> None:
    """Cut short, and with bits turned over: seeded, so that a finding can be seen again."""
    whole, chance = picture(kind=kind), random.Random(kind)
    broken = [whole[: chance.randrange(len(whole))] for _ in range(40)]
    for _ in range(120):
        bits = bytearray(whole)
        for _ in range(chance.randrange(1, 20)):
            bits[chance.randrange(min(len(bits), 600))] ^= 1 << chance.randrange(8)
        broken.append(bytes(bits))
    refused = 0
    for data in broken:
        try:
            assert decoded(data).ndim == 2
        except InputError:
            refused += 1
    assert refused >= 20
