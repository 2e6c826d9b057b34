"""What somebody sends to be read, once checked: strokes or an image, as plain data."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from digitsite.exceptions import Invalid, Unsupported
from recognizer.exceptions import BadImage, BadInk, OverLimit
from recognizer.preprocessing import strokes as ink
from recognizer.preprocessing.strokes import MAX_COORDINATE, Stroke


@dataclass(frozen=True, slots=True)
class Submission:
    """Either `strokes`, with their points as plain JSON, or the bytes of an `image`.

    Without `memory` the network alone is to answer.
    """

    strokes: list[Stroke] | None = None
    strokes_json: list[Any] | None = None
    canvas: tuple[float, float] | None = None
    image: bytes | None = None
    number: bool = False
    detail: bool = False
    memory: bool = True


def parse(data: Any) -> Submission:
    """A request's JSON object or form -> a submission. Raises `Refused` or `InputError`."""
    if not isinstance(data, Mapping):
        raise Invalid("The body must be an object with strokes or an image.")
    has_strokes, has_image = "strokes" in data, "image" in data
    if has_strokes == has_image:
        raise Invalid("Send either strokes or an image.", field="strokes")
    flags: dict[str, Any] = {
        "number": _flag(data, "number"),
        "detail": _flag(data, "detail"),
        "memory": _flag(data, "memory", default=True),
    }
    if has_image:
        return Submission(image=_image(data["image"]), **flags)
    plain = ink.plain(data["strokes"], layout=data.get("layout"))
    strokes = ink.parse(
        plain,
        max_strokes=settings.LIMITS["strokes"],
        max_points=settings.LIMITS["points"],
    )
    return Submission(
        strokes=strokes,
        strokes_json=plain,
        canvas=_canvas(data),
        **flags,
    )


def _flag(data: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    value = data.get(name, default)
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
        or not all(0 < side <= MAX_COORDINATE for side in canvas)
    ):
        raise BadInk("canvas_not_a_size", field="canvas")
    return float(canvas[0]), float(canvas[1])


def _image(value: Any) -> bytes:
    most = settings.LIMITS["image_bytes"]
    if isinstance(value, UploadedFile):
        if (value.size or 0) > most:
            raise OverLimit("too_many_bytes", field="image", most=most)
        return bytes(value.read())
    if not isinstance(value, str):
        raise BadImage("image_not_a_file", field="image")
    if value.startswith("data:"):
        head, _comma, value = value.partition(",")
        if not head.startswith("data:image/"):
            raise Unsupported("The data URL is not that of an image.", field="image")
        if not head.endswith(";base64"):
            raise BadImage("data_url_not_base64", field="image")
    if len(value) > most * 4 // 3 + 4:
        raise OverLimit("too_many_bytes", field="image", most=most)
    try:  # `base64` on a command line breaks its lines
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadImage("image_not_base64", field="image") from error
