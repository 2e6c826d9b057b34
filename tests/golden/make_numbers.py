"""Writes numbers.json, golden vectors of whole numbers: `python -m tests.golden.make_numbers`.

The ink is invented, as in make.py. Each case holds what may be digits and how much
its pieces belong together, readings as a network might give them, and what follows
from both. The tests of both languages read the file.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np

from recognizer.exceptions import Blank
from recognizer.preprocessing.strokes import parse
from recognizer.segmentation.ink import digits
from recognizer.segmentation.lattice import Lattice
from tests.golden.make import DIGITS, Case, Strokes, moved, placed

FILE = Path(__file__).with_name("numbers.json")
SEED = 21


def written(text: str, *, gap: float = 20, lean: float = 0, height: float = 120) -> Strokes:
    """The digits beside one another, `gap` between their boxes, all leaning by `lean`."""
    strokes: Strokes = []
    right = 40 + max(lean, 0) * 200
    for label in text:
        digit = placed(DIGITS[int(label)], size=height, turn=0, at=(0, 60))
        left = min(x for stroke in digit for x, _ in stroke)
        width = max(x for stroke in digit for x, _ in stroke) - left
        strokes += [[[x - left + right, y] for x, y in stroke] for stroke in digit]
        right += width + gap
    return [[[round(x - lean * y, 2), y] for x, y in stroke] for stroke in strokes]


def cases(chance: random.Random) -> list[Case]:
    """Numbers as people write them, and what may stand between their digits."""
    sheet: list[float] = [900, 300]
    mixed = written("457", gap=10)
    chance.shuffle(mixed)
    ten = written("10", gap=0)
    scribble = [
        [[round(chance.uniform(0, 300), 1), round(chance.uniform(0, 300), 1)] for _ in range(6)]
        for _ in range(14)
    ]
    return [
        *((text, written(text), sheet) for text in ("11", "407", "5", "123456", "7890")),
        ("close together", written("45547", gap=-5), sheet),
        ("over one another", written("5170", gap=-14), sheet),
        ("leaning to the right", written("4157", lean=0.4), sheet),
        ("leaning to the left", written("9054", lean=-0.3), None),
        ("written from the right to the left", written("354")[::-1], sheet),
        ("strokes in any order", mixed, sheet),
        ("1 and 0 touch", ten, None),
        ("the bar of the 5 far away", [*written("5")[:1], [[70, 58], [125, 52]]], sheet),
        ("a minus before", [[[5, 120], [32, 118]], *written("45")], sheet),
        ("a point between", [*written("4"), [[138, 178]], *written("1", lean=0.6)], sheet),
        ("a comma at the end", [*written("34"), [[230, 170], [224, 198]]], sheet),
        ("a slash", [*written("5"), [[158, 62], [130, 190]], *moved(written("27"), 110, 0)], sheet),
        ("in brackets", bracketed("415"), sheet),
        ("a sum", [*written("3"), *plus(150), *moved(written("4"), 140, 0), *equals(270)], sheet),
        ("two groups", [*written("12"), *moved(written("90"), 260, 0)], sheet),
        (
            "an hour",
            [*written("4"), [[150, 100]], [[151, 150]], *moved(written("3"), 110, 0)],
            None,
        ),
        ("a speck on the sheet", [*written("34"), [[700, 20], [702, 22]]], sheet),
        ("small on a large sheet", written("45", height=70), [2000, 1500]),
        ("a scribble", scribble, None),
        ("nothing", [], sheet),
        ("a dash", [[[10, 50], [90, 50]]], sheet),
        ("two dots", [[[100, 100], [103, 101]], [[110, 104], [112, 101]]], [400, 400]),
        ("a stroke without points", [[], *written("17")], sheet),
        ("the same digit twice", written("55", gap=0), sheet),
        (
            "a pen lifted on its way",
            lifted(placed(DIGITS[6], size=120, turn=-15, at=(120, 60), places=1)),
            None,
        ),
        ("a billion off, over one another", moved(written("5170", gap=-14), -1e9, 1e9 - 300), None),
    ]


def bracketed(text: str) -> Strokes:
    left = [[30, 50], [14, 90], [12, 140], [30, 190]]
    right = [[20 + 110 * len(text), 50], [40 + 110 * len(text), 120], [18 + 110 * len(text), 190]]
    return [left, *written(text), right]


def plus(x: float) -> Strokes:
    return [[[x, 125], [x + 50, 123]], [[x + 26, 98], [x + 24, 150]]]


def equals(x: float) -> Strokes:
    return [[[x, 112], [x + 50, 110]], [[x + 2, 134], [x + 52, 133]]]


def lifted(strokes: Strokes, every: int = 10) -> Strokes:
    """Each stroke in several, the next where the last one ends."""
    return [
        stroke[at : at + every + 1] for stroke in strokes for at in range(0, len(stroke) - 1, every)
    ]


def lattice(strokes: Strokes, canvas: list[float] | None, chance: random.Random) -> dict[str, Any]:
    """What is to come out of a case; `groups` is None where there is no digit."""
    try:
        parsed = parse(strokes, max_strokes=200, max_points=10_000)
        found = digits(parsed, canvas=(canvas[0], canvas[1]) if canvas else None)
    except Blank:
        return {"groups": None}
    answers = [answer(chance) for _ in found.glyphs]
    return {
        "groups": [[[*group.pieces], round(group.affinity, 9)] for group in found.groups],
        "boxes": [[round(side, 6) for side in box] for box in found.boxes],
        "traits": found.traits.round(7).tolist(),
        "answers": answers,
        "marks": marks(found, answers),
    }


def answer(chance: random.Random) -> list[float]:
    """What a network might say of a glyph: ten probabilities, one of them often high."""
    rest = (1 - (likely := chance.random() ** 0.3)) * chance.random()
    digit = chance.randrange(10)
    return [round(likely if one == digit else rest / 9, 4) for one in range(10)]


def marks(found: Lattice, answers: list[list[float]]) -> list[list[Any]]:
    """What is read by these answers: glyph, text, probability and box of each character."""
    return [
        [mark.glyph, mark.text, round(mark.probability, 7), [round(side, 6) for side in mark.box]]
        for mark in found.read(np.array(answers))
    ]


def golden() -> list[dict[str, Any]]:
    """All that the file holds."""
    chance = random.Random(SEED)
    return [
        {"name": name, "strokes": strokes, "canvas": canvas, **lattice(strokes, canvas, chance)}
        for name, strokes, canvas in cases(chance)
    ]


def write() -> None:
    """One case a line, so that a change shows which."""
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in golden())
    FILE.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    write()
