"""What somebody sends to be read: strokes or an image, checked before anything is made of it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from digitsite.exceptions import Invalid, TooLarge, Unsupported
from recognizer import ink
from recognizer.exceptions import BadImage, BadInk
from recognizer.grouping import Lattice


@dataclass(frozen=True, slots=True)
class Submission:
    """Either `strokes` (with the JSON they came as) or the bytes of an `image`."""

    strokes: list[ink.Stroke] | None = None
    strokes_json: list[Any] | None = None
    canvas: tuple[float, float] | None = None
    image: bytes | None = None
    number: bool = False
    detail: bool = False

    def lattice(self, *, most_pixels: int | None = None) -> Lattice:
        """One glyph, or with `number` all that may be a digit of it. Raises `Refused`.

        `most_pixels` of an image; left out, the site's own limit.
        """
        if self.strokes is not None:
            if self.number:
                return ink.digits(self.strokes, canvas=self.canvas)
            return Lattice.of(ink.normalise(self.strokes, canvas=self.canvas))
        assert self.image is not None
        # Imported with the first image: a site that is only drawn on never
        # needs the libraries behind them.
        from recognizer import images, raster

        grey = images.decode(
            self.image,
            most_bytes=settings.LIMITS["image_bytes"],
            most_pixels=most_pixels or settings.LIMITS["image_pixels"],
        )
        return raster.digits(grey) if self.number else Lattice.of(raster.normalise(grey))


def parse(data: Any) -> Submission:
    """A request's JSON object or form -> a submission. Raises `Refused`."""
    if not isinstance(data, Mapping):
        raise Invalid("The body must be an object with strokes or an image.")
    has_strokes, has_image = "strokes" in data, "image" in data
    if has_strokes == has_image:
        raise Invalid("Send either strokes or an image.", field="strokes")
    number, detail = _flag(data, "number"), _flag(data, "detail")
    if has_image:
        return Submission(image=_image(data["image"]), number=number, detail=detail)
    strokes = ink.parse(
        data["strokes"],
        most_strokes=settings.LIMITS["strokes"],
        most_points=settings.LIMITS["points"],
    )
    return Submission(
        strokes=strokes,
        strokes_json=data["strokes"],
        canvas=_canvas(data),
        number=number,
        detail=detail,
    )


def _flag(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name, False)
    if isinstance(value, str) and value.lower() in ("true", "false"):  # from a form
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise Invalid(f"`{name}` must be true or false.", field=name)
    return value


def _canvas(data: Mapping[str, Any]) -> tuple[float, float] | None:
    canvas = data.get("canvas")
    if canvas is None:
        return None
    if (
        not isinstance(canvas, list)
        or len(canvas) != 2
        or not all(type(side) in (int, float) for side in canvas)
        or not all(0 < side <= ink.LARGEST_COORDINATE for side in canvas)
    ):
        raise BadInk("The canvas must be [width, height], both above zero.", field="canvas")
    return float(canvas[0]), float(canvas[1])


def _image(value: Any) -> bytes:
    most = settings.LIMITS["image_bytes"]
    if isinstance(value, UploadedFile):
        if (value.size or 0) > most:
            raise TooLarge(
                _("The image is larger than %(most)s bytes.") % {"most": most}, field="image"
            )
        return bytes(value.read())
    if not isinstance(value, str):
        raise BadImage("The image must be a file, or base64 text.", field="image")
    if value.startswith("data:"):
        head, _comma, value = value.partition(",")
        if not head.startswith("data:image/"):
            raise Unsupported("The data URL is not that of an image.", field="image")
        if not head.endswith(";base64"):
            raise BadImage("The data URL must be base64.", field="image")
    if len(value) > most * 4 // 3 + 4:
        raise TooLarge(
            _("The image is larger than %(most)s bytes.") % {"most": most}, field="image"
        )
    try:  # `base64` on a command line breaks its lines
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadImage("The image is not valid base64.", field="image") from error
