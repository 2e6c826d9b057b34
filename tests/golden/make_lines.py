"""Writes lines.json, golden vectors of lines: `python -m tests.golden.make_lines`.

Boxes of pieces of ink, and which of them stand on which line. The tests of both languages read
the file.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from recognizer.segmentation import lines

Boxes: TypeAlias = list[list[float]]  # each x, y, width, height

FILE = Path(__file__).with_name("lines.json")
SEED = 5
DIGIT = 100.0  # how high one is


def row(
    chance: random.Random, count: int, *, at: tuple[float, float] = (0, 0), climb: float = 0.0
) -> Boxes:
    """So many digits beside one another, the line falling by `climb` in y for each x."""
    left, top = at
    found: Boxes = []
    x = left
    for _ in range(count):
        width, height = chance.uniform(10, 80), chance.uniform(85, 115)
        foot = top + DIGIT + climb * (x - left) + chance.uniform(-10, 10)
        found.append([x, foot - height, width, height])
        x += width + chance.uniform(10, 60)
    return [[round(side, 2) for side in box] for box in found]


def rows(chance: random.Random, counts: list[int], *, gap: float, climb: float = 0.0) -> Boxes:
    """Several, `gap` between them, in any order."""
    found = [
        box
        for at, count in enumerate(counts)
        for box in row(chance, count, at=(chance.uniform(0, 60), at * (DIGIT + gap)), climb=climb)
    ]
    chance.shuffle(found)
    return found


def cases(chance: random.Random) -> list[tuple[str, Boxes]]:
    two = rows(chance, [3, 4], gap=80)
    return [
        ("one digit", row(chance, 1)),
        ("one line", row(chance, 6)),
        ("one line that falls", row(chance, 8, climb=0.25)),
        ("one line that climbs", row(chance, 8, climb=-0.25)),
        ("one line with much space in it", [*row(chance, 3), *row(chance, 3, at=(1500, 12))]),
        *((f"lines of {counts}", rows(chance, counts, gap=60)) for counts in ([1, 1], [5, 3, 6])),
        ("lines that fall", rows(chance, [5, 6, 5], gap=70, climb=0.1)),
        ("lines that climb", rows(chance, [6, 6, 6], gap=90, climb=-0.15)),
        ("close lines", rows(chance, [4, 5], gap=30)),
        ("points, dashes and bars", [*two, [130, 95, 8, 8], [60, 245, 40, 5], [20, 12, 50, 6]]),
        ("a hanging comma", [*row(chance, 3), [300, 90, 20, 45], *row(chance, 3, at=(340, 0))]),
        ("a tall comma below its line", [*row(chance, 4), [260, 115, 20, 48]]),
        ("a digit in two halves", [[0, 0, 60, 48], [2, 50, 58, 50]]),
        (
            "digits in two halves",
            [[0, 0, 60, 48], [2, 50, 58, 50], [90, 2, 50, 45], [90, 49, 50, 50]],
        ),
        ("a slash between", [*row(chance, 1), [90, -20, 50, 150], *row(chance, 2, at=(160, 0))]),
        ("dots only", [[0, 0, 0, 0], [5, 5, 0, 0]]),
        ("dashes only", [[0, 0, 50, 0], [0, 40, 50, 0]]),
        ("a dash below a dash", [[0, 0, 50, 3], [0, 40, 50, 2]]),
        *(
            (f"anything {at}", [[chance.randrange(900) / 4 for _ in range(4)] for _ in range(25)])
            for at in range(6)
        ),
    ]


def golden() -> list[dict[str, Any]]:
    """All that the file holds."""
    return [
        {"name": name, "boxes": boxes, "lines": lines.found(np.array(boxes, dtype=float))}
        for name, boxes in cases(random.Random(SEED))
    ]


def write() -> None:
    """One case a line, so that a change shows which."""
    content = ",\n".join(json.dumps(case, separators=(",", ":")) for case in golden())
    FILE.write_text(f"[\n{content}\n]\n")


if __name__ == "__main__":
    write()
