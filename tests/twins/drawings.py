"""Random drawings out of `tests.golden.make`'s digits: as people write, and as devices fail."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from tests.golden.make import DIGITS, Strokes, awkward, moved, placed
from tests.golden.make_numbers import written
from tests.twins import SEED

COUNT = 300
LARGEST = 1e9  # to each side of 0, the largest coordinate that the server takes
Maker: TypeAlias = Callable[[random.Random], Strokes]


@dataclass(frozen=True)
class Drawing:
    strokes: Strokes
    canvas: list[float] | None
    number: bool  # read as a number, or as one digit


def drawing(number: int) -> Drawing:
    """The `number`th drawing; which kind it is goes by turns."""
    chance = random.Random(f"ink {SEED} {number}")
    strokes = MAKERS[kind(number)](chance)
    is_number = number // len(MAKERS) % 2 == 0
    return Drawing(strokes, canvas(strokes, chance), is_number)


def kind(number: int) -> str:
    return [*MAKERS][number % len(MAKERS)]


def canvas(strokes: Strokes, chance: random.Random) -> list[float] | None:
    """None where nobody knows it; at times so large that the ink is no more than a dot on it."""
    places = [abs(value) for stroke in strokes for point in stroke for value in point[:2]]
    side = max(places, default=0) or 1
    times = chance.choices([None, (1, 1), (1.5, 1), (40, 40)], [4, 4, 2, 1])[0]
    return times and [min(one * side, LARGEST) for one in times]


# --- one digit ------------------------------------------------------------------


def digit(chance: random.Random) -> Strokes:
    size, turn = chance.uniform(30, 240), chance.uniform(-25, 25)
    return placed(DIGITS[chance.randrange(10)], size=size, turn=turn, at=(120, 120), places=1)


def trembling(chance: random.Random) -> Strokes:
    """Every point a little off its line."""
    width = chance.choice([0.3, 2, 8])
    return [
        [[round(value + chance.gauss(0, width), 1) for value in point] for point in stroke]
        for stroke in digit(chance)
    ]


def few_points(chance: random.Random) -> Strokes:
    """Of a slow device: every few points only, but the ends."""
    step = chance.randrange(3, 9)
    return [[*stroke[:-1:step], stroke[-1]] for stroke in digit(chance)]


def many_points(chance: random.Random) -> Strokes:
    """Of a fast device, which tells hundreds a second."""
    times = chance.randrange(4, 20)
    return [
        [
            [x0 + (x1 - x0) * step / times, y0 + (y1 - y0) * step / times]
            for (x0, y0), (x1, y1) in pairwise(stroke)
            for step in range(times)
        ]
        for stroke in digit(chance)
    ]


def repeated_points(chance: random.Random) -> Strokes:
    """A pen that rests on its way."""
    return [[point for point in stroke for _ in "abc"] for stroke in digit(chance)]


def there_and_back(chance: random.Random) -> Strokes:
    return [[*stroke, *stroke[::-1]] for stroke in digit(chance)]


def lifted(chance: random.Random) -> Strokes:
    """Each stroke in several, some of a single point."""
    parts: Strokes = []
    for stroke in digit(chance):
        ends = sorted(chance.choices(range(len(stroke)), k=3))
        edges = [0, *ends, len(stroke)]
        parts += [stroke[start:end] for start, end in pairwise(edges)]
    return parts


def timed(chance: random.Random) -> Strokes:
    """With time and pressure, and a stroke without points."""
    strokes = [[[*point, 16 * at, 0.5] for at, point in enumerate(one)] for one in digit(chance)]
    return [*strokes, []]


# --- sizes and shapes -----------------------------------------------------------


def scaled(strokes: Strokes, across: float, down: float) -> Strokes:
    return [[[x * across, y * down] for x, y in stroke] for stroke in strokes]


def huge(chance: random.Random) -> Strokes:
    times = LARGEST / 500
    return scaled(digit(chance), times, times)


def far_off(chance: random.Random) -> Strokes:
    """A digit or a number as far from 0 as may be, where doubles are 1e-7 apart."""
    strokes = chance.choice([digit, number])(chance)
    right, down = chance.choice([-LARGEST, LARGEST - 2000]), chance.choice([-LARGEST, 0, 1e8])
    return moved(strokes, right, down)


def beside_the_sheet(chance: random.Random) -> Strokes:
    """The pen left it to the left or at the top."""
    return moved(digit(chance), chance.uniform(-300, 0), chance.uniform(-300, 0))


def tiny(chance: random.Random) -> Strokes:
    """Down to where the unit itself ends."""
    times = 10 ** -chance.uniform(3, 14)
    return scaled(digit(chance), times, times)


def flat(chance: random.Random) -> Strokes:
    return scaled(digit(chance), 1, 10 ** -chance.uniform(1, 8))


def slim(chance: random.Random) -> Strokes:
    return scaled(digit(chance), 10 ** -chance.uniform(1, 8), 1)


def point(chance: random.Random) -> list[float]:
    return [round(chance.uniform(0, 300), 1), round(chance.uniform(0, 300), 1)]


def points(chance: random.Random) -> Strokes:
    """One, some of them tapped twice."""
    return [[point(chance)] * chance.randrange(1, 3) for _ in range(chance.randrange(1, 6))]


def barely_a_dot(chance: random.Random) -> Strokes:
    """About as large as a dot may be on a sheet of 320, whose far corner may hold another."""
    side = 9.6 + chance.choice([-0.1, -1e-9, 0, 1e-9, 0.1])
    dash = [[[100.0, 100.0], [100.0 + side, 100.0 + chance.uniform(0, side)]]]
    return [*dash, [[320.0, 320.0]]] if chance.random() < 0.3 else dash


def scribble(chance: random.Random) -> Strokes:
    return [
        [point(chance) for _ in range(chance.randrange(2, 12))] for _ in range(chance.randrange(9))
    ]


def golden(chance: random.Random) -> Strokes:
    """One of the awkward shapes of the golden vectors, turned over."""
    _, strokes, _ = chance.choice(awkward(chance))
    return [stroke[::-1] for stroke in strokes[::-1]]


# --- whole numbers --------------------------------------------------------------


def number(chance: random.Random) -> Strokes:
    """Two to seven digits, more or less close together, upright or leaning."""
    text = "".join(str(chance.randrange(10)) for _ in range(chance.randrange(2, 8)))
    gap, lean = chance.uniform(-18, 45), chance.choice([0, chance.uniform(-0.3, 0.5)])
    return inside(written(text, gap=gap, lean=lean, height=chance.uniform(40, 160)))


def on_lines(chance: random.Random) -> Strokes:
    """Two or three numbers below one another, as they were written or not."""
    down, strokes = 0.0, []
    for _ in range(chance.choice([2, 2, 3])):
        strokes += moved(number(chance), chance.uniform(0, 60), down)
        down += chance.uniform(120, 260)
    if chance.random() < 0.3:
        chance.shuffle(strokes)
    return strokes


def inside(strokes: Strokes) -> Strokes:
    """Moved to where all coordinates are positive, in tenths as the page has them."""
    left = min(0, *(x for stroke in strokes for x, _ in stroke))
    return [[[round(x - left, 1), round(y, 1)] for x, y in stroke] for stroke in strokes]


def in_any_order(chance: random.Random) -> Strokes:
    strokes = number(chance)
    chance.shuffle(strokes)
    return [stroke[:: chance.choice([1, -1])] for stroke in strokes]


def with_signs(chance: random.Random) -> Strokes:
    """A minus, a point or a comma, a speck."""
    strokes = number(chance)
    right = max(x for stroke in strokes for x, _ in stroke)
    minus = [[right + 20, 120], [right + 50, 118]]
    comma = [[right + 12, 170], [right + 6, 198]]
    speck = [[right + 60, 20], [right + 61, 21]]
    return [*strokes, *chance.sample([minus, comma, speck, [[right + 10, 178]]], 2)]


def trembling_number(chance: random.Random) -> Strokes:
    return inside(
        [[[x + chance.gauss(0, 2), y + abs(chance.gauss(0, 2))] for x, y in stroke]
         for stroke in number(chance)]
    )  # fmt: skip


def all_over_one_another(chance: random.Random) -> Strokes:
    """Dozens of strokes on one place: more groups than are read."""
    return [[point(chance) for _ in range(3)] for _ in range(chance.randrange(12, 40))]


def alike(chance: random.Random) -> Strokes:
    """The same bars at even distances: every pair as likely as the next."""
    step, bars = chance.choice([8, 16, 32]), chance.randrange(3, 9)
    lean = chance.choice([0, 4])
    return [[[32.0 + step * at + lean, 16.0], [32.0 + step * at, 80.0]] for at in range(bars)]


MAKERS: dict[str, Maker] = {
    maker.__name__.replace("_", " "): maker
    for maker in (
        digit, number, trembling, in_any_order, few_points, with_signs, many_points,
        trembling_number, repeated_points, all_over_one_another, there_and_back, alike, lifted,
        timed, huge, far_off, beside_the_sheet, tiny, flat, slim, points, barely_a_dot, scribble,
        golden, on_lines,
    )
}  # fmt: skip
