"""One labelled drawing of a file, and what can be wrong with it or with the file."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recognizer import submission
from recognizer.labels import LABELS
from recognizer.preprocessing.strokes import Stroke
from recognizer.submission import Submission

MAX_NAME_LENGTH = 60
# A point of four numbers written out in full, with its brackets and commas.
BYTES_A_POINT = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """A drawing as a file has it, before it is checked.

    `strokes`, `canvas` and `layout` are what `submission.parse` takes. `label` and
    `writer` are None where the file does not say, `alphabet` where it is no letter.
    """

    line: int
    strokes: Any
    canvas: Any = None
    layout: Any = None
    label: Any = None
    writer: Any = None
    alphabet: Any = None


@dataclass(frozen=True, slots=True)
class Handwriting:
    """One labelled drawing of a file.

    `label` is 0 to 9, or 10 for what is no digit. `writer` names a person within
    the file. `alphabet` is empty for digits. `line` is the line it begins at, from 1.
    """

    label: int
    writer: str
    submission: Submission
    line: int
    alphabet: str = ""

    @property
    def strokes(self) -> list[Stroke]:
        """The drawing's strokes, each (points, 2) float64 in any unit, y down."""
        assert self.submission.strokes is not None
        return self.submission.strokes


class BadHandwriting(Exception):
    """A file of ink, or a line of it, that cannot be read; the message names both.

    `line` counts from 1, 0 standing for the file.
    """

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path.name}, line {line}: {reason}" if line else f"{path}: {reason}")
        self.line = line
        self.reason = reason


class BadFile(BadHandwriting):
    """A file of ink that cannot be read any further."""


class BadLine(BadHandwriting):
    """A line at which no drawing begins that can be read; those after it may be."""


def checked(draft: Draft) -> Handwriting:
    """The drawing. Raises `InputError`, or `ValueError` with a text that lacks its full stop."""
    sheet = {"strokes": draft.strokes, "canvas": draft.canvas, "layout": draft.layout}
    return Handwriting(
        label=_class(draft.label),
        writer=_name(draft.writer, "writer"),
        submission=submission.parse(sheet),
        line=draft.line,
        alphabet="" if draft.alphabet is None else _name(draft.alphabet, "alphabet"),
    )


def _class(label: Any) -> int:
    if label is None:
        raise ValueError("It has no label that says what it is")
    if type(label) not in (int, str) or str(label) not in LABELS:
        found = reprlib.repr(label)
        raise ValueError(f"The label must be a digit from 0 to 9, or not_a_digit, not {found}")
    return LABELS.index(str(label))


def _name(name: Any, what: str) -> str:
    """A name that is a number or a short text, as text.

    It must be printable: PostgreSQL takes no NUL, and a list of names no line breaks.
    """
    if type(name) not in (int, str) or not 0 < len(str(name)) <= MAX_NAME_LENGTH:
        raise ValueError(f"There must be a {what}, a number or at most {MAX_NAME_LENGTH} letters")
    if not str(name).isprintable():
        raise ValueError(f"The {what} has letters that cannot be printed")
    return str(name)
