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
    """Part of an ellipse; angles in turns, clockwise from three o'clock."""
    angles = [(start + (end - start) * i / points) * 2 * math.pi for i in range(points + 1)]
    return [[round(x + rx * math.cos(a), 2), round(y + ry * math.sin(a), 2)] for a in angles]


ZERO = [_arc(140, 140, 60, 90, -0.25, 0.75, 40)]
ONE = [[[150, 40], [148, 100], [146, 160], [145, 240]]]
FOUR = [[[120, 50], [90, 150], [200, 152]], [[170, 60], [168, 240]]]
SEVEN = [[[80, 60], [190, 62], [150, 150], [120, 240]]]
SCRIBBLE = [_arc(140, 140, 20 + 4 * i, 90 - 5 * i, 0.13 * i, 1.4 + 0.2 * i, 30) for i in range(6)]
# 1 or 7: the shipped network gives both a share.
DOUBTFUL = [[[92, 85], [170, 60], [150, 150], [130, 240]]]
CROSS = [[[60, 60], [220, 220]], [[220, 60], [60, 220]]]


def body(strokes: list[Any] = FOUR, **more: Any) -> dict[str, Any]:
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
    """For a form. The name is the sender's, and nothing of it may reach the disk."""
    return SimpleUploadedFile(name, content, "image/png")


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
