"""From the bytes of an image file to grey pixels, however the file was made."""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING

import numpy as np
from django.utils.translation import gettext as _
from PIL import Image

from digitsite.exceptions import TooLarge
from recognizer.exceptions import BadImage

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")

# Pillow reads a file's chunks, segments and blocks one by one, in Python. Eight
# megabytes of empty ones would keep it busy for seconds; no real file has so many.
_MOST_READS = 30_000
# Every scan of a progressive JPEG is a pass over all its pixels and may be as
# short as sixty bytes. Encoders write about ten; embedded previews have their own.
_MOST_SCANS = 32
_START_OF_SCAN = re.compile(rb"\xff\xda\x00(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")

# What is nowhere darker cannot be seen on white paper.
_WHITE = 240

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


def decode(data: bytes, *, most_bytes: int, most_pixels: int) -> NDArray[np.uint8]:
    """An image file -> (height, width) uint8, 0 black to 255 white, upright, on white.

    Of an animation it is the first picture. Raises `TooLarge`, before any pixel
    is decoded, or `BadImage`.
    """
    if len(data) > most_bytes:
        raise TooLarge(
            _("The image is larger than %(most)s bytes.") % {"most": most_bytes}, field="image"
        )
    try:
        return _decode(data, most_pixels)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many(most_pixels) from error
    except (TooLarge, BadImage):
        raise
    except Exception as error:  # Pillow raises whatever the damaged part leads to.
        raise BadImage(
            _("This is no image that can be read here; send PNG, JPEG, WebP, GIF, BMP or TIFF."),
            field="image",
        ) from error


def _decode(data: bytes, most_pixels: int) -> NDArray[np.uint8]:
    if len(_START_OF_SCAN.findall(data)) > _MOST_SCANS:
        raise BadImage(_("This JPEG has more scans than any that is in use."), field="image")
    with Image.open(_Patience(data), formats=FORMATS) as image:
        if image.width * image.height > most_pixels:
            raise _too_many(most_pixels)
        # A JPEG's brightness is stored by itself. To decode nothing else halves
        # the time; to decode it at a smaller scale too would save little more.
        image.draft("L", None)
        image.load()
        # Pillow itself turns a TIFF, and then no longer names its orientation.
        turn = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
        grey = _grey(image)
    return np.asarray(grey if turn is None else grey.transpose(turn))


def _too_many(most_pixels: int) -> TooLarge:
    return TooLarge(
        _("The image has more than %(most)s pixels.") % {"most": most_pixels}, field="image"
    )


class _Patience(io.BytesIO):
    """A file that is read from only so often."""

    _reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads > _MOST_READS:
            raise BadImage(_("This image is made of too many parts."), field="image")
        return super().read(size)


def _grey(image: Image.Image) -> Image.Image:
    """Any mode that the formats know -> mode L, transparent parts white."""
    if image.mode == "F" or image.mode.startswith("I"):
        return Image.fromarray(_to_eight_bits(np.asarray(image), image.mode))
    if image.mode == "LAB":
        return image.getchannel(0)
    if image.has_transparency_data:
        return _on_paper(*image.convert("LA").split())
    return image.convert("L")


def _to_eight_bits(wide: NDArray[np.generic], mode: str) -> NDArray[np.uint8]:
    """16 bits as they are; in 32 nothing says where white is, so the lightest pixel does."""
    values = np.nan_to_num(wide.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    lightest = 65535.0 if mode.startswith("I;16") else float(values.max())
    usual = [white for white in (1.0, 255.0, 65535.0) if lightest <= white]
    white = usual[0] if usual else lightest
    grey: NDArray[np.uint8] = np.rint(np.clip(values / white, 0, 1) * 255).astype(np.uint8)
    return grey


def _on_paper(grey: Image.Image, alpha: Image.Image) -> Image.Image:
    on_white = Image.composite(grey, Image.new("L", grey.size, 255), alpha)
    if np.asarray(on_white).min() < _WHITE:
        return on_white
    # White ink alone was drawn for a dark page.
    return Image.composite(grey, Image.new("L", grey.size, 0), alpha)
