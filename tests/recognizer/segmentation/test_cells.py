"""A form's row of cells is a number, cell by cell; the empty ones are said to be so."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rest_framework.test import APIClient

from tests.golden.make_raster import Grey
from tests.golden.make_raster_numbers import cells, sheet
from tests.support.drawings import in_base64

pytestmark = [pytest.mark.usefixtures("live_model"), pytest.mark.django_db]

PREDICT, DRAWINGS = "/api/v1/predict/", "/api/v1/drawings/"


def picture(grey: Grey) -> str:
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return in_base64(file.getvalue())


def answered(visitor: APIClient, grey: Grey, **wishes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = visitor.post(
        PREDICT, {"image": picture(grey), **wishes}, format="json"
    ).json()
    return answer


@pytest.mark.parametrize("apart", [0, 30])
def test_it_works(visitor: APIClient, apart: float) -> None:
    answer = answered(visitor, sheet(cells("4_07", apart=apart), 5), number=True)
    assert answer["text"] == "4_07"
    assert answer["number"] is None
    assert answer["signs"] == []
    digits = [(one["digit"], one["verdict"]) for one in answer["digits"]]
    assert digits[1] == (None, "empty")
    assert [digit for digit, _ in digits] == [4, None, 0, 7]
    lefts = [one["box"][0] for one in answer["digits"]]
    assert lefts == sorted(lefts)
    assert answer["verdict"] in ("sure", "unsure")


def test_full_cells_are_a_number_without_spaces(visitor: APIClient) -> None:
    answer = answered(visitor, sheet(cells("407"), 5), number=True)
    assert (answer["text"], answer["number"]) == ("407", "407")


def test_one_digit_in_its_cell_is_that_digit(visitor: APIClient) -> None:
    for number in (False, True):
        answer = answered(visitor, sheet(cells("6"), 5), number=number)
        assert answer["digit"] == 6


def test_digits_that_run_over_their_cells_lines_are_kept(visitor: APIClient) -> None:
    answer = answered(visitor, sheet(cells("7_42", below=30), 5), number=True)
    assert answer["text"] == "7_42"


def test_an_empty_cell_is_told(visitor: APIClient) -> None:
    answer = answered(visitor, sheet(cells("_"), 5))
    assert (answer["digit"], answer["verdict"]) == (None, "empty")
    assert answer["box"] == [25, 25, 91, 119]
    number = answered(visitor, sheet(cells("_"), 5), number=True, detail=True)
    assert (number["text"], number["digit"], number["verdict"]) == ("_", None, "empty")
    (digit,) = number["digits"]
    assert digit["box"] == answer["box"]
    assert set(digit["seen"]) == {0}


def test_a_row_of_empty_cells_is_told(visitor: APIClient) -> None:
    answer = answered(visitor, sheet(cells("___"), 5), number=True)
    assert (answer["text"], answer["number"], answer["verdict"]) == ("___", None, "empty")
    assert len(answer["digits"]) == len(answer["lines"][0]["digits"]) == 3


def test_two_zeros_are_no_empty_cells(visitor: APIClient) -> None:
    answer = answered(visitor, sheet(written_zeros(), 5), number=True)
    assert answer["text"] == "00"


def written_zeros() -> Any:
    return [
        [[x + 30 * np.cos(a), 60 + 40 * np.sin(a)] for a in np.linspace(0, 2 * np.pi, 40)]
        for x in (60, 140)
    ]


def test_a_batch_may_hold_empty_cells(visitor: APIClient) -> None:
    images = [picture(sheet(cells(text), 5)) for text in ("_", "6")]
    body = {"items": [{"image": image} for image in images]}
    items = visitor.post(f"{PREDICT}batch/", body, format="json").json()["items"]
    assert items[0]["verdict"] == "empty"
    assert items[1]["digit"] == 6


def test_an_empty_cell_is_no_drawing(visitor: APIClient) -> None:
    body = {"image": picture(sheet(cells("_"), 5))}
    refused = visitor.post(DRAWINGS, body, format="json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "blank")
