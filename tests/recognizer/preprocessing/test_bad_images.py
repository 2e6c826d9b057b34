"""Image files that are broken, hostile or merely unusual, at every door that takes images."""

from __future__ import annotations

import io
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from PIL import Image, ImageChops, ImageOps
from rest_framework.test import APIClient

from recognizer.exceptions import InputError
from recognizer.models import Contributor, Drawing
from recognizer.preprocessing.glyph import Glyph
from recognizer.services.predictions import prepare
from recognizer.submission import Submission
from tests.support.api import (
    BATCH,
    DRAWINGS,
    PREDICT,
    error_of,
    image_files,
)
from tests.support.drawings import SEVEN, as_file, in_base64, picture

# Of the processor, for all doors together.
LONGEST_SECONDS = 3.0

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("live_model")]

RefusedEverywhere = Callable[[Any], tuple[int, dict[str, Any]]]


@pytest.fixture
def refused(visitor: APIClient) -> Iterator[RefusedEverywhere]:
    """Sends an image to every door: all refuse it alike, at once, and keep nothing."""

    def at_every_door(image: Any) -> tuple[int, dict[str, Any]]:
        value = in_base64(image) if isinstance(image, bytes) else image
        answers = [visitor.post(path, {"image": value}) for path in (PREDICT, DRAWINGS)]
        if isinstance(image, bytes):
            form = {"image": as_file(image), "number": "true"}
            answers.append(visitor.post(PREDICT, form, format="multipart"))
        (in_batch,) = visitor.post(BATCH, {"items": [{"image": value}]}).json()["items"]
        assert in_batch == answers[0].json()
        assert len({answer.status_code for answer in answers}) == 1
        assert len({error_of(answer)["code"] for answer in answers}) == 1
        return answers[0].status_code, error_of(answers[0])

    started = time.process_time()
    yield at_every_door
    assert time.process_time() - started < LONGEST_SECONDS
    assert not Drawing.objects.exists()
    assert not Contributor.objects.exists()
    assert image_files() == []


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def seven() -> Image.Image:
    """A clear seven, dark on light."""
    return Image.open(io.BytesIO(picture(SEVEN))).convert("L")


def png(width: int, height: int, content: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """A grey PNG of any declared size, with any pixel data and further chunks."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), *more, (b"IDAT", zlib.compress(content, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def test_it_works(refused: RefusedEverywhere) -> None:
    status, error = refused(b"no image at all")
    assert (status, error["code"], error["field"]) == (400, "bad_image", "image")


# --- what is no image -------------------------------------------------------------


@pytest.mark.parametrize("value", [None, 4, 4.5, True, [], {}, [1, 2], {"data": "x"}], ids=str)
def test_an_image_of_a_wrong_type_is_refused(refused: RefusedEverywhere, value: Any) -> None:
    status, error = refused(value)
    assert (status, error["code"], error["field"]) == (400, "bad_image", "image")


@pytest.mark.parametrize(
    "value",
    ["", " ", "!", "A", "AAAA", "Ünïcode", "=" * 100, "data:image/png;base64,", "data:image/png,x"],
)
def test_what_is_no_base64_of_an_image_is_refused(refused: RefusedEverywhere, value: str) -> None:
    status, error = refused(value)
    assert (status, error["code"], error["field"]) == (400, "bad_image", "image")


@pytest.mark.parametrize(
    "value",
    ["data:", "data:,", "data:text/html;base64,AAAA", "data:;base64,AAAA", "data:video/mp4,x"],
)
def test_a_data_url_of_something_else_is_refused(refused: RefusedEverywhere, value: str) -> None:
    status, error = refused(value)
    assert (status, error["code"], error["field"]) == (415, "unsupported_media_type", "image")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', id="SVG"),
        pytest.param(
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run", id="EPS"
        ),
        pytest.param(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", id="PDF"),
        pytest.param(b"<!DOCTYPE html><script>alert(1)</script>", id="HTML"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="the first bytes of a PNG"),
        pytest.param(b"\xff\xd8\xff\xe0", id="the first bytes of a JPEG"),
        pytest.param(b"GIF89a", id="the first bytes of a GIF"),
        pytest.param(b"BM" + b"\xff" * 60, id="a BMP of nonsense"),
        pytest.param(b"II*\0\x08\0\0\0\xff\xff" + b"\xff" * 200, id="a TIFF of nonsense"),
        pytest.param(b"RIFF\xff\xff\xff\xffWEBPVP8 " + b"\0" * 64, id="a WEBP of nonsense"),
        pytest.param(b"P5 10000000 10000000 255\n", id="a PGM"),
        pytest.param(bytes(100_000), id="zeros"),
    ],
)
def test_files_of_other_kinds_are_refused(refused: RefusedEverywhere, content: bytes) -> None:
    status, error = refused(content)
    assert (status, error["code"]) == (400, "bad_image")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_image_is_refused(refused: RefusedEverywhere, kind: str, share: float) -> None:
    content = saved(Image.effect_noise((200, 200), 90), kind)
    status, error = refused(content[: int(len(content) * share)])
    assert (status, error["code"]) == (400, "bad_image")


def test_an_image_with_a_wrong_checksum_is_refused(refused: RefusedEverywhere) -> None:
    content = bytearray(picture(SEVEN))
    content[len(content) // 2] ^= 0xFF
    status, error = refused(bytes(content))
    assert (status, error["code"]) == (400, "bad_image")


# --- what would be too much -------------------------------------------------------


def huge(kind: str) -> bytes:
    """A small file of an image above the limit, whole and true to its header."""
    side = int(settings.LIMITS["image_pixels"] ** 0.5) + 10
    if kind == "PNG":
        return png(side, side, bytes((side + 1) * side))
    options = {"TIFF": {"compression": "tiff_lzw"}, "GIF": {}, "JPEG": {"quality": 5}}[kind]
    return saved(Image.new("L", (side, side), 255), kind, **options)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "TIFF", "JPEG"])
def test_a_decompression_bomb_is_refused(refused: RefusedEverywhere, kind: str) -> None:
    content = huge(kind)
    assert len(content) < 1_000_000
    started = time.process_time()
    status, error = refused(content)
    assert time.process_time() - started < 0.5
    assert (status, error["code"], error["field"]) == (413, "too_large", "image")


@pytest.mark.parametrize(
    ("width", "height"), [(2**31 - 1, 2**31 - 1), (2**31 - 1, 1), (1, 2**31 - 1), (100_000, 9_000)]
)
def test_a_huge_size_need_only_be_declared(
    refused: RefusedEverywhere, width: int, height: int
) -> None:
    status, error = refused(png(width, height, b"\0" * 1000))
    assert status in (400, 413)
    assert error["code"] in ("bad_image", "too_large")


def test_a_size_of_nothing_is_refused(refused: RefusedEverywhere) -> None:
    for width, height in ((0, 0), (0, 10), (10, 0)):
        assert refused(png(width, height, b""))[0] == 400


def test_a_comment_that_unpacks_to_200_megabytes_does_no_harm(refused: RefusedEverywhere) -> None:
    comment = b"Comment\0\0" + zlib.compress(bytes(200_000_000), 1)
    status, error = refused(png(9, 9, b"\0" * 90, (b"zTXt", comment)))
    assert (status, error["code"]) in [(400, "bad_image"), (400, "blank")]


def test_a_batch_of_large_images_is_refused_and_one_with_a_bad_one_is_not(
    visitor: APIClient,
) -> None:
    large = {"image": in_base64(saved(seven().resize((2000, 2000))))}
    small = {"image": in_base64(picture(SEVEN))}
    too_large = {"image": in_base64(saved(seven().resize((4000, 4000))))}
    assert visitor.post(PREDICT, large).status_code == 200
    *few, bad = visitor.post(BATCH, {"items": [large, small, too_large]}).json()["items"]
    assert [one["digit"] for one in few] == [7, 7]
    assert bad["error"]["code"] == "too_large"
    assert visitor.post(BATCH, {"items": [large] * 50}).status_code == 413


def test_a_file_above_the_limit_is_refused(refused: RefusedEverywhere) -> None:
    content = picture(SEVEN) + bytes(settings.LIMITS["image_bytes"])
    status, error = refused(content)
    assert (status, error["code"], error["field"]) == (413, "too_large", "image")


# --- where there is nothing to read -----------------------------------------------


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(Image.new("L", (1, 1), 0), id="1x1"),
        pytest.param(Image.new("L", (1, 1), 255), id="1x1, white"),
        pytest.param(Image.new("L", (1, 2000), 0), id="1x2000"),
        pytest.param(Image.new("L", (280, 280), 255), id="white"),
        pytest.param(Image.new("L", (280, 280), 0), id="black"),
        pytest.param(Image.new("RGBA", (280, 280), (0, 0, 0, 0)), id="transparent"),
        pytest.param(Image.linear_gradient("L"), id="a shadow"),
    ],
)
def test_an_image_of_nothing_is_blank(refused: RefusedEverywhere, image: Image.Image) -> None:
    status, error = refused(saved(image))
    assert (status, error["code"], error["field"]) == (400, "blank", "image")


@pytest.mark.parametrize("number", [True, False])
def test_no_picture_is_too_odd(number: bool) -> None:
    """Of every shape and every amount of ink: glyphs come out of it, or a refusal."""
    rng = np.random.default_rng(4)
    for _ in range(150):
        shape = rng.integers(1, 70, size=2)
        ink = rng.random(shape) < rng.choice([0.0, 0.02, 0.3, 0.7, 1.0])
        pixels = np.where(ink, rng.integers(0, 256), rng.integers(0, 256)).astype(np.uint8)
        sent = Submission(image=saved(Image.fromarray(pixels)), number=number)
        try:
            prepared = prepare(sent)
        except InputError:
            continue
        if isinstance(prepared, Glyph):
            glyphs = [prepared]
        else:
            glyphs = [glyph for line in prepared for glyph in line.glyphs]
        assert 1 <= len(glyphs) <= 200
        assert all(glyph.pixels.shape == (28, 28) for glyph in glyphs)
        assert all(glyph.pixels.dtype == np.uint8 and glyph.pixels.any() for glyph in glyphs)


# --- unusual, and read ------------------------------------------------------------


def rotated(orientation: int, method: Image.Transpose) -> bytes:
    """A photograph by a camera that was held differently, and says so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(seven().transpose(method), "JPEG", exif=exif)


def in_colour(**mask: Any) -> Image.Image:
    """Black ink on nothing at all."""
    image = Image.new("RGBA", (280, 280), (0, 0, 0, 0))
    image.putalpha(ImageOps.invert(seven()))
    return image


def unusual() -> dict[str, bytes]:
    blank, plain = Image.new("L", (280, 280), 255), seven()
    sixteen_bit = plain.point(lambda value: value * 257, "I").convert("I;16")
    return {
        "CMYK": saved(plain.convert("CMYK"), "JPEG"),
        "16-bit": saved(sixteen_bit),
        "16-bit TIFF": saved(sixteen_bit, "TIFF"),
        "alpha": saved(in_colour()),
        "grey with alpha": saved(in_colour().convert("LA")),
        "palette": saved(plain.convert("P")),
        "palette with alpha": saved(in_colour().quantize(8)),
        "two colours": saved(plain.convert("1")),
        "white on black": saved(ImageOps.invert(plain)),
        "YCbCr": saved(plain.convert("YCbCr"), "JPEG"),
        "progressive": saved(plain, "JPEG", progressive=True),
        "bitmap": saved(plain, "BMP"),
        "animated GIF": saved(plain, "GIF", save_all=True, append_images=[blank] * 3),
        "animated PNG": saved(plain, "PNG", save_all=True, append_images=[blank] * 3),
        "animated WEBP": saved(plain, "WEBP", save_all=True, append_images=[blank] * 3),
        "turned left": rotated(6, Image.Transpose.ROTATE_90),
        "turned right": rotated(8, Image.Transpose.ROTATE_270),
        "upside down": rotated(3, Image.Transpose.ROTATE_180),
        "mirrored": rotated(2, Image.Transpose.FLIP_LEFT_RIGHT),
    }


@pytest.mark.parametrize("name", unusual())
def test_unusual_images_are_read(visitor: APIClient, name: str) -> None:
    response = visitor.post(PREDICT, {"image": in_base64(unusual()[name])})
    assert response.status_code == 200, response.content
    assert response.json()["digit"] == 7


def test_the_camera_s_notes_are_heeded_and_not_kept(visitor: APIClient) -> None:
    content = rotated(6, Image.Transpose.ROTATE_90)
    stored = visitor.post(DRAWINGS, {"image": in_base64(content), "source": "camera"})
    assert stored.json()["prediction"]["digit"] == 7
    with Drawing.objects.get().image.open() as file, Image.open(file) as kept:
        assert not kept.getexif()
        assert kept.size == seven().size
        difference = ImageChops.difference(kept, seven().convert("L"))
        assert np.asarray(difference).mean() < 1  # upright, but for what JPEG loses
