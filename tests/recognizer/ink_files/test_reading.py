"""One drawing is the same in every kind of file."""

from __future__ import annotations

import json
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognizer.ink_files import BadFile, count, read

Strokes: TypeAlias = list[list[list[int]]]
place = st.integers(-1000, 1000)
drawings = st.lists(
    st.lists(st.tuples(place, place, st.integers(0, 9999)).map(list), min_size=1, max_size=9),
    min_size=1,
    max_size=4,
)


def as_line(strokes: Strokes) -> str:
    return json.dumps({"label": 4, "writer": "Kim", "strokes": strokes})


def as_columns(strokes: Strokes) -> str:
    columns = [[*map(list, zip(*stroke, strict=True))] for stroke in strokes]
    return json.dumps({"label": 4, "writer": "Kim", "strokes": columns, "layout": "columns"})


def as_inkml(strokes: Strokes, differences: int = 0) -> str:
    """With explicit values, their differences or the differences of those."""
    names = "".join(f'<channel name="{name}"/>' for name in "XYT")
    said = '<annotation type="writer">Kim</annotation><annotation type="label">4</annotation>'
    traces = "".join(f"<trace>{_trace(stroke, differences)}</trace>" for stroke in strokes)
    return f"<ink>{said}<traceFormat>{names}</traceFormat>{traces}</ink>"


def _trace(stroke: list[list[int]], differences: int) -> str:
    written = [" ".join(map(str, stroke[0]))]
    before = [0, 0, 0]
    for last, point in pairwise(stroke):
        added = [value - earlier for value, earlier in zip(point, last, strict=True)]
        more = [value - earlier for value, earlier in zip(added, before, strict=True)]
        before = added
        prefix, values = [("", point), ("'", added), ('"', more)][differences]
        written.append("".join(f"{prefix or ' '}{value}" for value in values))
    return ", ".join(written)


def as_unipen(strokes: Strokes) -> str:
    """Y up."""
    turned = ([f"{x} {-y} {t}" for x, y, t in stroke] for stroke in strokes)
    downs = chain.from_iterable([".PEN_DOWN", *points, ".PEN_UP"] for points in turned)
    head = [".COORD X Y T", ".WRITER_ID Kim", f'.SEGMENT DIGIT 0-{len(strokes) - 1} ? "4"']
    return "\n".join([*head, *downs])


@given(drawings)
def test_every_kind_gives_the_same_drawing(
    tmp_path_factory: pytest.TempPathFactory, strokes: Strokes
) -> None:
    path = tmp_path_factory.getbasetemp() / "ink"
    kinds: list[Any] = [as_line, as_columns, as_inkml, as_unipen]
    texts = [kind(strokes) for kind in kinds] + [as_inkml(strokes, number) for number in (1, 2)]
    for text in texts:
        path.write_text(text)
        (drawn,) = read(path)
        assert drawn.submission.strokes_json == strokes
        assert (drawn.label, drawn.writer) == (4, "Kim")
        assert count(path) == 1


def test_what_a_line_does_not_say_may_be_said_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "ink.ndjson"
    path.write_text(json.dumps({"strokes": [[[1, 2], [3, 4]]]}))
    (drawn,) = read(path, label="4", writer="Kim")
    assert (drawn.label, drawn.writer) == (4, "Kim")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.inkml", tmp_path):
        with pytest.raises(BadFile, match="cannot be opened"):
            count(path)
