"""Files of labelled ink, written for the tests."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.golden.make import DIGITS, placed


def sheet(number: int) -> dict[str, Any]:
    """The line of drawing `number`: the digits in turn, by four writers, each a little larger."""
    digit = number % 10
    strokes = placed(DIGITS[digit], size=100 + number / 100, turn=0, at=(40, 40))
    return {"label": digit, "writer": number % 4 + 1, "strokes": strokes, "canvas": [280, 280]}


LETTER = {
    "alphabet": "Runes",
    "character": "character01",
    "drawer": 7,
    "strokes": [[[10.5, 10, 0], [10.5, 90, 40]], [[10.5, 50, 400], [60, 10, 480]]],
}


def write(path: Path, lines: Iterable[Any]) -> Path:
    """Writes lines, objects as JSON; the file is compressed where its name ends in .gz."""
    content = b"".join(_bytes(line) + b"\n" for line in lines)
    path.write_bytes(gzip.compress(content, 1) if path.suffix == ".gz" else content)
    return path


def _bytes(line: Any) -> bytes:
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line)).encode()


def bad_lines() -> dict[str, tuple[Any, str]]:
    """Lines that are no drawings, each with a pattern of its error, by name."""
    good = sheet(3)
    return {
        "cut off": (json.dumps(good)[:-10], "not valid JSON"),
        "empty": ("", "empty"),
        "blank": ("   ", "empty"),
        "not UTF-8": (b'{"label": 3, "writer": "\xff"}', "not valid JSON"),
        "nested": ("[" * 60_000, "values|nested"),
        "deep": ('{"a":' * 20_000, "nested|not valid JSON"),
        "no object": ([1, 2], "no JSON object"),
        "no label": ({**good, "label": None}, "label"),
        "another label": ({**good, "label": 10}, "label"),
        "true for a label": ({**good, "label": True}, "label"),
        "a share for a label": ({**good, "label": 4.0}, "label"),
        "no writer": ({**good, "writer": None}, "writer"),
        "an empty writer": ({**good, "writer": ""}, "writer"),
        "a long writer": ({**good, "writer": "x" * 61}, "writer"),
        "a writer with a NUL": ({**good, "writer": "x\0"}, "printed"),
        "half a surrogate": ({**good, "writer": "x\ud800"}, "printed"),
        "an alphabet of two": ({**LETTER, "alphabet": ["a", "b"]}, "alphabet"),
        "no strokes": ({"label": 3, "writer": 1}, "list of lists"),
        "a text for strokes": ({**good, "strokes": "x"}, "list of lists"),
        "beyond every number": ('{"label": 3, "writer": 1, "strokes": [[[1e999, 2]]]}', "finite"),
        "not a number": ({**good, "strokes": [[[float("nan"), 2]]]}, "finite"),
        "a billion and one": ({**good, "strokes": [[[-1_000_000_001, 2], [5, 5]]]}, "between"),
        "columns": ({**good, "strokes": [[[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]]}, "columns"),
        "no point": ({**good, "strokes": [[]]}, "nothing drawn"),
        "too many strokes": ({**good, "strokes": [[[1, 2]]] * 201}, "200 strokes"),
        "too many points": ({**good, "strokes": [[[1, 2]] * 10_001]}, "10000 points"),
        "too many values": ({**good, "more": [0] * 60_000}, "more values"),
        "a canvas of nothing": ({**good, "canvas": [0, 280]}, "canvas"),
    }  # fmt: skip
