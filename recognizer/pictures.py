"""Drawings as pictures: PNG and SVG files, and data URIs, which the policy for content allows."""

from __future__ import annotations

import base64
import io
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from PIL import Image, ImageOps

from recognizer import images
from recognizer.glyph import SIZE

# Of the sheet's longer side. People draw with a pen of about this width.
_PEN_SHARE = 0.025
_MARGIN_SHARE = 0.1
_LARGEST_SIDE = 800


def glyph_png(pixels: bytes | memoryview[int]) -> bytes:
    """784 bytes, 0 paper to 255 ink -> a PNG of 28x28, dark ink on white."""
    picture = Image.frombytes("L", (SIZE, SIZE), bytes(pixels))
    return _png(ImageOps.invert(picture))


def glyph_uri(pixels: bytes | memoryview[int]) -> str:
    """As `glyph_png`, inside the address itself."""
    return _uri("image/png", glyph_png(pixels))


def upload_png(content: bytes) -> bytes:
    """An uploaded image as the site reads it, grey, as a PNG of its own. Raises `Refused`."""
    grey = images.decode(
        content,
        most_bytes=settings.LIMITS["image_bytes"],
        most_pixels=settings.LIMITS["image_pixels"],
    )
    picture = Image.fromarray(grey)
    picture.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def ink_uri(strokes: list[list[list[float]]], canvas: list[float] | None) -> str:
    """As `ink_svg`, inside the address itself."""
    return _uri("image/svg+xml", ink_svg(strokes, canvas))


def ink_svg(strokes: list[list[list[float]]], canvas: list[float] | None) -> bytes:
    """Strokes as stored -> an SVG of the sheet, or of the ink where the sheet is unknown."""
    x, y, width, height = [0.0, 0.0, *canvas] if canvas else _around(strokes)
    svg = ElementTree.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"{x:.6g} {y:.6g} {width:.6g} {height:.6g}",
    )
    style = {
        "fill": "none",
        "stroke": "#111",
        "stroke-width": f"{_PEN_SHARE * max(width, height):.6g}",
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
    }
    for stroke in filter(None, strokes):
        # A lone point is a line to itself, of which the round cap remains.
        points = stroke if len(stroke) > 1 else stroke * 2
        ElementTree.SubElement(svg, "polyline", {**style, "points": _points(points)})
    content: bytes = ElementTree.tostring(svg)
    return content


def _points(stroke: list[Any]) -> str:
    return " ".join(f"{x:.6g},{y:.6g}" for x, y, *_ in stroke)


def _around(strokes: list[list[list[float]]]) -> list[float]:
    """[x, y, width, height] of the ink and a margin."""
    points = [point for stroke in strokes for point in stroke]
    left, right = min(x for x, *_ in points), max(x for x, *_ in points)
    top, bottom = min(y for _, y, *_ in points), max(y for _, y, *_ in points)
    margin = _MARGIN_SHARE * max(right - left, bottom - top)
    return [left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin]


def _uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
