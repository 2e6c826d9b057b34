"""Corpora of pen strokes, for training, measuring and tests. None of them is shipped.

They lie in the folder `CORPORA_DIR`: digits of 30 writers (UCI "Pen-Based
Recognition of Handwritten Digits", Alpaydin and Alimoglu) and letters that are no
digits (Omniglot: Lake, Salakhutdinov, Tenenbaum), both in the form that
`recognizer.handwriting` reads.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognizer import handwriting, ink
from recognizer.glyph import SIZE
from recognizer.handwriting import Handwriting
from training.examples import Examples

PENDIGITS = "pendigits-train.ndjson.gz"
LETTERS = "omniglot-nondigits.ndjson.gz"


def pendigits(folder: str | Path) -> list[Handwriting]:
    """The 7,494 digits of 30 writers, as drawn in a box of 500x500.

    Raises `handwriting.BadHandwriting`, also where the file is not in `folder`.
    """
    return list(handwriting.read(Path(folder) / PENDIGITS))


def letters(folder: str | Path, alphabets: Collection[str]) -> list[Handwriting]:
    """The letters of some alphabets by 20 drawers, as drawn in a box of 105x105; label 10.

    Which alphabets must be said: one that is kept for the end is not to be read
    by mistake. Raises `handwriting.BadHandwriting`, and `ValueError` for an
    alphabet that is not in the file.
    """
    everything = handwriting.read(Path(folder) / LETTERS)
    found = [record for record in everything if record.alphabet in alphabets]
    if missing := set(alphabets) - {record.alphabet for record in found}:
        raise ValueError(f"{LETTERS} has no alphabet {', '.join(sorted(missing))}.")
    return found


def glyphs(records: Sequence[Handwriting]) -> tuple[Examples, NDArray[np.str_]]:
    """Through the ink path: (n, 28, 28) uint8 pixels with labels and weights of 1, (n,) writers.

    Raises `Blank` for a drawing that is only a dot.
    """
    pictures = [
        ink.normalise(record.strokes, canvas=record.submission.canvas).pixels for record in records
    ]
    examples = Examples(
        pixels=np.stack(pictures) if pictures else np.empty((0, SIZE, SIZE), dtype=np.uint8),
        labels=np.array([record.label for record in records], dtype=np.int64),
    )
    return examples, np.array([record.writer for record in records], dtype=np.str_)
