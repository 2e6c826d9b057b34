"""Writes numbers.json, golden vectors of whole numbers: `python -m tests.golden.make_numbers`.

The ink is invented, as in make.py. Each case holds what may be digits and how much
its pieces belong together, readings as a network might give them, and what follows
from both. tests/test_numbers.py and tests/js/numbers.test.js read the file.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from recognizer import ink
from recognizer.exceptions import Blank
from tests.golden.make import DIGITS, Case, Strokes, placed

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
        ("a speck on the sheet", [*written("34"), [[700, 20], [702, 22]]], sheet),
        ("small on a large sheet", written("45", height=70), [2000, 1500]),
        ("a scribble", scribble, None),
        ("nothing", [], sheet),
        ("a dash", [[[10, 50], [90, 50]]], sheet),
        ("two dots", [[[100, 100], [103, 101]], [[110, 104], [112, 101]]], [400, 400]),
        ("a stroke without points", [[], *written("17")], sheet),
    ]


def lattice(strokes: Strokes, canvas: list[float] | None, chance: random.Random) -> dict[str, Any]:
    """What is to come out of a case; `groups` is None where there is no digit."""
    try:
        parsed = ink.parse(strokes, most_strokes=200, most_points=10_000)
        found = ink.digits(parsed, canvas=(canvas[0], canvas[1]) if canvas else None)
    except Blank:
        return {"groups": None}
    readings = [round(chance.random() ** 0.3, 4) for _ in found.glyphs]
    return {
        "groups": [[[*group.pieces], round(group.kinship, 9)] for group in found.groups],
        "boxes": [[round(side, 6) for side in glyph.box] for glyph in found.glyphs],
        "probabilities": readings,
        "best": found.best(readings),
    }


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
