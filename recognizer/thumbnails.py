"""Drawings as pictures: PNG and SVG files, and data URIs, which the site's policy allows."""

from __future__ import annotations

import base64
import io
from math import hypot
from xml.etree import ElementTree

from django.conf import settings
from PIL import Image, ImageOps

from recognizer.preprocessing import decoding
from recognizer.preprocessing.glyph import SIZE

# Of the canvas's longer side. People draw with a pen of about this width.
_PEN_SHARE = 0.025
_MARGIN_SHARE = 0.1
_MAX_SIDE = 1024
# On a tile, of its box of 100: a pen that is seen at fifty pixels, and when points fall together.
TILE_PEN = 6.0
_NEAR = 2.0


def glyph_png(pixels: bytes | memoryview[int]) -> bytes:
    """A glyph's 784 bytes, 0 paper to 255 ink -> a PNG of 28x28, dark ink on white."""
    picture = Image.frombytes("L", (SIZE, SIZE), bytes(pixels))
    return _png(ImageOps.invert(picture))


def glyph_uri(pixels: bytes | memoryview[int]) -> str:
    """A glyph's 784 bytes -> a data URI of the PNG that `glyph_png` makes."""
    return _uri("image/png", glyph_png(pixels))


def upload_png(content: bytes, *, most_side: int = _MAX_SIDE) -> bytes:
    """An uploaded image -> a PNG of it as the site reads it: grey, no side over `most_side` pixels.

    No byte of the file itself is in it, so nothing that was hidden there.

    Raises `InputError` where it is no image or beyond the limits.
    """
    grey = decoding.decode(
        content,
        max_bytes=settings.LIMITS["image_bytes"],
        max_pixels=settings.LIMITS["image_pixels"],
    )
    picture = Image.fromarray(grey)
    picture.thumbnail((most_side, most_side))
    return _png(picture, compress_level=1)  # a sixth larger than at 6, in a sixth of the time


def _png(picture: Image.Image, **options: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    return file.getvalue()


def ink_uri(strokes: list[list[list[float]]], canvas: list[float] | None) -> str:
    """Stored strokes -> a data URI of the SVG that `ink_svg` makes."""
    return _uri("image/svg+xml", ink_svg(strokes, canvas))


def ink_svg(strokes: list[list[list[float]]], canvas: list[float] | None) -> bytes:
    """Stored strokes, plain and with at least a point -> an SVG of the sheet they are on.

    The sheet is the canvas, moved as little as the ink needs that lies beside it. It is
    the ink with a margin where `canvas` is unknown or too small to hold it.
    """
    left, top, width, height = _sheet(strokes, canvas)
    svg = ElementTree.Element(
        "svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width:.6g} {height:.6g}"
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
        drawn = " ".join(f"{x - left:.6g},{y - top:.6g}" for x, y, *_ in points)
        ElementTree.SubElement(svg, "polyline", {**style, "points": drawn})
    content: bytes = ElementTree.tostring(svg)
    return content


def _sheet(
    strokes: list[list[list[float]]], canvas: list[float] | None
) -> tuple[float, float, float, float]:
    """(x, y, width, height) of the sheet that `ink_svg` shows."""
    points = [point for stroke in strokes for point in stroke]
    left, right = min(x for x, *_ in points), max(x for x, *_ in points)
    top, bottom = min(y for _, y, *_ in points), max(y for _, y, *_ in points)
    width, height = right - left, bottom - top
    if canvas and width <= canvas[0] and height <= canvas[1]:
        # From 0 on, but not so far left that the ink's right end is cut off, nor too far right.
        x, y = min(max(0.0, right - canvas[0]), left), min(max(0.0, bottom - canvas[1]), top)
        return x, y, canvas[0], canvas[1]
    margin = _MARGIN_SHARE * max(width, height)
    return left - margin, top - margin, width + 2 * margin, height + 2 * margin


def ink_path(strokes: list[list[list[float]]]) -> str:
    """Stored strokes, with at least a point -> an SVG path's data: the ink in a box of 100 by 100.

    It is fitted into the box and centred, with room for a pen of `TILE_PEN`, and of its points
    those are left out that are too near to the one before to be told apart on a small picture.
    """
    return "".join(stroke_paths(strokes, near=_NEAR))


def stroke_paths(strokes: list[list[list[float]]], *, near: float = 0.3) -> list[str]:
    """Stored strokes, with at least a point -> an SVG path's data for each, as `ink_path` does.

    Points nearer than `near` to the one before are left out.
    """
    points = [point for stroke in strokes for point in stroke]
    left, right = min(x for x, *_ in points), max(x for x, *_ in points)
    top, bottom = min(y for _, y, *_ in points), max(y for _, y, *_ in points)
    longer = max(right - left, bottom - top)
    scale = (100 - 2 * TILE_PEN) / longer if longer else 0.0
    x0, y0 = 50 - scale * (left + right) / 2, 50 - scale * (top + bottom) / 2
    return [
        _stroke_path([(x0 + scale * x, y0 + scale * y) for x, y, *_ in stroke], near)
        for stroke in filter(None, strokes)
    ]


def _stroke_path(points: list[tuple[float, float]], near: float) -> str:
    kept = [points[0]]
    for point in points[1:-1]:
        if hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) >= near:
            kept.append(point)
    # A lone point is a line to itself, of which the round cap remains.
    kept.append(points[-1])
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept)


def _uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
