"""Writes ink.json, the golden vectors of the ink normalisation: `python -m tests.golden.make`.

All ink here is invented: digits out of lines and arcs, and the shapes that
normalisations stumble over. The pictures are what `recognizer.preprocessing.ink` makes
of them, and the motion what `recognizer.preprocessing.motion` does. The tests of both
languages read the file, so neither can move without the other; it is written anew only
together with a new number of the normalisation.
"""

from __future__ import annotations

import json
import math
import random
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recognizer.exceptions import Blank
from recognizer.preprocessing import ink, motion
from recognizer.preprocessing.glyph import NORMALISATION
from recognizer.preprocessing.strokes import parse

Strokes: TypeAlias = list[list[list[float]]]
Case: TypeAlias = tuple[str, Strokes, list[float] | None]  # name, strokes, canvas

FILE = Path(__file__).with_name("ink.json")
SEED = 20


def line(*corners: tuple[float, float], points: int = 8) -> list[list[float]]:
    """A stroke through the corners, with `points` points on each side."""
    stroke = [
        [x0 + (x1 - x0) * step / points, y0 + (y1 - y0) * step / points]
        for (x0, y0), (x1, y1) in pairwise(corners)
        for step in range(points)
    ]
    return [*stroke, [*corners[-1]]]


def arc(
    x: float, y: float, radius_x: float, radius_y: float, start: float, end: float, points: int = 24
) -> list[list[float]]:
    """Part of an ellipse; angles in degrees, clockwise from the right as y points down."""
    angles = [math.radians(start + (end - start) * step / points) for step in range(points + 1)]
    return [[x + radius_x * math.cos(a), y + radius_y * math.sin(a)] for a in angles]


# Each in a box of 10 by 16.
DIGITS: dict[int, Strokes] = {
    0: [arc(5, 8, 5, 8, -90, 270)],
    1: [line((2, 4), (6, 0), (6, 16))],
    2: [arc(5, 4.5, 4.5, 4.5, -180, 30) + line((8.6, 7), (0, 16), (10, 16))],
    3: [arc(4, 4, 4, 4, -150, 90) + arc(4, 12, 5, 4, -90, 150)],
    4: [line((7, 0), (0, 10), (10, 10)), line((7, 3), (7, 16))],
    5: [line((2, 0), (1, 7)) + arc(4, 11, 5, 5, -120, 140), line((2, 0), (9, 0))],
    6: [line((8, 0), (2, 7)) + arc(5, 11.5, 4.5, 4.5, 200, 560)],
    7: [line((0, 0), (9, 0), (4, 16)), line((3, 8), (8, 8))],
    8: [arc(5, 4, 4, 4, 90, 450) + arc(5, 12, 5, 4, -90, 270)],
    9: [arc(5, 4.5, 4.5, 4.5, 0, 360) + line((9.5, 4.5), (7, 16))],
}


def placed(
    strokes: Strokes, *, size: float, turn: float, at: tuple[float, float], places: int = 2
) -> Strokes:
    """Turned by degrees, 16 units grown to `size`, moved, and rounded as a device would."""
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    scale = size / 16
    return [
        [
            [
                round(at[0] + scale * (x * cosine - y * sine), places),
                round(at[1] + scale * (x * sine + y * cosine), places),
            ]
            for x, y in stroke
        ]
        for stroke in strokes
    ]


def moved(strokes: Strokes, right: float, down: float) -> Strokes:
    """To another place on the sheet, or off it."""
    return [[[x + right, y + down] for x, y in stroke] for stroke in strokes]


def drawn_digits(chance: random.Random) -> list[Case]:
    """Each digit on a phone's canvas, and once more in a unit of its own."""
    cases: list[Case] = []
    for digit, strokes in DIGITS.items():
        size, turn = chance.uniform(80, 220), chance.uniform(-18, 18)
        cases.append((f"{digit}", placed(strokes, size=size, turn=turn, at=(90, 70)), [320, 320]))
        places = chance.randrange(5)
        unit = 10.0 ** (4 - places)
        turned = placed(strokes, size=unit, turn=turn, at=(2 * unit, 2 * unit), places=places + 3)
        cases.append((f"{digit}, {unit:g} high, canvas unknown", turned, None))
    return cases


def awkward(chance: random.Random) -> list[Case]:
    """Shapes that normalisations stumble over."""
    scribble = [
        [round(chance.uniform(0, 300), 1), round(chance.uniform(0, 300), 1)] for _ in range(150)
    ]
    spiral = [
        [round(150 + 4 * turn * math.cos(turn), 3), round(150 + 4 * turn * math.sin(turn), 3)]
        for turn in range(25)
    ]
    dots: Strokes = [[[float(x), float(y)]] for x in (0, 50, 100) for y in (0, 50, 100)]
    hatching = [[float(x), float(y)] for y in range(140) for x in ((0, 140), (140, 0))[y % 2]]
    seven = placed(DIGITS[7], size=200, turn=0, at=(20, 20))
    small_four = placed(DIGITS[4], size=16, turn=0, at=(0, 0), places=0)
    return [
        ("flat line", [[[10, 50], [200, 50]]], [320, 320]),
        ("upright line", [[[50, 10], [50, 60], [50, 300]]], [320, 320]),
        ("slanted line, there and back", [[[0, 0], [100, 100], [30, 30]]], None),
        (
            "every point twice",
            [[point for point in stroke for _ in "ab"] for stroke in seven],
            None,
        ),
        ("one point among strokes", [*seven, [[130, 260]]], [320, 320]),
        ("a dot far from the rest", [[[0, 0], [0, 90]], [[300, 45]]], None),
        ("nine dots", dots, None),
        ("two dots", [[[0, 0]], [[7, 3]]], None),
        ("a stroke that stands still", [[[5, 5], [5, 5], [5, 5]], [[0, 0], [20, 30]]], None),
        ("ink on the canvas' edges", [[[0, 0], [320, 0], [320, 320], [0, 320]]], [320, 320]),
        ("far off", [[[99_999.5, 99_990], [99_990, 99_999.5], [99_995, 99_999]]], None),
        ("as large as may be", [[[0, 0], [100_000, 50_000], [0, 100_000]]], None),
        ("from end to end", [[[-1e9, -1e9], [1e9, 0], [-1e9, 1e9]]], None),
        ("a billion off", moved(small_four, 1e9 - 16, -1e9), [320, 320]),
        ("the same at the origin", small_four, [320, 320]),
        ("partly beside its sheet", moved(seven, -120, 180), [320, 320]),
        ("very small", [[[1e-6, 2e-6], [3e-6, 1e-6], [2e-6, 5e-6]]], None),
        ("all weight at one end", [scribble[:60], [[300, 300], [1000, 1000]]], None),
        ("scribble", [scribble], [300, 300]),
        ("spiral", [spiral], [300, 300]),
        ("more ink than is looked at pixel by pixel", [hatching], None),
        ("time and pressure", [[[0, 0, 0, 0.5], [30, 40, 16, 0.7], [10, 80, 33]]], None),
        ("a stroke without points", [[], [[0, 0], [30, 40]], []], None),
        ("nothing", [], [320, 320]),
        ("only strokes without points", [[], []], None),
        ("one point", [[[100, 100]]], None),
        ("a small dot on its canvas", [[[100, 100], [104, 107]]], [320, 320]),
        ("just more than a dot", [[[100, 100], [104, 109.6]]], [320, 320]),
        ("too small for any unit", [[[0, 0], [1e-310, 0]]], None),
    ]


def seen(strokes: Strokes, canvas: list[float] | None) -> dict[str, list[float] | None]:
    """The picture's 784 values in [0, 1] and the motion's 640, both before they are rounded to
    bytes; None where there is no digit to draw."""
    try:
        parsed = parse(strokes, max_strokes=200, max_points=10_000)
        ink.normalise(parsed, canvas=(canvas[0], canvas[1]) if canvas else None)
    except Blank:
        return {"image": None, "motion": None}
    return {"image": listed(ink.render(parsed)), "motion": listed(motion.maps(ink.place(parsed)))}


def listed(values: NDArray[np.float64]) -> list[float]:
    """Row by row and cell by cell."""
    return [short(value) for value in values.ravel().tolist()]


def short(value: float) -> float:
    """To 7 decimals; most are 0, and written so."""
    rounded = round(value, 7)
    return int(rounded) if rounded.is_integer() else rounded


def golden() -> dict[str, Any]:
    """All that the file holds."""
    chance = random.Random(SEED)
    cases = [*drawn_digits(chance), *awkward(chance)]
    return {
        "normalisation": NORMALISATION,
        "cases": [
            {"name": name, "strokes": strokes, "canvas": canvas, **seen(strokes, canvas)}
            for name, strokes, canvas in cases
        ],
    }


def write() -> None:
    """One case a line, so that a change shows which."""
    content = golden()
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in content["cases"])
    FILE.write_text(f'{{"normalisation":{content["normalisation"]},"cases":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    write()
