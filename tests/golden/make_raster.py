"""Writes raster.json, the golden vectors of the raster path: `python -m tests.golden.make_raster`.

All pictures are painted here: the digits of `make` with round brushes, on paper
as scanners, screens and cameras show it. What the reader sees of each is what
`recognizer.preprocessing.raster` makes of it. The tests of both languages read the
file, so neither can move without the other; it is written anew only together with a
new number of the normalisation.
"""

from __future__ import annotations

import base64
import itertools
import json
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import Blank
from recognizer.preprocessing import raster
from recognizer.preprocessing.glyph import NORMALISATION
from tests.golden.make import DIGITS, Strokes, placed, short

Grey: TypeAlias = NDArray[np.uint8]  # (height, width), 0 black to 255 white
Case: TypeAlias = tuple[str, Grey]

FILE = Path(__file__).with_name("raster.json")
SEED = 21


def painted(
    strokes: Strokes,
    brush: float,
    shape: tuple[int, int] = (200, 200),
    *,
    paper: float = 245,
    ink: float = 25,
) -> Grey:
    """Strokes painted with a round brush, the edges smooth over one pixel."""
    rows, columns = np.indices(shape)
    nearest = np.full(shape, np.inf)
    for stroke in strokes:
        points = np.array(stroke if len(stroke) > 1 else stroke * 2)
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            x, y = columns - x0, rows - y0
            length = max((x1 - x0) ** 2 + (y1 - y0) ** 2, 1e-9)
            share = np.clip((x * (x1 - x0) + y * (y1 - y0)) / length, 0, 1)
            away = (x - share * (x1 - x0)) ** 2 + (y - share * (y1 - y0)) ** 2
            nearest = np.minimum(nearest, away)
    cover = np.clip(brush / 2 + 0.5 - np.sqrt(nearest), 0, 1)
    return whole(paper + (ink - paper) * cover)


def whole(picture: NDArray[Any]) -> Grey:
    """To grey levels. No value lies halfway between two, so every machine rounds alike."""
    levels: Grey = np.rint(np.clip(picture, 0, 255) + 1e-4).astype(np.uint8)
    return levels


def digit(which: int, brush: float, *, size: float = 120, turn: float = 8, **paper: Any) -> Grey:
    strokes = placed(DIGITS[which], size=size, turn=turn, at=(68, 38))
    return painted(strokes, brush, **paper)


def brushes() -> Iterator[Case]:
    """Every digit, from a hairline to a marker that fills its loops."""
    for which, brush in enumerate([12, 3, 8, 18, 5, 22, 15, 1.5, 10, 26]):
        yield f"{which} with a brush of {brush}", digit(which, brush, turn=3 * which - 12)
    for which, brush in ((0, 36), (4, 30), (6, 40), (8, 44), (9, 48)):
        yield f"{which} with a brush of {brush}", digit(which, brush, size=110)


def light(chance: np.random.Generator) -> Iterator[Case]:
    """Uneven light, noise, and ink lighter than its paper."""
    y, x = np.mgrid[-1:1:200j, -1:1:200j]
    three = digit(3, 14)
    yield "light on dark", digit(2, 12, paper=20, ink=230)
    yield "light on grey", digit(5, 9, paper=110, ink=190)
    yield "pale pencil", digit(9, 4, paper=235, ink=180)
    yield "light from the left", whole(three * (0.65 - 0.3 * x))
    yield "light in the middle", whole(three * (0.95 - 0.25 * (x * x + y * y)))
    yield "a shadow over half the sheet", whole(three * np.where(x + 0.3 * y > 0.2, 0.6, 1))
    grainy = digit(7, 10)[::2, ::2].astype(float)
    yield "grain", whole(grainy * 0.8 + chance.normal(20, 8, grainy.shape))
    yield "JPEG", jpeg(digit(8, 9)[::2, ::2], 70)
    yield "JPEG, light on dark", jpeg(255 - digit(6, 9)[::2, ::2], 90)


def jpeg(picture: Grey, coarseness: float) -> Grey:
    """Blocks of 8x8 whose cosine coefficients are rounded to multiples of `coarseness`."""
    steps = np.arange(8)
    cosines = np.cos(np.pi * (2 * steps + 1) * steps[:, None] / 16) / 2
    cosines[0] /= np.sqrt(2)
    rough = picture.astype(np.float64)
    for top in range(0, rough.shape[0] - 7, 8):
        for left in range(0, rough.shape[1] - 7, 8):
            block = rough[top : top + 8, left : left + 8]
            kept = np.rint(cosines @ block @ cosines.T / coarseness) * coarseness
            rough[top : top + 8, left : left + 8] = cosines.T @ kept @ cosines
    return whole(rough)


def debris() -> Iterator[Case]:
    """What is on the sheet beside the digit."""
    framed = digit(4, 8)
    framed[:5], framed[-5:], framed[:, :5], framed[:, -5:] = 0, 0, 0, 0
    yield "a frame", framed
    framed = digit(0, 12)
    framed[:4], framed[-4:], framed[:, :4], framed[:, -4:] = 0, 0, 0, 0
    yield "a frame around a 0", framed
    ruled = digit(2, 10)
    ruled[12::25] = np.minimum(ruled[12::25], 120)
    yield "ruled paper", ruled
    squared = ruled.copy()
    squared[:, 9::25] = np.minimum(squared[:, 9::25], 120)
    yield "squared paper", squared
    specks = digit(9, 10)
    specks[20:23, 170:174], specks[180:182, 30:33] = 60, 40
    yield "specks", specks
    table = digit(1, 14)
    table[:, 170:] = np.minimum(table[:, 170:], 120)
    yield "a table beside the sheet", table


def line(*points: tuple[float, float]) -> Strokes:
    return [[list(point) for point in points]]


def on_forms() -> dict[str, tuple[int, Strokes, float]]:
    """By name: the digit, what is drawn around or through it, and with what brush."""
    ring = [(100 + 92 * math.cos(turn / 9), 100 + 92 * math.sin(turn / 9)) for turn in range(58)]
    cell = [(45.0, 22.0), (155.0, 24.0), (153.0, 178.0), (43.0, 176.0), (45.0, 22.0)]
    run_on = line((10, 24), (190, 26)) + line((12, 174), (160, 176))
    run_on += line((46, 4), (44, 196)) + line((152, 8), (154, 190))
    touched = [(45.0, 60.0), (155.0, 60.0), (155.0, 178.0), (45.0, 178.0), (45.0, 60.0)]
    return {
        "a cell": (3, line(*cell), 2),
        "a cell whose lines run on": (5, run_on, 2),
        "a cell that a 4 runs over": (4, line(*touched), 2),
        "a box by hand": (2, line((30, 20), (168, 14), (174, 182), (26, 186), (30, 20)), 8),
        "a circle": (7, line(*ring), 7),
        "three sides": (8, line((40, 15), (40, 180), (160, 180), (160, 15)), 5),
        "an underline": (6, line((50, 184), (150, 180)), 8),
        "a ruled line through": (9, line((-5, 110), (205, 114)), 2),
        "a neighbour cut by the edge": (1, line((196, 60), (180, 90), (203, 110)), 8),
    }


def forms() -> Iterator[Case]:
    """Frames, boxes, circles, lines and a neighbour; what is empty; ink that runs pale."""
    for name, (which, around, brush) in on_forms().items():
        yield name, np.minimum(digit(which, 8), painted(around, brush))
    _, cell, brush = on_forms()["a cell"]
    yield "an empty cell", painted(cell, brush)
    _, box, brush = on_forms()["a box by hand"]
    yield "an empty box by hand", painted(box, brush)
    pale = painted(on_forms()["a cell that a 4 runs over"][1], 2, ink=175)
    yield "a pale cell that a 4 runs over", np.minimum(digit(4, 8), pale)
    one = painted(line((101, 45), (97, 165)), 8)
    yield (
        "a line through a 1, from edge to edge",
        np.minimum(one, painted(line((-5, 110), (205, 114)), 2)),
    )
    one = painted(line((101, 62), (99, 178)), 5)
    narrow = painted(line((70, 40), (130, 40), (130, 170), (70, 170), (70, 40)), 2)
    yield "a 1 over its cell's line", np.minimum(one, narrow)
    five = painted(placed(DIGITS[5], size=110, turn=4, at=(70, 30)), 7, (300, 300))
    below = np.add.outer(np.arange(300), np.arange(300) * 0.9) > 380
    yield "a large dark thing below", np.where(below, np.minimum(five, 110), five)
    corner = digit(3, 8)
    corner[:70, 150:] = np.minimum(corner[:70, 150:], 60)
    yield "a dark thing in the corner", corner
    two = digit(2, 8).astype(float)
    two[118:] = 245 - (245 - two[118:]) * 0.4
    yield "a 2 whose foot is pale", whole(two)


def angles() -> Iterator[Case]:
    """Photographs from the side: farther off everything is smaller, and the light falls off."""
    y, x = np.mgrid[-1:1:200j, -1:1:200j]
    for which, lean in ((5, 0.5), (8, -0.4), (4, 0.7)):
        flat = placed(DIGITS[which], size=150, turn=0, at=(-45, -75))
        strokes = [
            [[100 + px / (1 + lean * px / 200), 100 + py / (1 + lean * px / 200)] for px, py in way]
            for way in flat
        ]
        seen = painted(strokes, 11) * (0.8 + 0.15 * lean * x - 0.05 * y)
        yield f"{which} from an angle of {lean}", whole(seen)


def sizes(chance: np.random.Generator) -> Iterator[Case]:
    """Small, large, narrow, and ink that fills the picture or is lost on it."""
    tiny = placed(DIGITS[3], size=18, turn=0, at=(9, 5))
    yield "28x28", painted(tiny, 2.2, (28, 28))
    yield "28x28 with a hairline", painted(tiny, 0.8, (28, 28))
    yield "12x12", painted(placed(DIGITS[7], size=8, turn=0, at=(3, 2)), 1.2, (12, 12))
    yield "40x36", painted(placed(DIGITS[6], size=27, turn=5, at=(11, 5)), 3, (40, 36))
    yield "60x50", painted(placed(DIGITS[5], size=38, turn=0, at=(14, 10)), 5, (60, 50))
    yield "a narrow strip", painted(placed(DIGITS[1], size=110, turn=0, at=(5, 5)), 6, (120, 60))
    whole_sheet = placed(DIGITS[2], size=440, turn=0, at=(100, 30))
    yield "480x480, filled", painted(whole_sheet, 40, (480, 480))
    yield "480x480, a hairline", painted(whole_sheet, 1.2, (480, 480))
    yield "700x600", painted(placed(DIGITS[0], size=500, turn=6, at=(150, 90)), 60, (600, 700))
    lost = placed(DIGITS[8], size=90, turn=0, at=(500, 300))
    yield "a small 8 on a large sheet", painted(lost, 9, (701, 903))
    yield "blocks", whole(np.kron(chance.integers(0, 2, (7, 5)) * 200 + 20.0, np.ones((9, 11))))
    checks = np.indices((30, 30)).sum(axis=0) % 2 * 255
    yield "a chequered patch", np.pad(checks, 20, constant_values=255).astype(np.uint8)


def odd(chance: np.random.Generator) -> Iterator[Case]:
    """Symmetric shapes, blots, and sheets with nothing to read."""
    plus: Strokes = [[[100, 40], [100, 160]], [[40, 100], [160, 100]]]
    yield "a plus", painted(plus, 10)
    yield "a fat plus", painted(plus, 44)
    yield "a blot", painted([[[100, 100]]], 110)
    yield "two dots", painted([[[60, 60]], [[140, 120]]], 20)
    yield "a square", painted([], 1) - np.pad(np.full((80, 80), 200, np.uint8), 60)
    yield "only a dot", painted([[[100, 100]]], 4)
    yield "white", np.full((50, 70), 255, np.uint8)
    yield "black", np.zeros((70, 50), np.uint8)
    yield "one pixel", np.full((1, 1), 7, np.uint8)
    yield "a line of pixels", np.full((2, 90), 90, np.uint8)
    yield "a slope", np.add.outer(np.arange(90), np.arange(110)).astype(np.uint8)
    yield "grain alone", whole(chance.normal(220, 6, (60, 60)))
    yield "noise", chance.integers(0, 256, (40, 50)).astype(np.uint8)


def cases() -> list[Case]:
    chance = np.random.default_rng(SEED)
    return [
        *brushes(),
        *light(chance),
        *debris(),
        *forms(),
        *angles(),
        *sizes(chance),
        *odd(chance),
    ]


def image_of(picture: Grey) -> list[float] | None:
    """784 values in [0, 1], or None where there is nothing to read."""
    try:
        return [short(value) for value in raster.render(picture).ravel().tolist()]
    except Blank:
        return None


def packed(picture: Grey) -> str:
    return base64.b64encode(zlib.compress(picture.tobytes(), 9)).decode()


def unpacked(case: dict[str, Any]) -> Grey:
    pixels = np.frombuffer(zlib.decompress(base64.b64decode(case["picture"])), np.uint8)
    return pixels.reshape(case["height"], case["width"])


def write() -> None:
    """One case a line, so that a change shows which."""
    lines = [
        {
            "name": name,
            "width": picture.shape[1],
            "height": picture.shape[0],
            "picture": packed(picture),
            "image": image_of(picture),
        }
        for name, picture in cases()
    ]
    content = ",\n".join(json.dumps(line, separators=(",", ":")) for line in lines)
    FILE.write_text(f'{{"normalisation":{NORMALISATION},"cases":[\n{content}\n]}}\n')


if __name__ == "__main__":
    write()
