"""Writes answers.json, golden vectors of the decision: `python -m tests.golden.make_answers`.

Each case holds rows of eleven probabilities, the thresholds, the digits that single readers
saw where there were two, what is said of each row, and what of a number whose digits read
so. tests/recognizer/serving/test_decision_golden.py and tests/js/inference/decision.test.js
both read the file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from recognizer.api.predictions import prediction_body, reading_body
from recognizer.preprocessing.glyph import SIZE, Glyph
from recognizer.segmentation.lattice import Mark
from recognizer.services.predictions import Prediction
from recognizer.serving.decision import Thresholds, answer

Row: TypeAlias = list[float]  # eleven probabilities, as exact as float32 has them
Shares: TypeAlias = dict[str, float]
Signs: TypeAlias = Sequence[tuple[int, str, float]]
Opinions: TypeAlias = list[int]  # the digits that picture and motion look like; of one reader none

FILE = Path(__file__).with_name("answers.json")
THRESHOLDS = {"sure": 0.9, "not_a_digit": 0.5, "alternative": 0.05}
LENIENT = {"sure": 0.6, "not_a_digit": 0.75, "alternative": 0.25}
NO_DIGIT = 10


def row(shares: dict[int, float]) -> Row:
    """Probabilities by class, 0 where nothing is said."""
    values = np.zeros(11, dtype=np.float32)
    values[[*shares]] = [*shares.values()]
    exact: Row = values.tolist()
    return exact


def cases() -> list[tuple[str, Shares, list[Row], list[Opinions]]]:
    """(name, thresholds, rows, opinions)."""
    none: Opinions = []
    alone = [(name, limits, rows, [none] * len(rows)) for name, limits, rows in of_one_reader()]
    return alone + of_two_readers()


def of_one_reader() -> list[tuple[str, Shares, list[Row]]]:
    """(name, thresholds, rows)."""
    sure, unsure, nothing = row({4: 0.97, 9: 0.02}), row({2: 0.7, 7: 0.2}), row({3: 0.1, 10: 0.85})
    return [
        ("sure", THRESHOLDS, [sure]),
        ("unsure, the others worth naming", THRESHOLDS, [row({1: 0.05, 4: 0.6, 7: 0.25, 8: 0.04})]),
        ("no digit, but a little like two", THRESHOLDS, [row({3: 0.2, 8: 0.06, 10: 0.74})]),
        ("no digit, and like none", THRESHOLDS, [row({3: 0.01, 10: 0.99})]),
        ("as sure as it must be", THRESHOLDS, [row({4: 0.9, 9: 0.1})]),
        ("sure once it is rounded", THRESHOLDS, [row({4: 0.8999996, 9: 0.1})]),
        ("not quite sure", THRESHOLDS, [row({4: 0.899999, 9: 0.1})]),
        ("as little a digit as it must be", THRESHOLDS, [row({4: 0.5, 10: 0.5})]),
        ("just a digit", THRESHOLDS, [row({4: 0.500001, 10: 0.499999})]),
        ("hardly worth naming", THRESHOLDS, [row({4: 0.85, 1: 0.049999, 9: 0.05})]),
        ("a tie: the lower digit", THRESHOLDS, [row({9: 0.4, 2: 0.4, 5: 0.2})]),
        ("all alike", THRESHOLDS, [row(dict.fromkeys(range(11), 1 / 11))]),
        ("nothing at all", THRESHOLDS, [row({})]),
        ("certain", THRESHOLDS, [row({0: 1})]),
        ("halves of the last place", THRESHOLDS, [row({0: 1 / 128, 1: 3 / 128, 2: 124 / 128})]),
        ("other thresholds", LENIENT, [row({4: 0.6, 9: 0.4})]),
        ("other thresholds, no digit", LENIENT, [row({4: 0.25, 10: 0.75})]),
        ("a number, sure", THRESHOLDS, [sure, row({2: 0.93})]),
        ("a number with a doubtful digit", THRESHOLDS, [sure, unsure, sure]),
        ("a number with what is none", THRESHOLDS, [unsure, nothing, sure]),
        ("a date", THRESHOLDS, [sure, row({2: 0.93})]),
        ("a date with a doubtful slash", THRESHOLDS, [sure, row({2: 0.93})]),
        ("groups", THRESHOLDS, [sure, sure, sure]),
        ("a price", THRESHOLDS, [sure, sure, sure]),
        ("a gap that may be a space", THRESHOLDS, [sure, sure]),
        ("a digit in brackets", THRESHOLDS, [sure]),
        ("a hyphen before", THRESHOLDS, [sure, sure]),
        ("a sign beside what is no digit", THRESHOLDS, [sure, nothing]),
    ]


def of_two_readers() -> list[tuple[str, Shares, list[Row], list[Opinions]]]:
    """(name, thresholds, rows, opinions)."""
    sure, nothing = row({4: 0.97, 9: 0.02}), row({3: 0.1, 10: 0.85})
    return [
        ("both see the same", THRESHOLDS, [sure], [[4, 4]]),
        ("the motion sees another", THRESHOLDS, [sure], [[4, 9]]),
        ("the picture sees another, which is hardly likely", THRESHOLDS, [sure], [[7, 4]]),
        ("neither sees what both together do", THRESHOLDS, [sure], [[9, 7]]),
        ("both see another", THRESHOLDS, [sure], [[0, 0]]),
        ("unsure, and each sees another", THRESHOLDS, [row({2: 0.7, 7: 0.2})], [[2, 1]]),
        ("no digit, and each sees another", THRESHOLDS, [nothing], [[3, 8]]),
        ("a number, in one digit of which they differ", THRESHOLDS, [sure, sure], [[4, 4], [4, 9]]),
    ]


def signs_of(name: str) -> Signs:
    """What stands between the digits of some cases: (before which digit, text, probability)."""
    return {
        "a date": [(1, "/", 0.97)],
        "a date with a doubtful slash": [(1, "/", 0.62)],
        "groups": [(1, " ", 0.95), (2, "-", 0.99)],
        "a price": [(0, "$", 0.96), (2, ".", 0.93)],
        "a gap that may be a space": [(1, "", 0.8)],
        "a digit in brackets": [(0, "(", 0.99), (1, ")", 0.9)],
        "a hyphen before": [(0, "-", 0.99)],
        "a sign beside what is no digit": [(1, "-", 0.4)],
    }.get(name, [])


def said(
    rows: list[Row], thresholds: Shares, opinions: list[Opinions], signs: Signs = ()
) -> dict[str, Any]:
    """The reading of each row, and what is said of a number whose digits read so."""
    readings = [
        answer(np.array(one, np.float32), Thresholds(**thresholds), opinions=own)
        for one, own in zip(rows, opinions, strict=True)
    ]
    pixels = np.zeros((SIZE, SIZE), np.uint8)
    glyphs = [Glyph(pixels, (0, 0, SIZE, SIZE)) for _ in rows]
    marks = written(len(rows), signs)
    prediction = Prediction(glyphs, readings, 1, 1, lines=[marks])
    body = prediction_body(prediction, number=True, detail=False)
    summary = without_digits(body)
    summary["lines"] = [without_digits(line) for line in body["lines"]]
    return {"readings": [reading_body(reading) for reading in readings], "number": summary}


def without_digits(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in body if name not in ("digits", "model_version")}


def written(digits: int, signs: Signs) -> list[Mark]:
    """So many digits, and signs that come before those of these places."""
    marks: list[Mark] = []
    for at in range(digits + 1):
        marks += [
            Mark(None, text, probability, (at * 30.125, 1.5, 9.25, 40.0), at - 0.5)
            for before, text, probability in signs
            if before == at
        ]
        if at < digits:
            marks.append(Mark(at, "", 1.0, (0, 0, SIZE, SIZE), float(at)))
    return marks


def golden() -> list[dict[str, Any]]:
    """All that the file holds."""
    return [
        {
            "name": name,
            "thresholds": thresholds,
            "rows": rows,
            "opinions": opinions,
            "signs": signs_of(name),
            **said(rows, thresholds, opinions, signs_of(name)),
        }
        for name, thresholds, rows, opinions in cases()
    ]


def write() -> None:
    """One case a line, so that a change shows which."""
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in golden())
    FILE.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    write()
