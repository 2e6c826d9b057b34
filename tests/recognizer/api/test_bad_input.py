"""Bad input: a clear 4xx in the one error shape, nothing stored, no long time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from recognizer.models import Contributor, Drawing
from tests.support.api import (
    BATCH,
    DRAWINGS,
    PREDICT,
    error_of,
    image_files,
)
from tests.support.drawings import CANVAS, FOUR, as_file, body, in_base64, picture

DOORS = (PREDICT, BATCH, DRAWINGS)

# Sends something, and gives the status and the error that it is answered by.
Refused = Callable[[Any], tuple[int, dict[str, Any]]]
RefusedBody = Callable[..., tuple[int, dict[str, Any]]]

# Of the processor, so that a busy machine fails nobody.
LONGEST_SECONDS = 2.0


@pytest.fixture(autouse=True)
def _leaves_nothing_behind(live_model: Any) -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < LONGEST_SECONDS
    assert not Drawing.objects.exists()
    assert not Contributor.objects.exists()
    assert image_files() == []


@pytest.fixture
def refused(visitor: APIClient) -> Refused:
    """Sends one item to every door: all say the same, a batch in the item's place."""

    def at_every_door(item: Any) -> tuple[int, dict[str, Any]]:
        read, stored = (
            visitor.post(path, json.dumps(item), content_type="application/json")
            for path in (PREDICT, DRAWINGS)
        )
        assert (read.status_code, error_of(read)) == (stored.status_code, error_of(stored))
        whole = visitor.post(BATCH, json.dumps({"items": [item]}), content_type="application/json")
        assert whole.status_code == 200
        assert whole.json() == {"items": [read.json()]}
        return read.status_code, error_of(read)

    return at_every_door


@pytest.fixture
def refused_body(visitor: APIClient) -> RefusedBody:
    """Sends the same body to every door, where all of them refuse it alike."""

    def at_every_door(content: bytes, kind: str = "application/json") -> tuple[int, dict[str, Any]]:
        answers = [visitor.post(path, content, content_type=kind) for path in DOORS]
        statuses = {answer.status_code for answer in answers}
        codes = {error_of(answer)["code"] for answer in answers}
        assert len(statuses) == len(codes) == 1
        return statuses.pop(), error_of(answers[0])

    return at_every_door


def test_it_works(refused: Refused) -> None:
    assert refused({"strokes": []}) == (
        400,
        {"code": "blank", "message": "There is nothing drawn yet.", "field": "strokes"},
    )


# --- strokes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "strokes",
    [
        pytest.param([], id="no stroke"),
        pytest.param([[]], id="an empty stroke"),
        pytest.param([[], [], []], id="empty strokes"),
        pytest.param([[[140, 140]]], id="one point"),
        pytest.param([[[140, 140]] * 50], id="one point many times"),
        pytest.param([[[140, 140]], [[140, 140]]], id="one place, two strokes"),
        pytest.param([[[140, 140], [143, 142]]], id="a dot on this canvas"),
    ],
)
def test_a_blank_drawing_is_blank(refused: Refused, strokes: Any) -> None:
    status, error = refused(body(strokes))
    assert (status, error["code"], error["field"]) == (400, "blank", "strokes")


@pytest.mark.parametrize(
    "strokes",
    [
        pytest.param(value, id=str(value))
        for value in (
            None, True, 4, 4.5, "", "strokes", {}, {"0": []}, [4], [None], ["ab"], [{}],
            [[4]], [[None]], [["ab"]], [[{}]], [[[]]], [[[1]]], [[[1, 2, 3, 4, 5]]],
            [[{"x": 1}]], [[{"x": 1, "y": "2"}]], [[{"x": 1, "y": None}]], [[{"x": [1], "y": 2}]],
            [[{"x": 1, "y": 2, "t": "now"}]], [[{"x": True, "y": 2}]], [[{"X": 1, "Y": 2}]],
            [{"points": None}], [{"points": {}}], [{"points": [1, 2]}], [{"Points": [[1, 2]]}],
            [[["1", "2"]]], [[[1, None]]], [[[True, False]]], [[[[1], [2]]]], [[[1, {}]]],
            [[[1, 2, "3"]]], [[[1, 2, 3, None]]], [[[1, 2], [3]]], [[[1, 2]], "no"],
        )
    ],
)  # fmt: skip
def test_strokes_of_wrong_types_are_refused(refused: Refused, strokes: Any) -> None:
    status, error = refused({"strokes": strokes, "canvas": CANVAS})
    assert (status, error["code"], error["field"]) == (400, "bad_ink", "strokes")


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, id=str(point))
        for point in (
            [1_000_000_001, 5], [5, -1_000_000_001], [5, 1e12], [-1e308, 5],
        )
    ],
)  # fmt: skip
def test_coordinates_out_of_range_are_refused(refused: Refused, point: Any) -> None:
    status, error = refused({"strokes": [*FOUR, [[1, 1], point]]})
    assert (status, error["code"], error["field"]) == (400, "bad_ink", "strokes")


@pytest.mark.parametrize("layout", ["column", "", 1, True, [], {}, ["columns"]])
def test_a_layout_is_points_or_columns(refused: Refused, layout: Any) -> None:
    status, error = refused(body(layout=layout))
    assert (status, error["code"], error["field"]) == (400, "bad_ink", "layout")


@pytest.mark.parametrize(
    "stroke",
    [
        pytest.param(stroke, id=str(stroke))
        for stroke in (
            [[1, 2, 3]], [[1, 2], [1, 2, 3]], [[1], [1], [1], [1], [1]], [1, 2], ["ab", "cd"],
            [{"x": 1, "y": 2}], [{"0": 1}, {"0": 1}],
        )
    ],
)  # fmt: skip
def test_columns_are_lists_of_one_length(refused: Refused, stroke: Any) -> None:
    status, error = refused({"strokes": [stroke], "layout": "columns"})
    assert (status, error["code"], error["field"]) == (400, "bad_ink", "strokes")
    assert "equally long" in error["message"]


@pytest.mark.parametrize("columns", [2, 3])
def test_columns_without_a_word_are_told_what_to_say(refused: Refused, columns: int) -> None:
    """As Quick, Draw! has its strokes; they would be read as two or three points."""
    strokes = [[[10, 10, 200, 180], [10, 200, 190, 20], [0, 12, 30, 50]][:columns]]
    status, error = refused({"strokes": strokes})
    assert (status, error["code"], error["field"]) == (400, "bad_ink", "strokes")
    assert '"layout": "columns"' in error["message"]


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400])
def test_what_is_no_number_is_refused(refused_body: RefusedBody, word: str) -> None:
    """Nor is what lies beyond the range of a double, which no database takes either."""
    content = f'{{"strokes": [[[1, 1], [{word}, 5]]]}}'
    status, error = refused_body(content.encode())
    assert (status, error["code"]) == (400, "parse_error")


@pytest.mark.parametrize(
    "canvas",
    [
        pytest.param(canvas, id=str(canvas))
        for canvas in (
            4, "280x280", {}, [], [280], [280, 280, 280], [280, "280"], [280, None],
            [True, True], [0, 280], [280, -1], [280, 1e12],
            [280, 1_000_000_001],
        )
    ],
)  # fmt: skip
def test_an_impossible_canvas_is_refused(refused: Refused, canvas: Any) -> None:
    status, error = refused({"strokes": FOUR, "canvas": canvas})
    assert (status, error["code"], error["field"]) == (400, "bad_ink", "canvas")


@pytest.mark.parametrize("name", ["number", "detail"])
@pytest.mark.parametrize("value", [1, 0, "yes", "", None, [], {}])
def test_a_flag_is_true_or_false(refused: Refused, name: str, value: Any) -> None:
    status, error = refused(body(**{name: value}))
    assert (status, error["code"], error["field"]) == (400, "invalid", name)


def test_too_many_strokes_are_refused(refused: Refused) -> None:
    status, error = refused({"strokes": [[[1, 1], [9, 9]]] * (settings.LIMITS["strokes"] + 1)})
    assert (status, error["code"], error["field"]) == (413, "too_large", "strokes")


def test_too_many_points_are_refused(refused: Refused) -> None:
    stroke = [[i % 200, i % 180] for i in range(settings.LIMITS["points"] + 1)]
    status, error = refused({"strokes": [stroke]})
    assert (status, error["code"], error["field"]) == (413, "too_large", "strokes")


def test_as_many_points_as_allowed_are_read(visitor: APIClient) -> None:
    most = settings.LIMITS["points"]
    stroke = [[100 + i % 3, 200 * i / most, 16.7 * i, 0.5] for i in range(most)]
    response = visitor.post(PREDICT, {"strokes": [stroke]})
    assert response.status_code == 200


def test_as_many_points_as_allowed_are_read_as_objects(visitor: APIClient) -> None:
    """The limit on a body's values leaves room for a signature_pad's points."""
    most = settings.LIMITS["points"]
    stroke = [
        {"time": 1.7e12 + 16.7 * i, "x": 100.25 + i % 3, "y": 200 * i / most, "pressure": 0.123456}
        for i in range(most)
    ]
    response = visitor.post(PREDICT, {"strokes": [{"penColor": "black", "points": stroke}]})
    assert response.status_code == 200


def test_a_million_points_are_refused_before_they_are_parsed(refused_body: RefusedBody) -> None:
    """As text they are within the limit of a body, as objects they are a hundred megabytes."""
    stroke = ",".join(["[1,2]"] * 1_000_000)
    content = f'{{"strokes":[[{stroke}]]}}'.encode()
    assert len(content) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    started = time.process_time()
    status, error = refused_body(content)
    assert (status, error["code"]) == (413, "too_large")
    assert time.process_time() - started < 0.5


# --- bodies -----------------------------------------------------------------------


@pytest.mark.parametrize("item", [None, 4, True, "strokes", [], [1], FOUR], ids=str)
def test_what_is_no_object_is_refused(refused: Refused, item: Any) -> None:
    status, error = refused(item)
    assert (status, error["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    "item",
    [{}, {"number": True}, {"ink": FOUR}, {"strokes": FOUR, "image": in_base64(picture())}],
    ids=["nothing", "only a flag", "unknown", "both"],
)
def test_either_strokes_or_an_image(refused: Refused, item: Any) -> None:
    status, error = refused(item)
    assert (status, error["code"]) == (400, "invalid")
    assert "either" in error["message"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"   ", id="blanks"),
        pytest.param(b"{", id="broken off"),
        pytest.param(json.dumps(body()).encode()[:-9], id="truncated"),
        pytest.param(b"{'strokes': []}", id="no JSON"),
        pytest.param(b'{"strokes": [[[1,1],[2,9]]]} {}', id="more after the end"),
        pytest.param(b'\xff\xfe{"strokes": []}', id="not UTF-8"),
        pytest.param(b'{"strokes": "\xe9"}', id="Latin 1"),
        pytest.param(json.dumps(body()).encode("utf-16"), id="UTF-16"),
        pytest.param(b"[" * 2_000, id="deep"),
        pytest.param(b'{"strokes":' * 20_000, id="deep objects"),
        pytest.param(b'{"strokes": [[[' + b"9" * 10_000 + b", 1]]]}", id="a number too long"),
        pytest.param(b"\x00" * 100, id="zeros"),
    ],
)
def test_a_body_that_is_no_json_is_refused(refused_body: RefusedBody, content: bytes) -> None:
    status, error = refused_body(content)
    assert (status, error["code"]) == (400, "parse_error")


def test_an_empty_body_is_refused(refused_body: RefusedBody) -> None:
    status, error = refused_body(b"")
    assert (status, error["code"]) == (400, "invalid")


def test_nesting_far_too_deep_is_refused(refused_body: RefusedBody) -> None:
    status, error = refused_body(b"[" * 1_000_000)
    assert (status, error["code"]) == (413, "too_large")


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "zlib", "bz2", "rot13", "idna", "nope"])
def test_another_charset_does_no_harm(visitor: APIClient, charset: str) -> None:
    """Python knows some that unpack a small body into a large one; JSON is UTF-8 all the same."""
    kind = f"application/json; charset={charset}"
    response = visitor.post(PREDICT, '{"strokes": [[[1, "é"]]]}'.encode(), content_type=kind)
    assert response.status_code == 400
    assert error_of(response)["code"] == "bad_ink"


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "image/png", "x", "/"],
)
def test_other_content_types_are_refused(refused_body: RefusedBody, kind: str) -> None:
    status, error = refused_body(json.dumps(body()).encode(), kind)
    assert (status, error["code"]) == (415, "unsupported_media_type")


def test_a_batch_takes_no_form(visitor: APIClient) -> None:
    response = visitor.post(BATCH, {"items": "4"}, format="multipart")
    assert response.status_code == 415


@pytest.mark.parametrize("path", [PREDICT, DRAWINGS])
@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=other",
        "multipart/form-data; boundary=x; charset=zlib",
        'multipart/form-data; boundary="x\u00e9"',
    ],
)
def test_a_broken_form_is_refused(visitor: APIClient, path: str, kind: str) -> None:
    content = b'--x\r\nContent-Disposition: form-data; name="strokes"\r\n\r\n[]\r\n--x--\r\n'
    response = visitor.post(path, content, content_type=kind)
    assert response.status_code == 400
    error_of(response)


@pytest.mark.parametrize("path", [PREDICT, DRAWINGS])
def test_a_broken_form_of_a_member_is_refused(member_in_browser: APIClient, path: str) -> None:
    """Here Django itself reads the form first, for the CSRF token."""
    for status, kind in (
        (400, "multipart/form-data"),
        (415, "application/x-www-form-urlencoded; charset=latin-1"),
    ):
        response = member_in_browser.post(path, b"strokes=[]", content_type=kind)
        assert response.status_code == status
        error_of(response)


def test_an_oversized_body_is_refused(refused_body: RefusedBody) -> None:
    status, error = refused_body(b" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert (status, error["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", [PREDICT, DRAWINGS])
@pytest.mark.parametrize("who", ["visitor", "member_in_browser"])
def test_an_oversized_form_is_refused(request: pytest.FixtureRequest, path: str, who: str) -> None:
    client: APIClient = request.getfixturevalue(who)
    image = b"\0" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    response = client.post(path, {"image": as_file(image)}, format="multipart")
    assert response.status_code == 413
    assert error_of(response)["code"] == "too_large"


@pytest.mark.parametrize("who", ["visitor", "member_in_browser"])
def test_a_form_of_many_fields_is_refused(request: pytest.FixtureRequest, who: str) -> None:
    client: APIClient = request.getfixturevalue(who)
    fields = range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)
    response = client.post(PREDICT, {f"field{i}": "1" for i in fields}, format="multipart")
    assert response.status_code == 413
    assert error_of(response)["code"] == "too_large"


@pytest.mark.parametrize("who", ["visitor", "member_in_browser"])
def test_a_form_of_many_files_is_refused(request: pytest.FixtureRequest, who: str) -> None:
    client: APIClient = request.getfixturevalue(who)
    form = {"image": as_file(picture()), "another": as_file(picture())}
    response = client.post(PREDICT, form, format="multipart")
    assert response.status_code == 413
    assert error_of(response)["code"] == "too_large"


# --- particulars of a drawing -----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("label", "10"), ("label", ""), ("label", 10), ("label", -1), ("label", None),
        ("label", True), ("label", 4.0), ("label", [4]), ("label", {}), ("label", "4 "),
        ("source", "moon"), ("source", 4), ("source", None), ("source", []),
        ("consent", "perhaps"), ("consent", None), ("consent", []), ("consent", 7),
    ],
)  # fmt: skip
def test_wrong_particulars_are_refused(visitor: APIClient, name: str, value: Any) -> None:
    response = visitor.post(DRAWINGS, body(**{name: value}))
    assert response.status_code == 400
    assert error_of(response)["field"] == name


def test_a_whole_number_is_not_stored(visitor: APIClient) -> None:
    response = visitor.post(DRAWINGS, body(number=True))
    assert response.status_code == 400
    assert error_of(response)["field"] == "number"


def test_other_methods_are_refused(visitor: APIClient) -> None:
    for path in (PREDICT, BATCH, DRAWINGS):
        response = visitor.get(path)
        assert response.status_code == 405
        assert error_of(response)["code"] == "method_not_allowed"


def test_what_breaks_off_in_the_middle_is_a_bad_request(visitor: APIClient) -> None:
    class Broken:
        def read(self, *_: Any) -> bytes:
            raise OSError("The client has gone.")

        readline = read

    sent: dict[str, Any] = {"wsgi.input": Broken(), "CONTENT_LENGTH": "100"}
    response = visitor.generic("POST", PREDICT, content_type="application/json", **sent)
    assert response.status_code == 400
    assert error_of(response)["code"] == "bad_request"


# --- half a surrogate pair ----------------------------------------------------------


@pytest.mark.parametrize(
    "field", ["label", "source", "mode", "consent", "image", "strokes", "detail", "other", "\ud800"]
)
def test_half_a_surrogate_pair_is_refused_wherever_it_stands(
    refused_body: RefusedBody, field: str
) -> None:
    for value in ("\ud800", ["\udfff"], {"x\udc00": 1}):
        content = json.dumps({"strokes": FOUR, "canvas": CANVAS, field: value}).encode()
        status, error = refused_body(content)
        assert (status, error["code"]) == (400, "parse_error")
        assert "surrogate" in error["message"]


def test_whole_surrogate_pairs_are_characters(visitor: APIClient) -> None:
    content = json.dumps({**body(), "other": "\U0001f600"})
    assert "\\ud83d" in content
    assert visitor.post(PREDICT, content, content_type="application/json").status_code == 200


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "base64", "idna", "no-charset"])
@pytest.mark.parametrize("value", ["\\ud800", "+2AA-", "\xed\xa0\x80"])
def test_a_form_is_utf8_whatever_it_claims(visitor: APIClient, charset: str, value: str) -> None:
    parts = [f'--b\r\nContent-Disposition: form-data; name="label"\r\n\r\n{value}\r\n', "--b--\r\n"]
    response = visitor.post(
        DRAWINGS,
        "".join(parts).encode("latin-1"),
        content_type=f"multipart/form-data; boundary=b; charset={charset}",
    )
    assert response.status_code == 400
    assert error_of(response)["message"]


@pytest.mark.parametrize("name", ["filename*=base64''x", "filename*=utf-7''%2B2AA-", "name*=no''x"])
def test_a_part_of_a_form_may_claim_no_other_encoding(visitor: APIClient, name: str) -> None:
    content = f'--b\r\nContent-Disposition: form-data; name="image"; {name}\r\n\r\nx\r\n--b--\r\n'
    response = visitor.post(
        PREDICT, content.encode(), content_type="multipart/form-data; boundary=b"
    )
    assert response.status_code == 400
    assert error_of(response)["message"]
