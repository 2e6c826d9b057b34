"""Files of labelled ink: read line by line, and whatever is wrong is named with its line."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.ink_files import (
    BadFile,
    BadHandwriting,
    BadLine,
    Handwriting,
    ndjson,
    read,
    records,
)
from tests.support.handwriting import LETTER, bad_lines, sheet, write

BAD_LINES = bad_lines()


@pytest.mark.parametrize("name", ["ink.ndjson", "ink.ndjson.gz"])
def test_it_works(tmp_path: Path, name: str) -> None:
    first, second = read(write(tmp_path / name, [sheet(4), sheet(7)]))
    assert (first.label, first.writer, first.line, first.alphabet) == (4, "1", 1, "")
    assert (second.label, second.writer, second.line) == (7, "4", 2)
    assert first.submission.canvas == (280.0, 280.0)
    assert first.submission.strokes_json == sheet(4)["strokes"]
    assert [stroke.tolist() for stroke in first.strokes] == sheet(4)["strokes"]


def test_a_letter_is_no_digit(tmp_path: Path) -> None:
    (letter,) = read(write(tmp_path / "letters.ndjson", [LETTER]))
    assert (letter.label, letter.writer, letter.alphabet) == (10, "7", "Runes")
    assert letter.strokes[0].tolist() == [[10.5, 10.0], [10.5, 90.0]]
    assert letter.submission.strokes_json == LETTER["strokes"]


@pytest.mark.parametrize(
    ("label", "place"), [(0, 0), (9, 9), ("0", 0), ("7", 7), ("not_a_digit", 10)]
)
def test_a_label_is_a_digit_or_says_that_it_is_none(tmp_path: Path, label: Any, place: int) -> None:
    (drawn,) = read(write(tmp_path / "ink.ndjson", [{**sheet(0), "label": label}]))
    assert drawn.label == place


def test_a_file_without_a_line_holds_nothing(tmp_path: Path) -> None:
    assert list(read(write(tmp_path / "ink.ndjson", []))) == []
    assert list(read(write(tmp_path / "ink.ndjson.gz", []))) == []


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    path = tmp_path / "ink.ndjson"
    path.write_text(json.dumps(sheet(1)) + "\n" + json.dumps(sheet(2)))
    assert [drawn.label for drawn in read(path)] == [1, 2]


def test_the_first_bytes_decide_not_the_name(tmp_path: Path) -> None:
    unpacked = tmp_path / "ink.ndjson.gz"
    unpacked.write_text(json.dumps(sheet(1)))
    packed = tmp_path / "ink.ndjson"
    packed.write_bytes(gzip.compress(json.dumps(sheet(1)).encode()))
    assert [drawn.label for path in (unpacked, packed) for drawn in read(path)] == [1, 1]


# --- bad lines ------------------------------------------------------------------


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_named_and_the_next_one_read(tmp_path: Path, name: str) -> None:
    line, said = BAD_LINES[name]
    path = write(tmp_path / "ink.ndjson.gz", [sheet(1), line, sheet(2)])
    first, bad, last = records(path)
    assert isinstance(first, Handwriting)
    assert isinstance(last, Handwriting)
    assert (first.line, last.line) == (1, 3)
    assert isinstance(bad, BadLine)
    assert bad.line == 2
    with pytest.raises(BadLine, match=said) as error:
        list(read(path))
    assert str(error.value).startswith("ink.ndjson.gz, line 2: ")
    assert str(error.value).endswith(".")
    assert len(str(error.value)) < 300


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda part: st.lists(part, max_size=4)
    | st.dictionaries(
        st.sampled_from(["label", "writer", "strokes", "canvas", "drawer", "character"]), part
    ),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_no_line_at_all_ends_in_another_error(
    tmp_path_factory: pytest.TempPathFactory, line: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.ndjson"
    path.write_bytes(line)
    with suppress(BadFile):  # two bytes are enough to pass for a gzip file
        for record in records(path):
            assert isinstance(record, Handwriting | BadLine)


# --- bad files ------------------------------------------------------------------


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.ndjson", tmp_path):
        with pytest.raises(BadFile, match="cannot be opened") as error:
            list(read(path))
        assert str(path) in str(error.value)


def test_a_file_that_breaks_off_is_named_with_the_line(tmp_path: Path) -> None:
    path = write(tmp_path / "ink.ndjson.gz", [sheet(number) for number in range(2000)])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(BadFile, match="cannot be read") as error:
        list(read(path))
    assert 100 < error.value.line < 2000
    assert f"ink.ndjson.gz, line {error.value.line}: " in str(error.value)


def test_a_damaged_file_is_an_error_wherever_it_is_damaged(tmp_path: Path) -> None:
    path = write(tmp_path / "ink.ndjson.gz", [sheet(number) for number in range(40)])
    content = path.read_bytes()
    for at in (len(content) // 3, len(content) - 6, len(content) - 2):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        with pytest.raises(BadHandwriting, match="line"):
            list(read(path))


def test_rubbish_behind_the_packed_part_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "ink.ndjson.gz", [sheet(1)])
    path.write_bytes(path.read_bytes() + b"rubbish")
    with pytest.raises(BadFile, match="line 2: It cannot be read"):
        list(read(path))


@pytest.mark.long
def test_a_bomb_does_not_fill_the_memory(tmp_path: Path) -> None:
    bomb = write(tmp_path / "ink.ndjson.gz", [b"0" * 300_000_000])
    assert bomb.stat().st_size < 2_000_000
    tracemalloc.start()
    try:
        with pytest.raises(BadFile, match="line 1: It is longer than"):
            list(read(bomb))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000


def test_a_file_of_too_many_lines_or_bytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "ink.ndjson.gz", [sheet(number) for number in range(5)])
    monkeypatch.setattr(ndjson, "MAX_LINES", 4)
    with pytest.raises(BadFile, match="line 5: The file is too long"):
        list(ndjson.lines(path))
    monkeypatch.setattr(ndjson, "MAX_LINES", 5)
    assert len(list(ndjson.lines(path))) == 5
    monkeypatch.setattr(ndjson, "MAX_BYTES", 1000)
    with pytest.raises(BadFile, match="too long"):
        list(ndjson.lines(path))
