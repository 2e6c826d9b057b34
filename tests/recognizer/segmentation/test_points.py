"""A point between the digits of a picture is seen, however small; specks elsewhere are not."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rest_framework.test import APIClient

from recognizer.segmentation import raster, syntax
from recognizer.segmentation.lattice import DOT_WITHIN
from tests.golden.make import Strokes, moved
from tests.golden.make_numbers import written
from tests.golden.make_raster import Grey
from tests.golden.make_raster_numbers import sheet
from tests.support.drawings import in_base64


def with_point(point: list[float]) -> Strokes:
    """A 3 and a 4, and a dot of the pen."""
    return [*written("3", height=80), *moved(written("4", height=80), 78, 0), [point]]


def text_of(visitor: APIClient, grey: Grey) -> Any:
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    body = {"image": in_base64(file.getvalue()), "number": True}
    return visitor.post("/api/v1/predict/", body, format="json").json()["text"]


@pytest.mark.usefixtures("live_model")
@pytest.mark.django_db
def test_it_works(visitor: APIClient) -> None:
    for pen in (4, 6, 9):
        assert text_of(visitor, sheet(with_point([105, 136]), pen)) == "3.4", pen


def pieces(grey: Grey) -> int:
    return len(raster.digits(grey).groups)


def test_a_dot_above_the_digits_or_far_from_them_is_a_speck() -> None:
    plain = pieces(sheet(with_point([70, 100]), 6))  # on the ink of the 3
    for place in ([105, 20], [330, 136], [105, 230]):
        assert pieces(sheet(with_point(place), 6)) == plain, place


def test_what_is_paler_or_finer_than_the_pen_is_a_speck() -> None:
    grey = sheet(with_point([105, 136]), 6)
    plain = pieces(sheet(with_point([70, 100]), 6))
    assert pieces(grey) > plain
    rows = np.nonzero(grey[:, 84:96] < 128)[0]
    for finer in (2, 1):
        dust = sheet([*written("3", height=80), *moved(written("4", height=80), 78, 0)], 6)
        dust[rows.max() - 3 : rows.max() - 3 + finer, 88 : 88 + finer] = 20
        assert pieces(dust) == plain, finer


def test_many_points_are_dirt() -> None:
    dirt = [[[40 + 9 * place, 132 + 8 * (place % 2)]] for place in range(14)]
    with_dirt = [*written("3", height=80), *moved(written("4", height=80), 78, 0), *dirt]
    grey = sheet(with_dirt, 4)
    assert pieces(grey) <= pieces(sheet(with_point([70, 100]), 4)) + 2


def test_a_dash_below_a_point_is_no_underline() -> None:
    """Of a colon in haste the lower point is a dash; of an underlined number the line is none."""
    point, dash = [[108, 85], [112, 86]], [[104, 136], [124, 136]]
    digits = [*written("3", height=80), *moved(written("4", height=80), 90, 0)]
    line = [[60, 160], [200, 161]]

    def ink(*signs: list[list[int]]) -> int:
        found = raster.digits(sheet([*digits, *signs], 5))
        return len({piece for group in found.groups for piece in group.pieces})

    assert ink(point, dash) == ink(point) + 1
    assert ink(line) == ink()


@pytest.mark.parametrize(
    ("row", "commas"),
    [("0,00000", [1]), ("0,0000", []), ("0,000 00", []), ("0,000.00", []), ("0,0 0,000000", [5])],
)
def test_a_comma_that_five_digits_follow_may_hide_a_point(row: str, commas: list[int]) -> None:
    """Whoever writes 1,234.56 and lets the point touch the 4 has not written 1,23456."""
    assert syntax.crowded(row) == commas


@pytest.mark.parametrize(("after", "share"), [("3333", 1.0), ("33333", DOT_WITHIN)])
def test_what_may_hide_a_point_is_doubted(
    after: str, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    comma = [[108, 130], [101, 150]]
    rest = moved(written(after, height=80), 82, 0)
    lattice = raster.digits(sheet([*written("3", height=80), comma, *rest], 5))
    three = np.full((len(lattice.glyphs), 10), 0.001)
    three[:, 3] = 0.99

    marks = lattice.read(three)
    monkeypatch.setattr(syntax, "crowded", lambda _: [])
    undoubted = lattice.read(three)

    assert "".join("3" if mark.glyph is not None else mark.text for mark in marks) == f"3,{after}"
    assert marks[1].probability == share * undoubted[1].probability
