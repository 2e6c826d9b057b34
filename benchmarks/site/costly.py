"""Recipes for requests that cost much: a few numbers -> a body for the API.

`worst.py` searches among them, and the worst that it found are held by a test.
"""

from __future__ import annotations

import base64
import io
import math
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Body: TypeAlias = dict[str, Any]

SHEET = 480  # pixels of a side: what the site reduces pictures to
FORMATS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "PNG, grey": ("PNG", "L", {}),
    "PNG, colour": ("PNG", "RGB", {}),
    "PNG, transparent": ("PNG", "RGBA", {}),
    "PNG, 16 bits": ("PNG", "I;16", {}),
    "GIF": ("GIF", "L", {}),
    "JPEG": ("JPEG", "RGB", {"quality": 90}),
    "JPEG, progressive": ("JPEG", "RGB", {"progressive": True, "subsampling": 0, "quality": 90}),
    "JPEG, CMYK": ("JPEG", "CMYK", {"progressive": True, "quality": 60}),
    "WebP": ("WEBP", "RGB", {"method": 0}),
    "WebP, lossless": ("WEBP", "RGBA", {"method": 0, "lossless": True}),
    "BMP": ("BMP", "L", {}),
    "TIFF, LZMA": ("TIFF", "L", {"compression": "lzma"}),
    "TIFF, floats": ("TIFF", "F", {"compression": "tiff_adobe_deflate"}),
    "TIFF, transparent": ("TIFF", "RGBA", {"compression": "zstd"}),
}
PATTERNS = ("digits", "bars", "rings", "wave", "grid", "ruled", "scribble", "disc")


def ink(
    *, strokes: int, points: int, step: float, apart: float, seed: int, number: bool = False
) -> Body:
    """Random walks, `points` in all, each in a box of 100 by 100; `step` and `apart` in boxes."""
    noise = np.random.default_rng(seed)
    drawn = []
    for stroke in range(strokes):
        count = max(1, points // strokes)
        walk = np.cumsum(noise.uniform(-step, step, (count, 2)), axis=0) + noise.random(2)
        inside = 1 - np.abs(walk % 2 - 1)  # reflected at the sides of the box
        places = 100 * inside + [100 * apart * stroke, 0]
        drawn.append(
            [[round(x, 3), round(y, 3), at * 8, 0.5] for at, (x, y) in enumerate(places.tolist())]
        )
    return {"strokes": drawn, "number": number}


def picture(
    *,
    form: str,
    megapixels: float,
    grain: int,
    pattern: str,
    count: int,
    size: int,
    pen: int,
    seed: int,
    number: bool = False,
) -> Body:
    """A pattern of ink, enlarged, with `grain` grey levels of noise, in a form of `FORMATS`."""
    sheet = pattern_of(pattern, count, size, pen, seed)
    side = max(8, math.isqrt(int(megapixels * 1e6)))
    grey = cv2.resize(sheet, (side, side), interpolation=cv2.INTER_NEAREST)
    if grain:
        noise = np.random.default_rng(seed).integers(0, grain, grey.shape, dtype=np.uint8)
        grey = cv2.subtract(grey, noise)
    return {"image": base64.b64encode(encoded(grey, form)).decode(), "number": number}


def encoded(grey: NDArray[np.uint8], form: str) -> bytes:
    """A picture as a file of one of `FORMATS`."""
    kind, mode, options = FORMATS[form]
    if mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    else:
        image = Image.fromarray(grey).convert(mode)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pattern_of(name: str, count: int, size: int, pen: int, seed: int) -> NDArray[np.uint8]:
    """(SHEET, SHEET) dark ink on light: `count` figures of some `size` in pixels."""
    sheet = np.full((SHEET, SHEET), 240, np.uint8)
    chance = np.random.default_rng(seed)
    middle = SHEET // 2
    places = np.linspace(size, SHEET - size, count).astype(int).tolist()
    if name == "digits":
        text = "".join(str(digit) for digit in chance.integers(0, 10, count))
        cv2.putText(sheet, text, (size, middle), cv2.FONT_HERSHEY_SIMPLEX, size / 22, 0, pen)
    elif name == "bars":
        for x in places:
            cv2.line(sheet, (x, middle - 2 * size), (x, middle + 2 * size), 0, pen)
    elif name == "rings":
        for x in places:
            cv2.circle(sheet, (x, middle), size, 0, pen)
    elif name == "wave":
        way = [[x, middle + (size if at % 2 else -size)] for at, x in enumerate(places)]
        cv2.polylines(sheet, [np.array(way, np.int32)], False, 0, pen)
    elif name == "grid":
        row = places[:: max(1, count // 12)]
        for x in row:
            for y in row:
                cv2.rectangle(sheet, (x, y), (x + size // 2, y + size // 2), 0, pen)
    elif name == "ruled":
        for at in places:
            sheet[at : at + pen] = 0
            sheet[:, at : at + pen] = 0
    elif name == "scribble":
        way = chance.integers(SHEET // 2 - 2 * size, SHEET // 2 + 2 * size, (2 * count, 2))
        cv2.polylines(sheet, [way.astype(np.int32)], False, 0, pen)
    else:
        cv2.circle(sheet, (middle, middle), min(4 * size, middle), 0, cv2.FILLED)
    return sheet


def batch(item: Body, items: int) -> Body:
    """So many times the same."""
    return {"items": [item] * items}
