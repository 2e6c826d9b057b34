"""Image files made by chance, of every kind and make, many of them damaged or out to do harm."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, PngImagePlugin

from tests.support.drawings import picture
from tests.support.heic import heic

Maker = Callable[[random.Random], bytes]

# What each format can store, as Pillow writes it.
MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK", "YCbCr"),
    "WEBP": ("L", "RGB", "RGBA"),
    "GIF": ("1", "L", "P", "RGB"),
    "BMP": ("1", "L", "P", "RGB", "RGBA"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"),
    "AVIF": ("L", "LA", "RGB", "RGBA"),
}
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "PNG": [{}, {"compress_level": 0}, {"transparency": 0}, {"dpi": (0, 0)}],
    "JPEG": [{}, {"progressive": True}, {"quality": 1}, {"restart_marker_rows": 1}],
    "WEBP": [{}, {"lossless": True}, {"quality": 0}],
    "GIF": [{}, {"interlace": 1}, {"transparency": 0}],
    "BMP": [{}],
    "TIFF": [{}, {"compression": "tiff_lzw"}, {"compression": "packbits"}],
    "AVIF": [{"speed": 10}, {"speed": 10, "quality": 1}, {"speed": 10, "subsampling": "4:4:4"}],
}
SIDES = (1, 2, 3, 7, 28, 29, 64, 150)
EXIF = (0, 3, 6, 8, 9, 65_535, "6", b"\xff" * 9, (1, 2))


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def drawn(rng: random.Random, mode: str = "RGB") -> Image.Image:
    """A line or two on paper of any size, one pixel wide at the least, or nothing but noise."""
    size = (rng.choice(SIDES), rng.choice(SIDES))
    if rng.random() < 0.1:
        size = rng.choice([(1, 3_000), (3_000, 1), (2, 2_000), (2_500, 3)])
    image = Image.new("L", size, rng.choice([255, 255, 200, 0]))
    ink = ImageDraw.Draw(image)
    for _ in range(rng.randrange(4)):
        line = [(rng.randrange(-9, size[0] + 9), rng.randrange(-9, size[1] + 9)) for _ in range(4)]
        ink.line(line, fill=rng.randrange(256), width=rng.choice([1, 5, 30]))
    if rng.random() < 0.2:
        image = Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))
    return _in_mode(image, mode, rng)


def _in_mode(image: Image.Image, mode: str, rng: random.Random) -> Image.Image:
    if mode == "F":
        odd = np.array([np.nan, np.inf, -np.inf, 1e38, -1.0, 0.0], dtype=np.float32)
        values = np.asarray(image, dtype=np.float32) / rng.choice([1, 255, 1e-30])
        values.flat[:: rng.choice([1, 7, 100])] = rng.choice(odd)
        return Image.fromarray(values)
    if mode == "I":
        return Image.fromarray(np.asarray(image, dtype=np.int32) * rng.choice([1, -1, 8_000_000]))
    if mode == "I;16":
        return Image.fromarray(np.asarray(image, dtype=np.uint16) * 257)
    if mode == "LAB":
        return Image.merge("LAB", [image] * 3)
    return image.convert(mode)


def ordinary(rng: random.Random) -> bytes:
    kind = rng.choice(list(MODES))
    image = drawn(rng, rng.choice(MODES[kind]))
    options = rng.choice(OPTIONS[kind])
    if "transparency" in options and image.mode not in ("L", "P"):
        options = {}
    return saved(image, kind, **options)


def with_notes(rng: random.Random) -> bytes:
    """EXIF of every orientation and none, and of wrong types."""
    notes = Image.Exif()
    kind = rng.choice(["JPEG", "PNG", "WEBP", "TIFF"])
    orientation = rng.choice(EXIF)
    image = drawn(rng)
    if isinstance(orientation, int):
        notes[0x0112] = orientation
        return saved(image, kind, exif=notes)
    # Pillow writes no wrong type, so the value of another tag gets the orientation's number.
    notes[0x013B] = str(orientation)
    written = notes.tobytes().replace(b"\x3b\x01", b"\x12\x01").replace(b"\x01\x3b", b"\x01\x12")
    return saved(image, rng.choice(["JPEG", "PNG", "WEBP"]), exif=written)


def animated(rng: random.Random) -> bytes:
    kind = rng.choice(["GIF", "PNG", "WEBP", "TIFF"])
    frames = [drawn(rng, "RGB") for _ in range(rng.randrange(1, 5))]
    if kind != "TIFF":  # the pages of a TIFF may each have a size of their own
        frames = [frame.resize(frames[0].size) for frame in frames]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:])


def chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def bomb(rng: random.Random) -> bytes:
    """A PNG that unpacks to other sizes, depths or amounts than it says, or to more than fits."""
    sides = (0, 1, 28, 300, 65_535, 2**31 - 1, 2**32 - 1)
    head = struct.pack(
        ">IIBBBBB",
        rng.choice(sides),
        rng.choice(sides),
        rng.choice([1, 2, 4, 8, 16, 0, 32]),
        rng.choice([0, 2, 3, 4, 6, 1]),
        *(rng.choice([0, 0, 0, 1]) for _ in range(3)),  # the last for interlaced rows
    )
    rows = zlib.compress(b"\0" * rng.choice([0, 1, 10_000, 3_000_000]))
    text = b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * rng.choice([10, 5_000_000]))
    palette = b"PLTE", rng.randbytes(rng.choice([0, 3, 7, 768]))
    parts = [(b"IHDR", head), text, palette, (b"IDAT", rows), (b"IEND", b"")]
    kept = [part for part in parts if rng.random() < 0.85]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in kept)


def with_texts(rng: random.Random) -> bytes:
    """Beside the picture what readers of other parts of a file stumble over."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Description", "\u202e\0".join("אב" for _ in range(rng.choice([1, 500]))))
    info.add_text("Raw profile type exif", rng.choice(["\n exif\n 9\nzz", "", "\n" * 99]))
    info.add(b"eXIf", rng.randbytes(20))
    return saved(drawn(rng), "PNG", pnginfo=info, icc_profile=rng.randbytes(rng.choice([0, 300])))


def scanned(rng: random.Random) -> bytes:
    """JPEG in the strips of a TIFF."""
    image = drawn(rng, rng.choice(["L", "RGB"]))
    strip = image.width * 8 * rng.choice([1, 3, 9, 100])
    return saved(image, "TIFF", compression="jpeg", strip_size=strip)


def of_many(rng: random.Random) -> bytes:
    """An MPO: pictures behind one another, an index before them."""
    frames = [drawn(rng, "RGB") for _ in range(rng.choice([2, 3, 40]))]
    return saved(frames[0], "MPO", save_all=True, append_images=frames[1:])


def of_a_phone(rng: random.Random) -> bytes:
    """HEIC, or AVIF of another size than its boxes say."""
    if rng.random() < 0.5:
        return heic(rng.choice(["two_tone", "turned", "transparent"]))
    data = saved(drawn(rng), "AVIF", speed=10)
    at = data.index(b"ispe\0\0\0\0") + 8
    size = struct.pack(">II", *(rng.choice([0, 1, 28, 3_000, 2**32 - 1]) for _ in range(2)))
    return data[:at] + size + data[at + 8 :]


def no_picture(rng: random.Random) -> bytes:
    starts = (b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", b"BM")
    others = (b"II*\0", b"MM\0*", b"%PDF-1.7\n", b"<svg xmlns='x'/>", b"PK\3\4", b"\x1f\x8b\x08")
    return rng.choice(starts + others) + rng.randbytes(rng.choice([0, 1, 30, 3_000]))


MAKERS: list[Maker] = [
    ordinary, with_notes, animated, bomb, with_texts, no_picture, scanned, of_many, of_a_phone,
]  # fmt: skip


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The file cut off, with bits turned, or with a piece of it lost, doubled or foreign."""
    content = bytearray(data or b"\0")
    at = rng.randrange(len(content))
    length = rng.choice([1, 4, 50])
    kind = rng.randrange(6)
    if kind == 0:
        del content[at:]
    elif kind == 1:
        for _ in range(rng.choice([1, 10])):
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    elif kind == 2:
        del content[at : at + length]
    elif kind == 3:
        content[at:at] = content[at : at + length] * rng.choice([1, 20])
    elif kind == 4:
        content[at : at + length] = rng.choice([b"\0", b"\xff"]) * length
    else:
        content += rng.choice([rng.randbytes(100), picture(), b"\0" * 10_000])
    return bytes(content)


def hostile_picture(seed: int, number: int) -> tuple[str, bytes]:
    """The picture of this number, by which a failure is found again, and what it is."""
    rng = random.Random(f"{seed} {number}")
    maker = MAKERS[number % len(MAKERS)]
    data = maker(rng)
    if rng.random() < 0.5:
        return f"{maker.__name__}, damaged", damaged(data, rng)
    return maker.__name__, data
