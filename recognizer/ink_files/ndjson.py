"""Files of one drawing a line, as JSON.

    {"label": 4, "writer": 12, "strokes": [[[x, y, t?, pressure?], ...], ...], "canvas": [w, h]?}

`label` is a digit or "not_a_digit". In place of `label` and `writer` a line may
have `alphabet`, `character` and `drawer`: a letter, and so no digit. Strokes come in
any form that the API reads, with its `layout`. A file is read line by line, and however
much it unpacks to, never more than one line of it is in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from recognizer.gzip_files import UNREADABLE
from recognizer.ink_files.contents import opened
from recognizer.ink_files.handwriting import BYTES_A_POINT, BadFile, BadLine, Draft
from recognizer.labels import NOT_A_DIGIT

BYTES_BESIDE_POINTS = 65_536
# Of one file, unpacked: room for a million drawings, and a limit for what unpacks to more.
MAX_BYTES = 1_000_000_000
MAX_LINES = 2_000_000


def drafts(path: Path) -> Iterator[Draft | BadLine]:
    """A draft or an error for each line of a file. Raises `BadFile`."""
    for number, line in enumerate(lines(path), start=1):
        try:
            yield _draft(_object(line), number)
        except ValueError as error:
            yield BadLine(path, number, f"{error}.")


def lines(path: Path) -> Iterator[bytes]:
    """A file's lines, unpacked. Raises `BadFile` where it is damaged or beyond the limits."""
    number, left = 0, MAX_BYTES
    longest = BYTES_A_POINT * settings.LIMITS["points"] + BYTES_BESIDE_POINTS
    try:
        with opened(path) as file:
            while line := file.readline(longest + 1):
                number, left = number + 1, left - len(line)
                if len(line) > longest:
                    raise BadFile(path, number, f"It is longer than {longest:,} bytes.")
                if left < 0 or number > MAX_LINES:
                    raise BadFile(path, number, "The file is too long; cut it into several.")
                yield line
    except UNREADABLE as error:
        raise BadFile(path, number + 1, f"It cannot be read ({error}).") from error


def _object(line: bytes) -> dict[str, Any]:
    """The JSON object in a line. Raises `ValueError`."""
    if not line.strip():
        raise ValueError("It is empty")
    if line.count(b"[") + line.count(b",") > settings.LIMITS["json_parts"]:
        raise ValueError("It holds more values than any drawing may have")
    try:
        data = json.loads(line.decode())
    except ValueError as error:
        raise ValueError(f"It is not valid JSON ({error})") from error
    except RecursionError as error:
        raise ValueError("It is nested too deeply") from error
    if not isinstance(data, dict):
        raise ValueError("It is no JSON object")
    return data


def _draft(data: dict[str, Any], number: int) -> Draft:
    is_letter = "label" not in data and "character" in data
    return Draft(
        line=number,
        strokes=data.get("strokes"),
        canvas=data.get("canvas"),
        layout=data.get("layout"),
        label=NOT_A_DIGIT if is_letter else data.get("label"),
        writer=data.get("writer", data.get("drawer")),
        alphabet=data.get("alphabet"),
    )
