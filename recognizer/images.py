"""From the bytes of an image file to grey pixels. Everything about it is distrusted."""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from digitsite.exceptions import TooLarge
from recognizer.exceptions import BadImage

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


def decode(data: bytes, *, most_bytes: int, most_pixels: int) -> NDArray[np.uint8]:
    """Any supported image -> grey (height, width), 0 black to 255 white."""
    if len(data) > most_bytes:
        raise TooLarge(f"The image is larger than {most_bytes} bytes.", field="image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=FORMATS)
            if image.width * image.height > most_pixels:
                raise TooLarge(f"The image has more than {most_pixels} pixels.", field="image")
            image.seek(0)
            image = ImageOps.exif_transpose(image)
            rgba = image.convert("RGBA")
            white = Image.new("RGBA", rgba.size, "white")
            return np.asarray(Image.alpha_composite(white, rgba).convert("L"))
    except TooLarge:
        raise
    except Exception as error:
        raise BadImage("The image cannot be read.", field="image") from error
