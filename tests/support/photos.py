"""Photos of sheets of paper, made for the tests: uneven light, noise, any size, turned."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.support.drawings import FOUR, beside

ORIENTATION = 0x0112
FORTY_FOUR = beside(FOUR, FOUR)


def photo(
    strokes: list[Any] = FOUR,
    *,
    size: tuple[int, int] = (800, 600),
    share: float = 0.6,
    light: float = 1.0,
    seed: int = 0,
) -> Image.Image:
    """The strokes, as with a felt pen, in the middle of a sheet under a lamp to the left.

    `share` is what the ink has of the shorter side, `light` how much of the daylight there is.
    """
    width, height = size
    noise = np.random.default_rng(seed).normal(0, 3, (height, width))
    paper = np.linspace(230, 150, width)[None, :] + noise
    grey = np.where(_painted(strokes, size, share), 40 + noise, paper) * light
    warm = np.stack([grey * 1.0, grey * 0.97, grey * 0.9], axis=-1)
    return Image.fromarray(np.clip(warm, 0, 255).astype(np.uint8), "RGB")


def _painted(strokes: list[Any], size: tuple[int, int], share: float) -> NDArray[np.bool_]:
    """A mask, (height, width), of where the ink is."""
    mask = Image.new("1", size)
    if not strokes:
        return np.asarray(mask)
    points = np.array([point[:2] for stroke in strokes for point in stroke])
    low, high = points.min(axis=0), points.max(axis=0)
    unit = share * min(size) / max(high[1] - low[1], 1)
    pen = max(3, round(0.05 * share * min(size)))
    draw = ImageDraw.Draw(mask)
    for stroke in strokes:
        line = (np.array([point[:2] for point in stroke]) - (low + high) / 2) * unit
        line += np.array(size) / 2
        draw.line([tuple(point) for point in line], fill=1, width=pen, joint="curve")
        for x, y in line:
            draw.ellipse([x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2], fill=1)
    return np.asarray(mask)


def jpeg(image: Image.Image, *, orientation: int = 1) -> bytes:
    """The photo as a camera's file, with EXIF notes of its orientation and its place."""
    notes = image.getexif()
    notes[ORIENTATION] = orientation
    notes.get_ifd(0x8825)[1] = "N"  # GPS
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88, exif=notes)
    return file.getvalue()


def moving(strokes: list[Any]) -> list[Image.Image]:
    """Frames of a sheet that is held by an unsteady hand."""
    large = photo(strokes, size=(720, 480), share=0.5)
    return [large.crop((shift, 0, shift + 640, 480)) for shift in (0, 20, 40, 60, 80, 50, 30, 10)]


def video(path: Path, pictures: list[Image.Image], *, frames_each: int = 1) -> Path:
    """Pictures as a film for Chromium's fake camera, which plays it over and over."""
    width, height = pictures[0].size
    with path.open("wb") as file:
        file.write(b"YUV4MPEG2 W%d H%d F30:1 Ip A1:1 C420jpeg\n" % (width, height))
        for picture in pictures:
            luma, blue, red = picture.convert("YCbCr").split()
            half = (width // 2, height // 2)
            planes = (luma, blue.resize(half), red.resize(half))
            frame = b"FRAME\n" + b"".join(plane.tobytes() for plane in planes)
            file.write(frame * frames_each)
    return path
