"""From the bytes of an image file to grey pixels, however the file was made."""

from __future__ import annotations

import io
import re
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from recognizer.exceptions import BadImage, InputError, OverLimit
from recognizer.picture_files import jpeg, phone, tiff
from recognizer.pricing import Budget, PictureFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
# Pillow reads a file's chunks, segments and blocks one by one, in Python. Eight
# megabytes of empty ones would keep it busy for seconds; no real file has so many.
_MAX_READS = 30_000
# Programs may put something before it.
_PDF, _PDF_WITHIN = b"%PDF-", 1024
# Bytes of a pixel where they are not its channels; where a PNG names the bits of a channel.
_SAMPLES = {"L": 1, "I": 4, "F": 4, "I;16": 2, "I;16B": 2}
_PNG_DEPTH = 24
# White in files of more than 8 bits a channel: of 1, 8, 10, 12, 14 and 16 bits.
_WHITES = (1.0, 255.0, 1023.0, 4095.0, 16383.0, 65535.0)
# What is nowhere darker cannot be seen on white paper.
_WHITE = 240
# Grey levels: where all but this share at either end differ by less, brightness tells nothing.
_FLAT, _FEW = 24, 0.002
_SOME = 8  # every so many rows and columns
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Far over our own limit Pillow warns when it has read the size, and further still
# it refuses. One way of saying so is enough.
warnings.simplefilter("error", Image.DecompressionBombWarning)


# How the files begin that every browser shows by itself.
_SHOWN = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
    "image/bmp": re.compile(rb"BM"),
}


def kind_in_browsers(data: bytes) -> str | None:
    """The media type of an image file that browsers show; None for others, such as TIFF."""
    return next((kind for kind, start in _SHOWN.items() if start.match(data)), None)


def head(data: bytes, *, max_bytes: int, max_pixels: int) -> PictureFile:
    """What an image file says of itself. Raises `OverLimit` and `BadImage`; decodes nothing."""
    if (kind := phone.kind(data)) is not None:
        return _phone_file(data, kind, max_bytes, max_pixels)
    with _opened(data, max_bytes, max_pixels) as (_, file):
        return file


def decode(
    data: bytes, *, max_bytes: int, max_pixels: int, budget: Budget | None = None
) -> NDArray[np.uint8]:
    """An image file -> (height, width) uint8, 0 black to 255 white, upright, on white.

    Of an animation it is the first picture. Raises `OverLimit`, before any pixel
    is decoded, or `BadImage`.
    """
    budget = budget or Budget()
    if (kind := phone.kind(data)) is not None:
        file = _phone_file(data, kind, max_bytes, max_pixels)
        file.spend(budget)
        made = phone.as_tiff(data, most_pixels=file.pixels)
        return decode(made, max_bytes=len(made), max_pixels=max_pixels)
    with _opened(data, max_bytes, max_pixels) as (image, file):
        file.spend(budget)
        # A JPEG's brightness is stored by itself. To decode nothing else halves
        # the time; to decode it at a smaller scale too would save little more.
        image.draft("L", None)
        image.load()
        # Pillow itself turns a TIFF, and then no longer names its orientation.
        turn = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
        pixels = _pixels(_grey(image), turn)
        if is_flat(pixels) and (told := _by_colour(image, data, file, budget)) is not None:
            pixels = _pixels(told, turn)
        return pixels


def _phone_file(data: bytes, kind: str, max_bytes: int, max_pixels: int) -> PictureFile:
    """By its boxes alone: what is behind them is opened in a process of its own."""
    _check_bytes(data, max_bytes)
    width, height = phone.size(data)
    file = PictureFile(
        format=kind, mode="L", pixels=width * height, samples=1, layers=1, passes=1, size=len(data)
    )
    _check_pixels(file, max_pixels)
    return file


@contextmanager
def _opened(
    data: bytes, max_bytes: int, max_pixels: int
) -> Iterator[tuple[Image.Image, PictureFile]]:
    """An image that is within the limits, none of it decoded yet.

    Whatever is raised in between, Pillow's errors included, comes out as an `InputError`.
    """
    _check_bytes(data, max_bytes)
    try:
        with Image.open(_Patience(data), formats=FORMATS) as image:
            file = _file(image, data)
            _check_pixels(file, max_pixels)
            yield image, file
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many(max_pixels) from error
    except InputError:
        raise
    except Exception as error:  # Pillow raises whatever the damaged part leads to.
        if _PDF in data[:_PDF_WITHIN]:
            raise BadImage("a_document", field="image") from error
        raise BadImage("not_an_image", field="image") from error


def _file(image: Image.Image, data: bytes) -> PictureFile:
    is_jpeg = image.format in ("JPEG", "MPO")
    layers = len(image.getbands())
    # Of a JPEG's colours the brightness alone is decoded.
    mode = "L" if is_jpeg and layers == 3 else image.mode
    deep = image.format == "PNG" and layers > 1 and data[_PNG_DEPTH] == 16
    parts, passes = 1, 1
    if is_jpeg:
        passes = jpeg.structure(data).passes
    elif isinstance(image, TiffImageFile):
        parts, passes = tiff.parts_and_passes(image.tag_v2, data)
    return PictureFile(
        format="JPEG" if is_jpeg else str(image.format),
        mode=mode,
        pixels=image.width * image.height,
        samples=_SAMPLES.get(mode, layers) * (2 if deep else 1),
        layers=layers,
        passes=passes,
        size=len(data),
        parts=parts,
    )


def _check_bytes(data: bytes, most: int) -> None:
    if len(data) > most:
        raise OverLimit("too_many_bytes", field="image", most=most)


def _check_pixels(file: PictureFile, most: int) -> None:
    most = min(most, file.most_pixels())
    if file.pixels > most:
        raise _too_many(most)


def _too_many(most: int) -> OverLimit:
    return OverLimit("too_many_pixels", field="image", most=most)


def _pixels(grey: Image.Image, turn: Image.Transpose | None) -> NDArray[np.uint8]:
    """Mode L -> an array, upright. Pillow would hand it over by way of two more copies of it."""
    if turn is not None:
        grey = grey.transpose(turn)
    pixels = np.empty(grey.size[::-1], dtype=np.uint8)
    shared = Image.frombuffer("L", grey.size, pixels, "raw", "L", 0, 1)
    shared.readonly = 0  # So it is pasted into the array itself.
    shared.paste(grey)
    return pixels


class _Patience(io.BytesIO):
    """A file that is read from only so often."""

    _reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads > _MAX_READS:
            raise BadImage("too_many_parts", field="image")
        return super().read(size)


def _grey(image: Image.Image) -> Image.Image:
    """Any mode that the formats know -> mode L, transparent parts white."""
    if image.mode == "F" or image.mode.startswith("I"):
        return Image.fromarray(_to_eight_bits(np.asarray(image)))
    if image.mode == "LAB":
        return image.getchannel(0)
    if image.has_transparency_data:
        return _on_paper(*image.convert("LA").split())
    return image if image.mode == "L" else image.convert("L")


def is_flat(grey: NDArray[np.uint8]) -> bool:
    """Whether grey levels, the lightest and darkest few aside, are nearly all the same."""
    # Of most pictures some pixels tell where to look for enough that are darker, and lighter.
    low, high = _reach(grey[::_SOME, ::_SOME])
    dark, light = (low + high - _FLAT) // 2, (low + high + _FLAT) // 2
    few = _FEW * grey.size
    for rows in (grey[::4], grey):
        if np.count_nonzero(rows <= dark) > few and np.count_nonzero(rows >= light) > few:
            return False
    low, high = _reach(grey)
    return high - low < _FLAT


def _reach(grey: NDArray[np.uint8]) -> tuple[int, int]:
    """The darkest and the lightest level, but for few pixels."""
    reach = np.cumsum(Image.fromarray(grey).histogram())
    low, high = np.searchsorted(reach, [_FEW * reach[-1], (1 - _FEW) * reach[-1]])
    return int(low), int(high)


def _by_colour(
    image: Image.Image, data: bytes, file: PictureFile, budget: Budget | None
) -> Image.Image | None:
    """Grey levels of colours, for ink as bright as its paper; None where they tell nothing."""
    if file.layers < 3 or image.has_transparency_data:
        return None
    if image.mode == "L":  # a JPEG, of which the brightness alone was decoded
        try:
            (budget or Budget()).spend(file.cost(), field="image")
        except OverLimit:
            return None
        image = Image.open(_Patience(data), formats=FORMATS)
    colours = np.asarray(image.convert("RGB"))
    telling = [channel for channel in opponents(colours) if not is_flat(channel)]
    return Image.fromarray(telling[0]) if telling else None


def opponents(colours: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """(height, width, 3) red, green, blue -> red against green, and blue against yellow, both
    (height, width) with 128 for none; as the eye has them (Hering's opponent colours)."""
    red, green, blue = (colours[..., at].astype(np.int16) for at in range(3))
    yield (128 + (red - green) // 2).astype(np.uint8)
    yield (128 + (2 * blue - red - green) // 4).astype(np.uint8)


def _to_eight_bits(wide: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Nothing says where white is: a file of 16 bits may hold values of 8. The lightest does."""
    values = np.nan_to_num(wide.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    lightest = float(values.max())
    usual = [white for white in _WHITES if lightest <= white]
    white = usual[0] if usual else lightest
    grey: NDArray[np.uint8] = np.rint(np.clip(values / white, 0, 1) * 255).astype(np.uint8)
    return grey


def _on_paper(grey: Image.Image, alpha: Image.Image) -> Image.Image:
    on_white = Image.composite(grey, Image.new("L", grey.size, 255), alpha)
    if np.asarray(on_white).min() < _WHITE:
        return on_white
    # White ink alone was drawn for a dark page.
    return Image.composite(grey, Image.new("L", grey.size, 0), alpha)
