"""Sheets of paper with a digit and what else lies on them, painted and photographed by seed.

A sheet is painted as shares of the paper's light that are missing, 0 to 1; a camera or a
scanner makes grey levels of it, from an angle, with uneven light, blur and noise, and a file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Strokes: TypeAlias = "Sequence[NDArray[np.float64]]"
Dark: TypeAlias = "NDArray[np.float32]"  # (height, width), the share of light that is missing
Chance: TypeAlias = np.random.Generator

FINER, SHIFT = 3, 4


@dataclass(eq=False)
class Sheet:
    """A sheet of `width` x `height` pixels with one digit, whose box is (x, y, width, height)."""

    width: int
    height: int
    digit: list[NDArray[np.float64]]
    pen: float
    chance: Chance
    dark: Dark = field(init=False)

    def __post_init__(self) -> None:
        self.dark = np.zeros((self.height, self.width), np.float32)

    @property
    def side(self) -> int:
        return min(self.width, self.height)

    @property
    def box(self) -> tuple[float, float, float, float]:
        points = np.concatenate(self.digit)
        low, high = points.min(axis=0), points.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])

    def write(self, dark: float = 0.85) -> None:
        """Writes the digit."""
        self.draw(self.digit, self.pen, dark)

    def draw(self, strokes: Strokes, pen: float, dark: float) -> None:
        """Strokes with a round pen."""
        self.add(cover(strokes, pen, self.dark.shape) * np.float32(dark))

    def add(self, dark: Dark) -> None:
        """Ink of which the darker of two counts."""
        np.maximum(self.dark, dark, out=self.dark)


def cover(strokes: Strokes, pen: float, shape: tuple[int, ...]) -> Dark:
    """(height, width), the share of each pixel under a round pen that goes along the strokes."""
    height, width = shape
    fine = np.zeros((height * FINER, width * FINER), np.uint8)
    for stroke in strokes:
        places = np.rint((stroke * FINER - 0.5) * (1 << SHIFT)).astype(np.int32)
        line = places if len(places) > 1 else places.repeat(2, axis=0)
        cv2.polylines(fine, [line], False, 255, max(1, round(pen * FINER)), cv2.LINE_8, SHIFT)
    small = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def sheet(
    strokes: Strokes,
    chance: Chance,
    *,
    size: tuple[float, float] = (0.25, 0.55),
    side: tuple[int, int] = (280, 900),
    pen: tuple[float, float] = (0.035, 0.1),
) -> Sheet:
    """A sheet with room for a digit that measures a share of it in `size`, near its middle."""
    width, height = (int(chance.uniform(*side)) for _ in range(2))
    width, height = int(max(width, 0.6 * height)), int(max(height, 0.6 * width))
    points = np.concatenate(list(strokes))
    low, high = points.min(axis=0), points.max(axis=0)
    longer = float(chance.uniform(*size)) * min(width, height)
    scale = longer / float(max(high - low))
    free = np.array([width, height]) - (high - low) * scale
    corner = free * (0.5 + chance.uniform(-0.12, 0.12, 2))
    placed = [(stroke - low) * scale + corner for stroke in strokes]
    return Sheet(width, height, placed, max(1.6, float(chance.uniform(*pen)) * longer), chance)


def wobbly(points: NDArray[np.float64], chance: Chance, much: float) -> NDArray[np.float64]:
    """A line as a hand draws it: `much` pixels of slow trembling."""
    far = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    steps = np.linspace(0, far[-1], 60)
    line = np.stack([np.interp(steps, far, points[:, axis]) for axis in (0, 1)], axis=1)
    waves = np.linspace(0, 1, 60)[:, None] * chance.uniform(1, 4, 2) + chance.uniform(0, 1, 2)
    moved: NDArray[np.float64] = line + much * np.sin(2 * np.pi * waves)
    return moved


# --- what paper has on it ------------------------------------------------------------


def nothing(_: Sheet) -> None:
    """Paper as it is."""


def grid(paper: Sheet) -> None:
    _rules(paper, upright=True)


def ruled(paper: Sheet) -> None:
    _rules(paper, upright=False)


def _rules(paper: Sheet, *, upright: bool) -> None:
    step = paper.chance.uniform(0.06, 0.2) * paper.side
    dark = paper.chance.uniform(0.1, 0.3)
    thick = max(1.0, 0.003 * paper.side)
    lines = [across(paper, at) for at in np.arange(step / 2, paper.height, step)]
    if upright:
        lines += [down(paper, at) for at in np.arange(step / 2, paper.width, step)]
    paper.draw(lines, thick, dark)


def across(paper: Sheet, y: float) -> NDArray[np.float64]:
    return np.array([[-9.0, y], [paper.width + 9.0, y]])


def down(paper: Sheet, x: float) -> NDArray[np.float64]:
    return np.array([[x, -9.0], [x, paper.height + 9.0]])


# --- the camera -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Camera:
    """How rough a picture is, each from 0 to 1."""

    angle: float
    light: float
    blur: float
    noise: float
    jpeg: float

    @classmethod
    def by(cls, chance: Chance, most: float = 1.0) -> Camera:
        return cls(*(float(value) for value in chance.uniform(0, most, 5)))


def seen(sheet: Sheet, camera: Camera, *, paper: float | None = None) -> NDArray[np.uint8]:
    """(height, width) uint8: the sheet as a camera sees it."""
    chance = sheet.chance
    dark = from_an_angle(sheet.dark, camera, chance)
    height, width = dark.shape
    dark = cv2.GaussianBlur(dark, (0, 0), 0.3 + camera.blur * 1.2 * max(1.0, sheet.side / 480))
    level = float(chance.uniform(170, 250)) if paper is None else paper
    light = np.float32(level) * _light(width, height, camera.light, chance)
    picture = light * (1 - dark) + chance.normal(0, 0.5 + 5.5 * camera.noise, dark.shape)
    levels: NDArray[np.uint8] = np.rint(np.clip(picture, 0, 255)).astype(np.uint8)
    return levels


def from_an_angle(dark: Dark, camera: Camera, chance: Chance) -> Dark:
    """The sheet in perspective and a little turned; beyond it the same paper goes on."""
    height, width = dark.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    middle = np.array([width, height]) / 2
    turn = np.radians(chance.normal(0, 2.5)) * camera.angle
    turned = (corners - middle) @ np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    )
    moved = turned + middle + chance.uniform(-0.05, 0.05, (4, 2)) * camera.angle * (width, height)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    warped = cv2.warpPerspective(dark, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.float32)


def _light(width: int, height: int, much: float, chance: Chance) -> Dark:
    """Light that falls off to one side, 1 at its brightest."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    towards = chance.uniform(0, 2 * np.pi)
    slope = (np.cos(towards) * x + np.sin(towards) * y) / np.sqrt(2)
    light = 1 - much * 0.3 * (slope + 1) / 2 - much * 0.1 * (x * x + y * y) / 2
    return np.asarray(light, np.float32)


def file_of(picture: NDArray[np.generic], camera: Camera | None) -> bytes:
    """A JPEG as rough as the camera, or without one a PNG; colours are blue, green, red."""
    if camera is None:
        return cv2.imencode(".png", picture)[1].tobytes()
    quality = int(95 - 45 * camera.jpeg)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
