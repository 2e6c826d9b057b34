"""Writes memory.json, golden vectors of a hand's memory: `python -m tests.golden.make_memory`.

A drawing's features are a sum of `pattern`s, which both languages make themselves, since a
network's thousands would fill megabytes. tests/recognizer/serving/test_memory_golden.py and
tests/js/inference/memory.test.js read the file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recognizer.labels import CLASSES
from recognizer.serving import memory
from recognizer.serving.engine import Outputs

# Weight, step, shift; of whole numbers and halves, so that each feature is exact in float32.
Blend: TypeAlias = list[tuple[float, int, int]]
Drawn: TypeAlias = dict[str, Any]

FILE = Path(__file__).with_name("memory.json")
FEATURES = memory.PICTURE + 512


def pattern(step: int, shift: int) -> NDArray[np.float64]:
    """As a network's features are: 0 or more, half of them 0, much alike from cell to cell."""
    cell, channel = np.divmod(np.arange(FEATURES), memory.CHANNELS)
    return np.maximum(0, (channel * step + cell + shift) % 101 - 50)


def drawn(*blend: tuple[float, int, int], ink: bool = True, **rest: Any) -> Drawn:
    """A drawing of these features; `rest` is its label or the network's probabilities."""
    return {"blend": [list(part) for part in blend], "ink": ink, **rest}


def asked(*blend: tuple[float, int, int], ink: bool = True, **shares: float) -> Drawn:
    """A drawing to answer; `d4=0.7`: to the network it is a 4 by 0.7. What is not named has 0."""
    row = np.zeros(CLASSES, np.float32)
    row[[int(name[1:]) for name in shares]] = [*shares.values()]
    return drawn(*blend, ink=ink, probabilities=row.tolist())


def outputs(drawings: list[Drawn]) -> Outputs:
    """What a network gives for them; of its logits only whether there is ink."""
    features = [
        sum(weight * pattern(step, shift) for weight, step, shift in one["blend"])
        for one in drawings
    ]
    ink = np.array([one["ink"] for one in drawings], np.float32)
    rows = [one.get("probabilities", [0.0] * CLASSES) for one in drawings]
    return Outputs(
        np.array(rows, np.float32).reshape(-1, CLASSES),
        np.zeros((len(drawings), CLASSES), np.float32),
        np.repeat(ink[:, None], CLASSES, axis=1),
        np.array(features, np.float32).reshape(-1, FEATURES),
    )


FOUR, NINE, ONE, SIGN = (1, 7, 3), (1, 13, 40), (1, 17, 71), (1, 23, 8)


def near(one: tuple[float, int, int], other: tuple[float, int, int], share: float) -> Blend:
    """Much like `one`, with as much of `other`."""
    return [one, (share, *other[1:])]


HAND = [
    drawn(FOUR, label=4),
    drawn(*near(FOUR, NINE, 0.25), label=4),
    drawn(NINE, label=9),
    drawn(ONE, label=1, ink=False),
    drawn(SIGN, label=10),
]


def cases() -> list[tuple[str, list[Drawn], list[Drawn]]]:
    """(name, hand, asked)."""
    return [
        ("nothing is remembered", [], [asked(FOUR, d4=0.3, d9=0.7)]),
        ("the same drawing again", HAND, [asked(FOUR, d4=0.1, d9=0.9)]),
        ("the same, to which the network gave nothing", HAND, [asked(FOUR, d9=1)]),
        ("nearly the same", HAND, [asked(*near(FOUR, ONE, 0.25), d4=0.1, d9=0.9)]),
        ("between two labels", HAND, [asked(*near(FOUR, NINE, 1), d4=0.5, d9=0.5)]),
        ("nearer to one of two", HAND, [asked(*near(FOUR, NINE, 0.5), d4=0.4, d9=0.6)]),
        ("near to nothing", HAND, [asked((1, 31, 5), d4=0.5, d9=0.5)]),
        ("a picture against ink", HAND, [asked(FOUR, ink=False, d4=0.2, d9=0.8)]),
        ("ink against a picture", HAND, [asked(ONE, d1=0.2, d7=0.8)]),
        ("no digit is remembered", HAND, [asked(SIGN, d4=0.9, d10=0.1)]),
        ("the answer is not what is near", HAND, [asked(*near(NINE, ONE, 1), d0=1)]),
        ("several at once", HAND, [asked(NINE, d4=0.9, d9=0.1), asked((1, 31, 5), d0=1)]),
        ("twice the same: the first", [HAND[0], HAND[0]], [asked(FOUR, d4=1)]),
        (
            "twice the same of two labels: the likelier",
            [drawn(FOUR, label=9), drawn(FOUR, label=4)],
            [asked(FOUR, d4=0.6, d9=0.4)],
        ),
    ]


def recalled(hand: list[Drawn], drawings: list[Drawn]) -> list[dict[str, Any] | None]:
    """What is recalled of each drawing."""
    labels = [one["label"] for one in hand]
    remembered = memory.Hand.of(outputs(hand), labels)
    return [
        found
        and {
            "probabilities": found.probabilities.tolist(),
            "row": found.row,
            "label": found.label,
            "similarity": found.similarity,
        }
        for found in memory.recall(remembered, outputs(drawings))
    ]


def kept_cases() -> list[tuple[str, list[int], list[bool], int]]:
    """(name, labels, telling, limit)."""
    many = [4] * 30
    return [
        ("nothing", [], [], 20),
        ("few stay", [4, 9, 4, 10], [False, True, False, False], 20),
        ("the newest stay", many, [False] * 30, 20),
        ("and what was telling", many, [at >= 25 for at in range(30)], 20),
        ("each label by itself", [4, 9] * 15, [at % 3 == 0 for at in range(30)], 12),
        ("fewer than the newest", [4, 4, 9, 4, 9, 4], [False, False, False, True, True, True], 2),
    ]


def golden() -> dict[str, Any]:
    """All that the file holds."""
    return {
        "recall": [
            {"name": name, "hand": hand, "asked": drawings, "recalls": recalled(hand, drawings)}
            for name, hand, drawings in cases()
        ],
        "kept": [
            {
                "name": name,
                "labels": labels,
                "telling": telling,
                "limit": limit,
                "kept": memory.kept(labels, telling, limit=limit),
            }
            for name, labels, telling, limit in kept_cases()
        ],
    }


def write() -> None:
    """One case a line, so that a change shows which."""
    parts = []
    for name, found in golden().items():
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in found)
        parts.append(f'"{name}": [\n{lines}\n]')
    FILE.write_text("{" + ",\n".join(parts) + "}\n")


if __name__ == "__main__":
    write()
