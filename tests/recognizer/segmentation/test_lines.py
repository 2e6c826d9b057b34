"""Numbers below one another are read line by line, from strokes and from pictures."""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient

from recognizer.exceptions import OverLimit
from recognizer.preprocessing.strokes import parse
from recognizer.pricing import Budget
from recognizer.segmentation import ink, lines, raster
from tests.golden import make_lines
from tests.golden.make import Strokes, moved
from tests.golden.make_numbers import written
from tests.golden.make_raster_numbers import sheet
from tests.support.drawings import as_file, in_base64
from tests.support.hostile_pictures import saved
from tests.support.photos import photo

GOLDEN: list[dict[str, Any]] = json.loads(make_lines.FILE.read_text())
CASES = [pytest.param(case, id=case["name"]) for case in GOLDEN]
PREDICT = "/api/v1/predict/"


def below(*texts: str, apart: float = 200) -> Strokes:
    """Numbers as `make_numbers` writes them, each so far below the one before."""
    return [
        stroke
        for at, text in enumerate(texts)
        for stroke in moved(written(text), 15 * at, at * apart)
    ]


@pytest.mark.parametrize("case", CASES)
def test_lines_are_as_in_the_golden_vectors(case: dict[str, Any]) -> None:
    assert lines.found(np.array(case["boxes"], dtype=float)) == case["lines"]


def test_the_script_still_writes_this_file() -> None:
    assert make_lines.golden() == GOLDEN


@pytest.mark.usefixtures("live_model")
@pytest.mark.django_db
def test_it_works(visitor: APIClient) -> None:
    strokes = below("407", "12", "5")
    answer = visitor.post(PREDICT, {"strokes": strokes, "number": True}, format="json").json()
    assert answer["text"] == "407\n12\n5"
    assert answer["number"] is None
    assert [line["number"] for line in answer["lines"]] == ["407", "12", "5"]
    assert [digit for line in answer["lines"] for digit in line["digits"]] == answer["digits"]
    assert "".join(str(digit["digit"]) for digit in answer["digits"]) == "407125"
    tops = [line["box"][1] for line in answer["lines"]]
    assert tops == sorted(tops)
    for line in answer["lines"]:
        left, top, width, height = line["box"]
        for digit in line["digits"]:
            x, y, across, down = digit["box"]
            assert left - 0.1 <= x
            assert top - 0.1 <= y
            assert x + across <= left + width + 0.1
            assert y + down <= top + height + 0.1


@pytest.mark.usefixtures("live_model")
@pytest.mark.django_db
def test_one_line_is_one_line(visitor: APIClient) -> None:
    answer = visitor.post(PREDICT, {"strokes": below("407"), "number": True}, format="json").json()
    (line,) = answer["lines"]
    assert (answer["text"], answer["number"]) == (line["text"], line["number"]) == ("407", "407")
    assert line["digits"] == answer["digits"]
    alone = visitor.post(PREDICT, {"strokes": below("4")}, format="json").json()
    assert "lines" not in alone


@pytest.mark.usefixtures("live_model")
@pytest.mark.django_db
def test_a_picture_has_lines_too(visitor: APIClient) -> None:
    content = saved(photo(below("407", "12"), size=(900, 700), share=0.6), "PNG")
    sent = {"image": as_file(content), "number": "true"}
    answer = visitor.post(PREDICT, sent, format="multipart").json()
    assert answer["text"] == "407\n12"
    assert [len(line["digits"]) for line in answer["lines"]] == [3, 2]
    batch = visitor.post(
        f"{PREDICT}batch/",
        {"items": [{"image": in_base64(content), "number": True}]},
        format="json",
    ).json()
    assert batch["items"][0]["lines"] == answer["lines"]


def test_all_lines_together_are_paid_for() -> None:
    picture = sheet(below("407", "12", "905", apart=160))
    budget = Budget(1000)
    found = raster.lines(picture, budget=budget)
    assert len(found) == 3
    spent = 1000 - budget.left
    with pytest.raises(OverLimit):
        raster.lines(picture, budget=Budget(0.9 * spent))
    strokes = parse(below("407", "12", "905"), max_strokes=200, max_points=10_000)
    budget = Budget(1000)
    assert len(ink.lines(strokes, budget=budget)) == 3
    with pytest.raises(OverLimit):
        ink.lines(strokes, budget=Budget(0.9 * (1000 - budget.left)))


def test_two_hundred_pieces_are_soon_shared_out() -> None:
    boxes = np.random.default_rng(0).uniform(0, 300, (200, 4))
    started = time.process_time()
    for _ in range(10):
        assert sum(map(len, lines.found(boxes))) == 200
    assert time.process_time() - started < 0.5
