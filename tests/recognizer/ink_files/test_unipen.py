"""UNIPEN: segments of components, y turned, and a sentence for what is not read."""

from __future__ import annotations

import gzip
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recognizer.ink_files import BadFile, BadLine, Handwriting, contents, count, read, records

# A 4 and a 1 of three components; the pen's way through the air has no points.
PAGE = """.VERSION 1.0
.COMMENT a page of our own
that goes on in a second line
.WRITER_ID Kim 3
.COORD X Y T
.SEGMENT DIGIT 0-1 OK "4"
.PEN_DOWN
 120 250 0
  90 150 16
 200 148 32
.PEN_UP
.DT 100
.PEN_DOWN
 170 240 132
 168 60 148
.PEN_UP
.SEGMENT DIGIT 2 ? "1"
.PEN_DOWN
 30 100 900
 30 10 916
.PEN_UP
"""
FOUR = [[[120, -250, 0], [90, -150, 16], [200, -148, 32]], [[170, -240, 132], [168, -60, 148]]]
ONE = [[[30, -100, 900], [30, -10, 916]]]
DOWN = ".PEN_DOWN\n1 2\n3 4\n.PEN_UP\n"


def write(folder: Path, text: str, name: str = "page.dat") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def strokes(folder: Path, text: str) -> list[Any]:
    """Those of each drawing in the file."""
    return [drawn.submission.strokes_json for drawn in read(write(folder, text), label="0")]


def why(folder: Path, text: str) -> str:
    """What the file, or its only drawing, is refused for."""
    try:
        (found,) = records(write(folder, text), label="0")
    except BadFile as error:
        return str(error)
    assert isinstance(found, BadLine)
    return str(found)


def test_it_works(tmp_path: Path) -> None:
    four, one = read(write(tmp_path, PAGE))
    assert (four.label, four.writer, four.line) == (4, "Kim 3", 6)
    assert (one.label, one.writer, one.line) == (1, "Kim 3", 17)
    assert four.submission.strokes_json == FOUR
    assert one.submission.strokes_json == ONE
    assert [stroke.tolist() for stroke in one.strokes] == [[[30.0, -100.0], [30.0, -10.0]]]


# --- segments -----------------------------------------------------------------------


def test_segments_may_stand_apart_from_the_ink_and_share_it(tmp_path: Path) -> None:
    text = (
        DOWN + ".PEN_DOWN 5 6 7 8\n" + DOWN + '.SEGMENT DIGIT 0,2 ? "3"\n.SEGMENT DIGIT 1-2 ? "8"'
    )
    assert strokes(tmp_path, text) == [
        [[[1, -2], [3, -4]], [[1, -2], [3, -4]]],
        [[[5, -6], [7, -8]], [[1, -2], [3, -4]]],
    ]


def test_the_pen_in_the_air_counts_where_it_has_points_and_draws_nothing(tmp_path: Path) -> None:
    text = (
        DOWN + ".PEN_DOWN\n5 6\n7 8\n.PEN_UP\n9 9\n.PEN_DOWN\n3 3\n5 5\n" + '.SEGMENT D 1-3 ? "7"'
    )
    assert strokes(tmp_path, text) == [[[[5, -6], [7, -8]], [[3, -3], [5, -5]]]]


def test_a_segment_may_be_a_part_of_strokes(tmp_path: Path) -> None:
    text = ".PEN_DOWN\n1 1\n2 2\n3 3\n4 4\n.PEN_DOWN\n5 5\n6 6\n7 7\n"
    assert strokes(tmp_path, text + '.SEGMENT D 0:2-1:1 ? "7"') == [
        [[[3, -3], [4, -4]], [[5, -5], [6, -6]]]
    ]
    assert strokes(tmp_path, text + '.SEGMENT D 0:1-0:2 ? "7"') == [[[[2, -2], [3, -3]]]]
    assert strokes(tmp_path, text + '.SEGMENT D 0:1,1 ? "7"')[0][0] == [[2, -2]]


def test_a_segment_without_places_goes_on_until_the_next(tmp_path: Path) -> None:
    text = '.SEGMENT DIGIT ? "4"\n' + DOWN * 2 + ".SEGMENT DIGIT\n.PEN_DOWN\n5 6\n7 8"
    assert [len(one) for one in strokes(tmp_path, text)] == [2, 1]


def test_without_a_segment_all_of_it_is_one(tmp_path: Path) -> None:
    path = write(tmp_path, DOWN * 2, "room 7.dat")
    (bad,) = records(path)
    assert "no label" in str(bad)
    (drawn,) = read(path, label="4")
    assert (drawn.label, drawn.writer, drawn.line) == (4, "room 7", 1)
    assert drawn.submission.strokes_json == [[[1, -2], [3, -4]]] * 2
    assert next(read(path, label="4", writer="Kim")).writer == "Kim"


@pytest.mark.parametrize("label", ["a", "15", '\\"', "two\nlines"])
def test_a_segment_of_something_else_is_named(tmp_path: Path, label: str) -> None:
    first, second = records(write(tmp_path, DOWN + f'.SEGMENT C 0 ? "{label}"\n.SEGMENT D 0 ? "1"'))
    assert "line 5: The label must be a digit" in str(first)
    assert isinstance(second, Handwriting)
    assert second.line == 6 + label.count("\n")


# --- points -------------------------------------------------------------------------


def test_the_order_of_values_is_told_by_coord(tmp_path: Path) -> None:
    text = ".COORD P T Y X\n.PEN_DOWN\n300 0 5 1\n310 16 -6.5 2e0\n.COORD X Y\n.PEN_DOWN\n1 2"
    assert strokes(tmp_path, text) == [[[[1, -5, 0], [2, 6.5, 16]], [[1, -2]]]]


@pytest.mark.parametrize(
    ("head", "y"),
    [
        (".X_POINTS_PER_INCH 200\n.Y_POINTS_PER_INCH 100\n", 20),
        (".X_POINTS_PER_MM 40\n.Y_POINTS_PER_MM 80\n", 5),
        (".X_POINTS_PER_INCH 200\n.Y_POINTS_PER_INCH 200\n", 10),
        (".X_POINTS_PER_INCH 200\n", 10),
        (".X_POINTS_PER_INCH 200\n.Y_POINTS_PER_MM 80\n", 10),
    ],
)
def test_a_tablet_with_two_resolutions_is_evened_out(tmp_path: Path, head: str, y: float) -> None:
    assert strokes(tmp_path, head + ".PEN_DOWN\n0 0\n10 10\n") == [[[[0, 0], [10, -y]]]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (".PEN_DOWN\n1 2\n3", "a point without its 2 values (X Y)"),
        (".PEN_DOWN\n1 two", "'two' among its points is no number"),
        (".COORD X T\n" + DOWN, "line 1: Its .COORD has no X or no Y"),
        (DOWN + '.SEGMENT D 0-1 ? "1"', "components that are not there"),
        (DOWN + '.SEGMENT D 1-0 ? "1"', "components that are not there"),
        (DOWN + '.SEGMENT D 0- ? "1"', "in a way that is not read"),
        (DOWN + ".SEGMENT D 9 " + '\\"' * 200_000, "components that are not there"),
        (DOWN * 500 + '.SEGMENT D 0-450 ? "1"', "more components than"),
        (DOWN * 201, "200 strokes"),
        (".PEN_UP\n1 2\n", "nothing drawn"),
        (".PEN_DOWN\n" + "1 2\n" * 10_001, "10000 points"),
        (".PEN_DOWN\n" + "1 2\n" * 270_000, "longer than any drawing"),
        (".PEN_DOWN\n1 1e999\n", "finite"),
        (".X_POINTS_PER_INCH none\n", "line 1: could not"),
        (".X_POINTS_PER_INCH 0\n", "above zero"),
        (".WRITER_ID " + "x" * 61 + "\n" + DOWN, "writer"),
    ],
)
def test_what_is_no_ink_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in why(tmp_path, text)


# --- other files --------------------------------------------------------------------


def test_files_of_the_same_folder_are_included(tmp_path: Path) -> None:
    write(tmp_path, ".WRITER_ID Lee\n.COORD Y X\n", "head.doc")
    write(tmp_path, ".INCLUDE more.dat\n", "data/first.dat")
    write(tmp_path, DOWN, "more.dat")
    page = ' .INCLUDE head.doc\n.INCLUDE data/first.dat\n.SEGMENT D 0 ? "1"\n'
    (drawn,) = read(write(tmp_path, page))
    assert (drawn.writer, drawn.submission.strokes_json) == ("Lee", [[[2, -1], [4, -3]]])


@pytest.mark.parametrize("name", ["../outside.dat", "data/../../outside.dat", "/etc/hostname", ""])
def test_no_other_file_is(tmp_path: Path, name: str) -> None:
    write(tmp_path, DOWN, "outside.dat")
    assert "outside of its folder" in why(tmp_path / "inside", f".INCLUDE {name}\n" + DOWN)


def test_a_link_to_another_file_is_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path, DOWN, "outside.dat")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link.dat").symlink_to(outside)
    assert "outside of its folder" in why(tmp_path / "inside", ".INCLUDE link.dat\n")


@pytest.mark.parametrize("name", ["x" * 5000, "loop.dat", "a\0b"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop.dat").symlink_to("loop.dat")
    assert "It includes" in why(tmp_path, f".INCLUDE {name}\n" + DOWN)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    assert "includes 'head.doc', which is not in its folder" in why(tmp_path, ".INCLUDE head.doc\n")


def test_files_that_include_one_another_end(tmp_path: Path) -> None:
    assert "too deeply" in why(tmp_path, ".INCLUDE page.dat\n")


def test_all_files_together_have_one_limit(tmp_path: Path) -> None:
    write(tmp_path, DOWN + ".COMMENT" + " " * (contents.MAX_WHOLE * 2 // 5), "more.dat")
    assert len(strokes(tmp_path, ".INCLUDE more.dat\n" * 2)[0]) == 2
    assert "too long" in why(tmp_path, ".INCLUDE more.dat\n" * 3)


# --- the file -----------------------------------------------------------------------


def test_the_first_bytes_decide_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "ink.ndjson"
    path.write_bytes(gzip.compress(PAGE.encode()))
    assert [drawn.label for drawn in read(path)] == [4, 1]
    assert count(path) == 2


def test_a_file_that_is_too_long_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "page.dat"
    path.write_bytes(gzip.compress(b".COMMENT" + b" " * contents.MAX_WHOLE))
    with pytest.raises(BadFile, match="too long"):
        list(records(path))


@given(st.text('.PEN_DOWNSEGMTCRIU "\\\n 0123:,-?e', max_size=80) | st.text(max_size=40))
@example('.SEGMENT D 0:9-0:2 ? "1"\n.PEN_DOWN\n1 2')
@example(".INCLUDE \0")
@example(".COORD X X Y\n.PEN_DOWN 1 2 3")
def test_no_file_at_all_ends_in_another_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.dat"
    path.write_bytes(b".V\n" + text.encode("utf-8", "replace"))
    with suppress(BadFile):
        for record in records(path, label="1"):
            assert isinstance(record, Handwriting | BadLine)
