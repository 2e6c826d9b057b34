"""Corpora of pen strokes, from which the shipped network learns. None of them is shipped.

They lie in the folder `CORPORA_DIR`: digits of 30 writers (UCI "Pen-Based
Recognition of Handwritten Digits", Alpaydin and Alimoglu); digits and signs of
some 150 (UNIPEN train_r01_v07, International Unipen Foundation); and letters
(Omniglot: Lake, Salakhutdinov, Tenenbaum), which are only measured on.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognizer import ink_files
from recognizer.ink_files import Handwriting, ndjson
from recognizer.labels import LABELS, NOT_A_DIGIT_CLASS
from recognizer.preprocessing import ink
from recognizer.preprocessing.glyph import Glyphs
from recognizer.preprocessing.strokes import Stroke
from training.examples import Examples

PENDIGITS = "pendigits-train.ndjson.gz"
UNIPEN_DIGITS = "unipen-digits-train.ndjson.gz"
UNIPEN_SIGNS = "unipen-signs-train.ndjson.gz"
LETTERS = "omniglot-nondigits.ndjson.gz"

# Letters and signs that somebody writes like a digit. Of unseen people's, networks that had
# learned none of these called less than 60 % no digit (docs/reader.md has the table); to learn
# them as no digit would cost the digits that they are to the eye.
LOOK_ALIKES = frozenset("OoIliSsZzbgqGBDJyY|/().,'`")
# The wider list by which signs are called plain in figures, as published before the measuring.
NOT_PLAIN = LOOK_ALIKES | frozenset("u-\\1")

LEFT_OUT = Path(__file__).with_name("left_out.csv")


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One drawing of a corpus.

    `label` is a class, 0 to 10. `writer` is a person, the same in all files of a corpus;
    `collection` where it was written, `character` what it shows. `left_out` is why training
    does not learn from it, "" where it does.
    """

    strokes: list[Stroke]
    label: int
    writer: str
    collection: str
    character: str
    left_out: str = ""

    def as_line(self) -> str:
        """The drawing as `import_drawings` reads it."""
        strokes = [stroke.tolist() for stroke in self.strokes]
        return json.dumps({"label": LABELS[self.label], "writer": self.writer, "strokes": strokes})


def pendigits(folder: str | Path) -> list[Handwriting]:
    """The 7,494 digits of 30 writers, as drawn in a box of 500x500.

    Raises `ink_files.BadHandwriting`, also where the file is not in `folder`.
    """
    return list(ink_files.read(Path(folder) / PENDIGITS))


def letters(folder: str | Path, alphabets: Collection[str]) -> list[Handwriting]:
    """The letters of some alphabets by 20 drawers, as drawn in a box of 105x105; label 10.

    The alphabets have no default: one that is kept for the end must not be read by
    mistake. Raises `ink_files.BadHandwriting`, and `ValueError` for an alphabet that
    is not in the file.
    """
    everything = ink_files.read(Path(folder) / LETTERS)
    found = [record for record in everything if record.alphabet in alphabets]
    if missing := set(alphabets) - {record.alphabet for record in found}:
        raise ValueError(f"{LETTERS} has no alphabet {', '.join(sorted(missing))}.")
    return found


def unipen(folder: str | Path, name: str) -> list[Drawn]:
    """The drawings of one of UNIPEN's files, all of them, as `Drawn`.

    Raises `ink_files.BadFile` where the file is not in `folder` or is damaged.
    """
    return [_drawn(json.loads(line)) for line in ndjson.lines(Path(folder) / name)]


def _drawn(line: dict[str, Any]) -> Drawn:
    character = str(line["label"])
    return Drawn(
        strokes=[np.array([p[:2] for p in stroke]) for stroke in line["strokes"] if stroke],
        label=int(character) if type(line["label"]) is int else NOT_A_DIGIT_CLASS,
        writer=line["writer"],
        collection=line["collection"],
        character=character,
        left_out=_reason(line, character),
    )


def _reason(line: dict[str, Any], character: str) -> str:
    if type(line["label"]) is not int:
        return "looks like a digit" if character in LOOK_ALIKES else ""
    return _left_out().get(drawing_key(line["writer"], line["strokes"]), "")


@cache
def _left_out() -> dict[str, str]:
    """Reasons by key: digits that were cut wrongly or labelled wrongly.

    Found as those that neither of two readers who had not seen their writer took for what they
    are called, and then looked at. What is only misread stays in.
    """
    with LEFT_OUT.open(newline="") as file:
        return {row["drawing"]: row["reason"] for row in csv.DictReader(file)}


def drawing_key(writer: str, strokes: Sequence[Any]) -> str:
    """The name of a drawing in `left_out.csv`."""
    return hashlib.sha256(json.dumps([writer, strokes]).encode()).hexdigest()[:16]


def readable(drawings: Iterable[Drawn]) -> list[Drawn]:
    """Those that are more than a dot."""
    return [one for one in drawings if not ink.is_dot(ink.bounding_box(one.strokes), None)]


def glyphs(records: Sequence[Handwriting]) -> tuple[Examples, NDArray[np.str_]]:
    """The drawings through the ink path: n examples of weight 1, and (n,) their writers.

    Raises `Blank` for a drawing that is only a dot.
    """
    drawn = [ink.normalise(record.strokes, canvas=record.submission.canvas) for record in records]
    examples = Examples(
        Glyphs.of(drawn), np.array([record.label for record in records], dtype=np.int64)
    )
    return examples, np.array([record.writer for record in records], dtype=np.str_)
