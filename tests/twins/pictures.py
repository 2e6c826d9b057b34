"""Random pictures, painted as `tests.golden.make_raster` paints them: paper, pens, light, noise."""

from __future__ import annotations

import math
import random
from typing import TypeAlias

import cv2
import numpy as np

from tests.golden.make import DIGITS, Strokes, moved, placed
from tests.golden.make_numbers import written
from tests.golden.make_raster import Grey, jpeg, painted, whole
from tests.golden.make_raster_numbers import sheet
from tests.twins import SEED

COUNT = 100
Noise: TypeAlias = np.random.Generator
KINDS = (
    "digit", "number", "small", "pale", "inverted", "shaded", "grainy", "ruled", "squared",
    "specked", "framed", "large", "JPEG", "nothing",
)  # fmt: skip


def kind(number: int) -> str:
    return KINDS[number % len(KINDS)]


def picture(number: int) -> Grey:
    """The `number`th picture: of its kind, and often with another's fault besides."""
    chance = random.Random(f"raster {SEED} {number}")
    noise = np.random.default_rng([SEED, number])
    main = kind(number)
    faults = {main, *chance.sample(KINDS[5:11], chance.choice([0, 0, 1, 2]))}
    grey = blank(chance) if main == "nothing" else written_on(main, chance)
    for fault, spoilt in FAULTS.items():
        if fault in faults:
            grey = spoilt(grey, chance, noise)
    if main == "large":
        times = math.ceil(chance.uniform(500, 1000) / max(grey.shape))
        grey = cv2.resize(grey, None, fx=times, fy=times, interpolation=cv2.INTER_LINEAR_EXACT)
    return grey


def blank(chance: random.Random) -> Grey:
    return np.full((chance.randrange(1, 90), chance.randrange(1, 90)), 230, np.uint8)


def written_on(main: str, chance: random.Random) -> Grey:
    """One digit or a number by some pen, dark on light or, `inverted`, the other way round."""
    paper, ink = chance.uniform(190, 255), chance.uniform(0, 90)
    if main == "pale":
        ink = paper - chance.uniform(15, 50)
    if main == "inverted":
        paper, ink = ink, paper
    size = chance.uniform(10, 34) if main == "small" else chance.uniform(40, 130)
    pen = max(1.0, size * chance.choice([0.02, 0.06, 0.1, 0.2, 0.35]))
    if main == "number" or chance.random() < 0.3:
        return sheet(number(chance), pen / 2, margin=chance.randrange(3, 30), paper=paper, ink=ink)
    room = int(size * chance.uniform(1.2, 2.4)) + 2
    at = (room / 2 - size / 3, (room - size) / 2)
    strokes = placed(DIGITS[chance.randrange(10)], size=size, turn=chance.uniform(-15, 15), at=at)
    shape = (room, int(room * chance.uniform(0.9, 1.6)))
    return painted(strokes, pen, shape, paper=paper, ink=ink)


def number(chance: random.Random) -> Strokes:
    text = "".join(str(chance.randrange(10)) for _ in range(chance.randrange(2, 5)))
    gap, lean = chance.uniform(-6, 24), chance.choice([0, chance.uniform(-0.3, 0.4)])
    strokes = written(text, gap=gap, lean=lean, height=chance.uniform(24, 70))
    if chance.random() < 0.3:  # the same again below
        strokes += moved(strokes, chance.uniform(0, 30), chance.uniform(80, 130))
    return strokes


# --- what spoils a picture ------------------------------------------------------


def shaded(grey: Grey, chance: random.Random, noise: Noise) -> Grey:
    """Light that falls off to a side or all around, or the edge of a shadow."""
    height, width = grey.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    along = x * chance.uniform(-1, 1) + y * chance.uniform(-1, 1)
    fall = chance.uniform(0.05, 0.3)
    lights = [1 - fall * (1 + along) / 2, 1 - fall * (x * x + y * y), np.where(along > 0, 0.7, 1)]
    return whole(grey * chance.choice(lights))


def grainy(grey: Grey, chance: random.Random, noise: Noise) -> Grey:
    return whole(grey * 0.9 + noise.normal(10, chance.uniform(2, 14), grey.shape))


def ruled(grey: Grey, chance: random.Random, noise: Noise) -> Grey:
    lined = grey.copy()
    lined[chance.randrange(9) :: chance.randrange(9, 30)] = chance.uniform(60, 190)
    return np.minimum(grey, lined)


def squared(grey: Grey, chance: random.Random, noise: Noise) -> Grey:
    return ruled(ruled(grey, chance, noise).T, chance, noise).T.copy()


def specked(grey: Grey, chance: random.Random, noise: Noise) -> Grey:
    spoilt = grey.copy()
    for _ in range(chance.randrange(1, 12)):
        row, column, side = (int(noise.integers(end)) for end in (*grey.shape, 5))
        spoilt[row : row + side + 1, column : column + side + 1] = chance.randrange(120)
    return spoilt


def framed(grey: Grey, chance: random.Random, noise: Noise) -> Grey:
    """A frame, or a table at one side of the sheet."""
    spoilt, width = grey.copy(), chance.randrange(2, 6)
    spoilt[:, -3 * width :] = chance.randrange(140)
    if chance.random() < 0.6:
        spoilt = grey.copy()
        spoilt[:width], spoilt[-width:], spoilt[:, :width], spoilt[:, -width:] = [30] * 4
    return spoilt


def compressed(grey: Grey, chance: random.Random, noise: Noise) -> Grey:
    return jpeg(grey, chance.uniform(20, 90))


FAULTS = {
    "ruled": ruled,
    "squared": squared,
    "specked": specked,
    "framed": framed,
    "shaded": shaded,
    "grainy": grainy,
    "JPEG": compressed,
}
