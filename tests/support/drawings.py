"""Drawings made up for the tests, as strokes on a sheet of 280 by 280."""

from __future__ import annotations

import base64
import io
import math
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

CANVAS = [280, 280]


def _arc(
    x: float, y: float, rx: float, ry: float, start: float, end: float, points: int = 24
) -> list[list[float]]:
    """Points of an ellipse's arc; angles in turns, clockwise from three o'clock."""
    angles = [(start + (end - start) * i / points) * 2 * math.pi for i in range(points + 1)]
    return [[round(x + rx * math.cos(a), 2), round(y + ry * math.sin(a), 2)] for a in angles]


def _curve(*points: tuple[float, float]) -> list[list[float]]:
    """Points of a smooth line through the given ones (Catmull and Rom's), four for each."""
    ends = [points[0], *points, points[-1]]
    found = []
    for before, start, end, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for t in (0, 0.25, 0.5, 0.75):
            weights = (
                (-t + 2 * t**2 - t**3) / 2,
                (2 - 5 * t**2 + 3 * t**3) / 2,
                (t + 4 * t**2 - 3 * t**3) / 2,
                (-(t**2) + t**3) / 2,
            )
            parts = zip(weights, (before, start, end, after), strict=True)
            pairs = [(weight * x, weight * y) for weight, (x, y) in parts]
            found.append([round(sum(values), 1) for values in zip(*pairs, strict=True)])
    return [*found, list(points[-1])]


ZERO = [_arc(140, 140, 60, 90, -0.25, 0.75, 40)]
ONE = [[[150, 40], [148, 100], [146, 160], [145, 240]]]
FOUR = [[[120, 50], [90, 150], [200, 152]], [[170, 60], [168, 240]]]
SEVEN = [[[80, 60], [190, 62], [150, 150], [120, 240]]]
SCRIBBLE = [_arc(140, 140, 20 + 4 * i, 90 - 5 * i, 0.13 * i, 1.4 + 0.2 * i, 30) for i in range(6)]
# 1 or 7: the shipped network gives both a share.
DOUBTFUL = [[[100, 90], [170, 60], [150, 150], [130, 240]]]
# A 4 that is closed at its top, drawn twice: the shipped network takes either for a 9.
CLOSED_FOUR = [
    _curve(
        (150, 42), (132, 60), (110, 100), (104, 126), (120, 134), (150, 130),
        (178, 106), (174, 72), (160, 62), (154, 82), (150, 170), (128, 236),
    )
]  # fmt: skip
CLOSED_FOUR_AGAIN = [
    _curve(
        (152, 40), (132, 58), (109, 104), (104, 136), (121, 144), (152, 139),
        (186, 116), (182, 66), (168, 54), (160, 76), (151, 172), (126, 238),
    )
]  # fmt: skip
CROSS = [[[60, 60], [220, 220]], [[220, 60], [60, 220]]]


def body(strokes: list[Any] = FOUR, **more: Any) -> dict[str, Any]:
    """A submission of strokes on the sheet."""
    return {"strokes": strokes, "canvas": CANVAS, **more}


def beside(left: list[Any], right: list[Any], gap: float = 200) -> list[Any]:
    """Two drawings side by side on one sheet."""
    return left + [[[x + gap, y, *rest] for x, y, *rest in stroke] for stroke in right]


def picture(strokes: list[Any] = SEVEN, *, brush: int = 18, kind: str = "PNG") -> bytes:
    """The strokes painted dark on light, as an image file."""
    image = Image.new("L", (280, 280), 255)
    draw = ImageDraw.Draw(image)
    for stroke in strokes:
        points = [tuple(point[:2]) for point in stroke]
        draw.line(points, fill=0, width=brush, joint="curve")
        for x, y in points:
            draw.ellipse([x - brush / 2, y - brush / 2, x + brush / 2, y + brush / 2], fill=0)
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def as_file(content: bytes, name: str = "../../picture.png") -> SimpleUploadedFile:
    """A file for a form. The name is the sender's, and nothing of it may reach the disk."""
    return SimpleUploadedFile(name, content, "image/png")


def in_base64(content: bytes) -> str:
    """Bytes as text for a JSON body."""
    return base64.b64encode(content).decode()
