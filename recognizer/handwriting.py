"""Files of labelled ink: one drawing a line as JSON, plain or through gzip.

    {"label": 4, "writer": 12, "strokes": [[[x, y, t?, pressure?], ...], ...], "canvas": [w, h]?}

`label` is a digit or "not_a_digit". In place of `label` and `writer` a line may
have `alphabet`, `character` and `drawer`: a letter, and so no digit. A file is
read line by line, and however much it unpacks to, never more than one line of it
is in memory.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings

from digitsite.exceptions import Refused
from digitsite.parsers import most_parts
from recognizer import submission
from recognizer.ink import Stroke
from recognizer.models import LABELS
from recognizer.submission import Submission

GZIP_MAGIC = b"\x1f\x8b"
# A point of four numbers written out in full, with its brackets and commas.
BYTES_A_POINT = 100
BYTES_BESIDE_POINTS = 65_536
# Of one file, unpacked: room for a million drawings, and an end to what only seems small.
MOST_BYTES = 1_000_000_000
MOST_LINES = 2_000_000
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Handwriting:
    """One labelled drawing.

    `label` is 0 to 9, or 10 for what is no digit. `writer` names a person within
    the file. `alphabet` is empty for digits. `line` is the line's number, from 1.
    """

    label: int
    writer: str
    submission: Submission
    line: int
    alphabet: str = ""

    @property
    def strokes(self) -> list[Stroke]:
        """(points, 2) float64 each, as drawn: any unit, y down."""
        assert self.submission.strokes is not None
        return self.submission.strokes


class BadHandwriting(Exception):
    """A file of ink, or a line of one, that is not what it must be; names both."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path.name}, line {line}: {reason}" if line else f"{path}: {reason}")
        self.line = line
        self.reason = reason


class BadFile(BadHandwriting):
    """The file cannot be read from here on."""


class BadLine(BadHandwriting):
    """This line is no drawing; those after it may be."""


def read(path: Path) -> Iterator[Handwriting]:
    """All drawings of a file. Raises `BadHandwriting` at the first line that is none."""
    for record in records(path):
        if isinstance(record, BadLine):
            raise record
        yield record


def records(path: Path) -> Iterator[Handwriting | BadLine]:
    """All lines of a file, in order; a bad one as its error. Raises `BadFile`."""
    for number, line in enumerate(lines(path), start=1):
        try:
            yield _record(line, number)
        except Refused as refusal:
            yield BadLine(path, number, refusal.message)
        except (ValueError, RecursionError) as error:
            yield BadLine(path, number, f"{error}.")


def lines(path: Path) -> Iterator[bytes]:
    """A file's lines, unpacked. Raises `BadFile` where it is damaged or beyond the limits."""
    number, left = 0, MOST_BYTES
    longest = BYTES_A_POINT * settings.LIMITS["points"] + BYTES_BESIDE_POINTS
    try:
        with _opened(path) as file:
            while line := file.readline(longest + 1):
                number, left = number + 1, left - len(line)
                if len(line) > longest:
                    raise BadFile(path, number, f"It is longer than {longest:,} bytes.")
                if left < 0 or number > MOST_LINES:
                    raise BadFile(path, number, "The file is too long; cut it into several.")
                yield line
    except (OSError, EOFError, zlib.error) as error:
        raise BadFile(path, number + 1, f"It cannot be read ({error}).") from error


def _opened(path: Path) -> BinaryIO:
    """What unpacks on the way may keep its name, so the first bytes decide, not the name."""
    try:
        with path.open("rb") as file:
            compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        return cast(BinaryIO, gzip.open(path)) if compressed else path.open("rb")
    except OSError as error:
        raise BadFile(path, 0, f"It cannot be opened ({error.strerror}).") from error


def _record(line: bytes, number: int) -> Handwriting:
    """Raises `ValueError`, `RecursionError` or `Refused`."""
    if not line.strip():
        raise ValueError("It is empty")
    if line.count(b"[") + line.count(b",") > most_parts():
        raise ValueError("It holds more values than any drawing may have")
    data = _json(line)
    return Handwriting(
        label=_label(data),
        writer=_name(data, "writer" if "writer" in data else "drawer"),
        submission=submission.parse({"strokes": data.get("strokes"), "canvas": data.get("canvas")}),
        line=number,
        alphabet=_name(data, "alphabet") if "alphabet" in data else "",
    )


def _json(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line.decode())
    except ValueError as error:
        raise ValueError(f"It is not valid JSON ({error})") from error
    except RecursionError as error:
        raise ValueError("It is nested too deeply") from error
    if not isinstance(data, dict):
        raise ValueError("It is no JSON object")
    return data


def _label(data: dict[str, Any]) -> int:
    """The place among `LABELS`."""
    if "label" not in data and "character" in data:
        return len(LABELS) - 1
    label = data.get("label")
    if type(label) not in (int, str) or str(label) not in LABELS:
        raise ValueError("The label must be a digit from 0 to 9, or not_a_digit")
    return LABELS.index(str(label))


def _name(data: dict[str, Any], key: str) -> str:
    """A number or a short text. PostgreSQL takes no NUL, and a list of names no line breaks."""
    name = data.get(key)
    if type(name) not in (int, str) or not 0 < len(str(name)) <= LONGEST_NAME:
        raise ValueError(f"There must be a {key}, a number or at most {LONGEST_NAME} letters")
    if not str(name).isprintable():
        raise ValueError(f"The {key} has letters that cannot be printed")
    return str(name)
