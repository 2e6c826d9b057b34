"""From the bytes of an image file to grey pixels. Everything about the bytes is distrusted."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from digitsite.exceptions import Refused, TooLarge
from recognizer.exceptions import BadImage

# What browsers, phones and scanners make. Every further format that Pillow
# knows would be one more parser to attack.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
# Reading a digit takes far fewer pixels; decoding stops here where a format can.
LONGEST_SIDE = 2000


def decode(data: bytes, *, most_bytes: int, most_pixels: int) -> NDArray[np.uint8]:
    """An image file -> (height, width) uint8, 0 black to 255 white, upright.

    What is transparent counts as white; of an animation the first frame is
    taken; a picture of more than 2000 pixels a side comes smaller. Raises
    `TooLarge` before any pixel is decoded, and `BadImage` for whatever is no
    whole image of a known format.
    """
    if len(data) > most_bytes:
        raise TooLarge(f"The image is larger than {most_bytes} bytes.", field="image")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > most_pixels:
                raise TooLarge(f"The image has more than {most_pixels} pixels.", field="image")
            return _grey(image)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooLarge("The image has too many pixels.", field="image") from error
    # Pillow's parsers raise whatever the damaged part leads to: OSError,
    # ValueError, SyntaxError, struct.error, IndexError, zlib.error and more.
    except Exception as error:
        raise BadImage(
            "This is no image that can be read; send PNG, JPEG, WebP, GIF, BMP or TIFF.",
            field="image",
        ) from error


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    image.draft("L", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG can decode smaller; others ignore it
    upright = ImageOps.exif_transpose(image)
    factor = -(-max(upright.size) // LONGEST_SIDE)
    grey = _deep(upright) if upright.mode[0] in "IF" else _flat(upright)
    return np.asarray(grey if factor == 1 else grey.reduce(factor))


def _deep(image: Image.Image) -> Image.Image:
    """16 and 32 bits a pixel, which Pillow's own conversion would cut off at 255."""
    values = np.asarray(image, dtype=np.float64)
    if not np.isfinite(values).all():
        raise BadImage("The image holds values that are no numbers.", field="image")
    if image.mode.startswith("I;16"):
        return Image.fromarray((values / 257).round().astype(np.uint8))
    # No fixed range of values: from the darkest to the lightest there is.
    spread = float(np.ptp(values)) or 1.0
    return Image.fromarray(((values - values.min()) / spread * 255).round().astype(np.uint8))


def _flat(image: Image.Image) -> Image.Image:
    """Any 8-bit mode -> grey on white."""
    if image.mode == "L" and "transparency" not in image.info:
        return image
    if "A" in image.getbands() or "transparency" in image.info:
        see_through = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, see_through).convert("L")
    return image.convert("RGB").convert("L")
