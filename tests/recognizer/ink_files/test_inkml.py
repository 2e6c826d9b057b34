"""InkML: the traces, whose they are and what they are, and a sentence for what is not read."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recognizer.ink_files import (
    BadFile,
    BadLine,
    Handwriting,
    contents,
    count,
    inkml,
    read,
    records,
)

SPACE = 'xmlns="http://www.w3.org/2003/InkML"'
FOUR = "<trace>12 5, 9 15, 20 15</trace><trace>17 6, 17 24</trace>"
STROKES = [[[12, 5], [9, 15], [20, 15]], [[17, 6], [17, 24]]]


def write(folder: Path, inside: str, name: str = "page.inkml") -> Path:
    path = folder / name
    path.write_text(f"<?xml version='1.0' encoding='UTF-8'?>\n<ink {SPACE}>{inside}</ink>")
    return path


def truth(label: str, kind: str = "truth") -> str:
    return f'<annotation type="{kind}">{label}</annotation>'


def channels(*names: str, more: str = "") -> str:
    named = "".join(f'<channel name="{name}" type="decimal"/>' for name in names)
    return f"<traceFormat>{named}{more}</traceFormat>"


def strokes(folder: Path, inside: str) -> Any:
    """Those of the one drawing that is in the file."""
    (drawn,) = read(write(folder, truth("4") + inside))
    return drawn.submission.strokes_json


def why(folder: Path, inside: str) -> str:
    """What the one drawing, or the file, is refused for."""
    try:
        (found,) = records(write(folder, truth("4") + inside))
    except BadFile as error:
        return str(error)
    assert isinstance(found, BadLine)
    return str(found)


def test_it_works(tmp_path: Path) -> None:
    (drawn,) = read(write(tmp_path, truth("4") + truth("Kim", "writer") + FOUR))
    assert (drawn.label, drawn.writer, drawn.line, drawn.alphabet) == (4, "Kim", 2, "")
    assert drawn.submission.strokes_json == STROKES
    assert drawn.submission.canvas is None
    assert [stroke.tolist() for stroke in drawn.strokes] == STROKES


# --- what a point is ----------------------------------------------------------------


def test_channels_are_found_by_their_names(tmp_path: Path) -> None:
    form = channels("F", "Y", "T", "X")
    sent = "<trace>300 5 0 12, 310 15 16 9, ? 15 32 20</trace>"
    assert strokes(tmp_path, form + sent) == [[[12, 5, 0], [9, 15, 16], [20, 15, 32]]]


@pytest.mark.parametrize(("units", "times"), [("ms", [0, 1.5]), ("s", [0, 1500]), ("h", [0, 1.5])])
def test_time_is_in_milliseconds(tmp_path: Path, units: str, times: list[float]) -> None:
    time = f'<channel name="T" units="{units}"/>'
    sent = channels("X", "Y", more=time) + "<trace>1 2 0, 3 4 1.5</trace>"
    assert [point[2] for point in strokes(tmp_path, sent)[0]] == times


def test_intermittent_channels_may_follow_or_not(tmp_path: Path) -> None:
    more = '<intermittentChannels><channel name="F"/></intermittentChannels>'
    sent = channels("X", "Y", more=more) + "<trace>1 2 300, 3 4, 5 6 '-7</trace>"
    assert strokes(tmp_path, sent) == [[[1, 2], [3, 4], [5, 6]]]


def test_an_axis_that_points_the_other_way_is_turned(tmp_path: Path) -> None:
    form = '<traceFormat><channel name="X"/><channel name="Y" orientation="-ve"/></traceFormat>'
    assert strokes(tmp_path, form + "<trace>1 2, 3 -4</trace>") == [[[1, -2], [3, 4]]]


@pytest.mark.parametrize(
    "text",
    [
        "1 2,3 5,4 9,4 12",
        "\n 1 2,\n 3 5,\n 4 9,\n 4 12\n",
        "1 2, 3 5, 4 9, 4 12,",
        "+1.0 .2e1, 3. 5, 4 9, 4 1200e-2",
        "#1 #2, 3 #5, 4 9, 4 #C",
        "!1!2,!3!5,4 9,4 12",
        "1 2,'2'3,1 4,0 3",
        "1 2,'2'3,\"-1\"1,-1-1",
        "1 2,'2'3,!4'4,!4'3",
        "1 2,3 5,4 9,* 12",
    ],
)
def test_points_may_be_written_in_many_ways(tmp_path: Path, text: str) -> None:
    assert strokes(tmp_path, f"<trace>{text}</trace>") == [[[1, 2], [3, 5], [4, 9], [4, 12]]]


def test_differences_are_those_of_the_recommendation(tmp_path: Path) -> None:
    """Its own example of a trace, 4.2.1."""
    text = "1125 18432,'23'43,\"7\"-8,3-5,7 -3,6 2"
    assert strokes(tmp_path, f"<trace>{text}</trace>") == [
        [[1125, 18432], [1148, 18475], [1178, 18510], [1211, 18540], [1251, 18567], [1297, 18596]]
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2, 3", "has 1 values, not 2"),
        ("1 two", "'t' in a trace is no number"),
        ("1 2, T 3", "no X or no Y"),
        ("1 ?", "no X or no Y"),
        ("'1 2", "begins with a difference"),
        ("1 #" + "F" * 300, "is no number"),
        ("1 2, 1e999 3", "finite"),
        ("1 2, 1000000001 3", "between"),
        ("", "nothing drawn"),
        ("1 2, " * 10_001, "10000 points"),
        ("1 2, " * 200_001, "longer than any drawing"),
    ],
)
def test_a_trace_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in why(tmp_path, f"<trace>{text}</trace>")


# --- which drawings there are -------------------------------------------------------


def test_a_group_with_a_digit_for_a_label_is_a_drawing(tmp_path: Path) -> None:
    """As a formula is kept: a group of groups, which view traces that stand before them."""
    inside = (
        '\n<trace id="a">1 2, 3 4</trace><trace xml:id="b">5 6, 7 8</trace>'
        + '<trace id="c">9 9</trace>'
        + "\n<traceGroup>" + truth("Segmentation")
        + "\n<traceGroup>" + truth(" $4$ ") + '<traceView traceDataRef="b"/>'
        + '<traceView traceDataRef="#a"/></traceGroup>'
        + "\n<traceGroup>" + truth("x", "label") + '<traceView traceDataRef="c"/></traceGroup>'
        + "\n<traceGroup>" + truth("7", "Ground_Truth") + truth("Lee", "writer")
        + "<trace>1 1, 5 5</trace></traceGroup></traceGroup>"
    )  # fmt: skip
    four, letter, seven = records(write(tmp_path, truth("Kim", "writer") + inside))
    assert isinstance(four, Handwriting)
    assert (four.label, four.writer, four.line) == (4, "Kim", 5)
    assert four.submission.strokes_json == [[[5, 6], [7, 8]], [[1, 2], [3, 4]]]
    assert isinstance(letter, BadLine)
    assert str(letter) == (
        "page.inkml, line 6: The label must be a digit from 0 to 9, or not_a_digit, not 'x'."
    )
    assert isinstance(seven, Handwriting)
    assert (seven.label, seven.writer, seven.line) == (7, "Lee", 7)


def test_without_such_a_group_all_of_it_is_one(tmp_path: Path) -> None:
    (drawn,) = read(write(tmp_path, truth("4") + f"<traceGroup>{FOUR}</traceGroup>"))
    assert drawn.submission.strokes_json == STROKES


def test_who_and_what_may_be_said_from_outside(tmp_path: Path) -> None:
    path = write(tmp_path, FOUR, "room 7.inkml")
    (bad,) = records(path)
    assert "no label" in str(bad)
    (drawn,) = read(path, label="not_a_digit")
    assert (drawn.label, drawn.writer) == (10, "room 7")
    (drawn,) = read(path, label="4", writer="Kim")
    assert (drawn.label, drawn.writer) == (4, "Kim")
    (drawn,) = read(write(tmp_path, truth("3") + truth("Lee", "writer") + FOUR), label="4")
    assert (drawn.label, drawn.writer) == (3, "Lee")


def test_other_annotations_are_no_labels(tmp_path: Path) -> None:
    (bad,) = records(write(tmp_path, truth("7", "age") + "<annotation>4</annotation>" + FOUR))
    assert "no label" in str(bad)


def test_the_pen_in_the_air_draws_nothing(tmp_path: Path) -> None:
    assert strokes(tmp_path, FOUR + '<trace type="penUp">1 1, 2 2</trace>') == STROKES


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (channels("X", "T") + FOUR, "no X, no Y"),
        (channels("X", "Y", "X") + FOUR, "channel twice"),
        (channels("X", "Y") + channels("Y", "X") + FOUR, "several trace formats"),
        ('<canvasTransform><mapping type="affine"/></canvasTransform>' + FOUR, "maps its coord"),
        ('<trace continuation="end" priorRef="#a">1 2</trace>', "continues another"),
        ('<traceView traceDataRef="#none"/>', "no whole trace"),
        ('<trace id="a">1 2,3 4</trace><traceView traceDataRef="a" from="2"/>', "no whole trace"),
        ("<trace>1 2</trace>" * 201, "200 strokes"),
        ("<a>" * 40 + "</a>" * 40, "nested too deeply"),
        ("<a/>" * inkml.MAX_ELEMENTS, "too many"),
    ],
)
def test_what_would_change_the_ink_is_refused(tmp_path: Path, inside: str, said: str) -> None:
    assert said in why(tmp_path, inside)


def test_formats_that_agree_and_identities_are_read(tmp_path: Path) -> None:
    same = '<canvasTransform><mapping type="identity"/></canvasTransform>'
    assert strokes(tmp_path, channels("X", "Y") * 2 + same + FOUR) == STROKES


# --- the file -----------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_the_first_bytes_decide_not_the_name(tmp_path: Path, encoding: str) -> None:
    name = "utf-8" if encoding == "utf-8-sig" else encoding
    text = (
        f'<?xml version="1.0" encoding="{name}"?><ink>{truth("4")}{truth("José", "writer")}{FOUR}'
    )
    path = tmp_path / "ink.ndjson"
    path.write_bytes(gzip.compress((text + "</ink>").encode(encoding)))
    (drawn,) = read(path)
    assert (drawn.writer, drawn.submission.strokes_json) == ("José", STROKES)
    assert count(path) == 1


BOMB = """<!DOCTYPE ink [<!ENTITY a "1 2, "><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<ink><annotation type="truth">4</annotation><trace>&d;&d;&d;</trace></ink>"""
ABROAD = '<!DOCTYPE ink [<!ENTITY a SYSTEM "file:///etc/hostname">]><ink><trace>&a;</trace></ink>'


@pytest.mark.parametrize(
    "text", [BOMB, ABROAD, "<ink><trace>1 2</ink>", "<ink>", "<", "<ink/><ink/>"]
)
def test_what_is_no_safe_xml_is_refused_as_a_whole(tmp_path: Path, text: str) -> None:
    path = tmp_path / "page.inkml"
    path.write_text(text)
    with pytest.raises(BadFile, match="not XML that is read"):
        list(records(path))
    with pytest.raises(BadFile, match="not XML that is read"):
        count(path)


def test_other_xml_is_no_ink(tmp_path: Path) -> None:
    path = tmp_path / "page.inkml"
    path.write_text("<svg/>")
    with pytest.raises(BadFile, match="not InkML"):
        list(records(path))


def test_a_file_that_is_too_long_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "page.inkml"
    path.write_bytes(gzip.compress(b"<ink>" + b" " * contents.MAX_WHOLE))
    with pytest.raises(BadFile, match="too long"):
        list(records(path))


@given(st.binary(max_size=60) | st.text("<>/&;!'\"#?*TF.,-+0129 =eXY", max_size=60).map(str.encode))
@example(b"<ink><trace>1 2</trace></ink>")
@example(b'<?xml version="1.0" encoding="utf-7"?><ink/>')
@example(b'<?xml version="1.0" encoding="idna"?><ink/>')
def test_no_file_at_all_ends_in_another_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.inkml"
    with suppress(BadFile):
        for draft in inkml.drafts(path, content):
            json.dumps(getattr(draft, "strokes", None))
    around = b'<ink><annotation type="truth">1</annotation><trace>' + content + b"</trace></ink>"
    path.write_bytes(around)
    with suppress(BadFile):
        for record in records(path):
            assert isinstance(record, Handwriting | BadLine)
