"""The corpora of pen strokes, where they are at hand, and the pictures made of ink."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from recognizer import ink_files
from recognizer.exceptions import Blank
from recognizer.preprocessing import ink
from tests.support.handwriting import LETTER, sheet, write
from training.data.corpora import LETTERS, PENDIGITS, glyphs, letters, pendigits


def test_it_works(tmp_path: Path) -> None:
    write(tmp_path / PENDIGITS, [sheet(number) for number in range(12)])
    records = pendigits(tmp_path)
    examples, writers = glyphs(records)
    assert examples.labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert writers.tolist() == ["1", "2", "3", "4"] * 3
    assert examples.weights.tolist() == [1.0] * 12
    drawn = ink.normalise(records[4].strokes)
    assert (examples.pixels[4] == drawn.pixels).all()
    assert (examples.glyphs.motion[4] == drawn.motion).all()


def test_only_the_alphabets_named_are_read(tmp_path: Path) -> None:
    write(tmp_path / LETTERS, [LETTER, {**LETTER, "alphabet": "Ogham"}, LETTER])
    assert [record.alphabet for record in letters(tmp_path, ["Runes"])] == ["Runes"] * 2
    examples, _ = glyphs(letters(tmp_path, ["Ogham"]))
    assert examples.labels.tolist() == [10]


def test_an_alphabet_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / LETTERS, [LETTER])
    with pytest.raises(ValueError, match="no alphabet Ogham"):
        letters(tmp_path, ["Runes", "Ogham"])


def test_a_corpus_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ink_files.BadHandwriting, match=PENDIGITS):
        pendigits(tmp_path)


def test_no_ink_gives_no_pictures() -> None:
    examples, writers = glyphs([])
    assert examples.pixels.shape == (0, 28, 28)
    assert len(examples) == len(writers) == 0


def test_a_dot_among_them_is_not_passed_over(tmp_path: Path) -> None:
    write(tmp_path / PENDIGITS, [{"label": 1, "writer": 1, "strokes": [[[5, 5]]]}])
    with pytest.raises(Blank):
        glyphs(pendigits(tmp_path))


@pytest.mark.long
def test_the_corpora_are_as_described(corpora_dir: str) -> None:
    digits = pendigits(corpora_dir)
    assert len(digits) == 7494
    by_writer = Counter(record.writer for record in digits)
    assert len(by_writer) == 30
    assert min(by_writer.values()) == 247
    assert {record.label for record in digits} == set(range(10))
    assert max(float(np.concatenate(record.strokes).max()) for record in digits) <= 500
    korean = letters(corpora_dir, ["Korean"])
    assert len(korean) == 800
    assert {record.label for record in korean} == {10}
    assert len({record.writer for record in korean}) == 20
