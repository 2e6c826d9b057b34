"""Golden drawings: ten digits, always the same, that a version answers as it first did here.

Files are proven by their hashes. What runs them is not: another runtime, another processor
or a damaged memory shows in what a network answers, so it is asked before it goes live.
"""

from __future__ import annotations

from functools import cache
from math import cos, pi, sin
from typing import TYPE_CHECKING

import numpy as np

from recognizer.labels import LABELS
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recognizer.serving.engine import Engine

# How far a probability may lie from the one of before: beyond what rounding does.
TOLERANCE = 0.02

Points = list[tuple[float, float]]


def _loop(x: float, y: float, width: float, height: float) -> Points:
    turns = [2 * pi * step / 24 for step in range(25)]
    return [(x + width * sin(turn), y - height * cos(turn)) for turn in turns]


# One drawing a digit, on a sheet of 100 by 100.
STROKES: tuple[list[Points], ...] = (
    [_loop(50, 50, 24, 40)],
    [[(36, 30), (52, 12), (52, 90)]],
    [[(26, 30), (36, 15), (55, 12), (69, 24), (64, 44), (25, 88), (77, 88)]],
    [[(28, 18), (50, 10), (68, 22), (62, 40), (44, 47), (66, 55), (70, 74), (50, 90), (26, 82)]],
    [[(52, 10), (22, 60), (78, 60)], [(62, 36), (62, 92)]],
    [[(70, 12), (36, 12), (32, 45), (52, 42), (70, 57), (67, 79), (46, 90), (26, 81)]],
    [[(62, 10), (39, 34), (29, 62), (37, 84), (56, 90), (70, 74), (62, 56), (44, 55), (31, 68)]],
    [[(25, 14), (73, 14), (44, 90)]],
    [[*_loop(50, 30, 17, 18), *reversed(_loop(50, 69, 21, 21))]],
    [[(67, 28), (50, 12), (32, 26), (39, 45), (60, 43), (67, 28), (64, 90)]],
)


@cache
def glyphs() -> Glyphs:
    """The golden drawings as a network sees them."""
    drawn = [
        ink.normalise([np.array(stroke, dtype=float) for stroke in strokes]) for strokes in STROKES
    ]
    return Glyphs.of(drawn)


def answers(engine: Engine) -> list[list[float]]:
    """What a network answers: eleven probabilities a golden drawing, rounded for the record."""
    probabilities = engine.predict(glyphs()).probabilities.astype(float)
    rounded: list[list[float]] = probabilities.round(4).tolist()
    return rounded


def differences(now: Sequence[Sequence[float]], before: Sequence[Sequence[float]]) -> list[str]:
    """Where two records differ, in words: "4 was read as 4, is read as 9"."""
    told = []
    for digit, (after, earlier) in enumerate(zip(now, before, strict=True)):
        new, old = LABELS[int(np.argmax(after))], LABELS[int(np.argmax(earlier))]
        apart = float(np.abs(np.subtract(after, earlier)).max())
        if new != old:
            told.append(f"{digit} was read as {old}, is read as {new}")
        elif not apart <= TOLERANCE:  # so that what is no number counts
            told.append(f"{digit} is read with {apart:.2f} more or less certainty")
    return told
