"""Ink as a picture: on its sheet where it fits there, wherever its coordinates are."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from recognizer import thumbnails
from tests.golden.make import Strokes, moved
from tests.support.drawings import CANVAS, SEVEN

LINE = "{http://www.w3.org/2000/svg}polyline"


def drawn(strokes: Strokes, canvas: list[float] | None) -> tuple[list[float], list[Any]]:
    """The sheet's width and height, and the points of each stroke on it."""
    svg = ElementTree.fromstring(thumbnails.ink_svg(strokes, canvas))
    left, top, *size = map(float, svg.attrib["viewBox"].split())
    assert left == top == 0
    lines = [line.attrib["points"].split() for line in svg.iter(LINE)]
    return size, [[[*map(float, point.split(","))] for point in line] for line in lines]


def test_it_works() -> None:
    assert drawn(SEVEN, CANVAS) == (CANVAS, SEVEN)


@pytest.mark.parametrize(
    ("by", "shown"),
    [
        ((-100, 0), (-80, 0)),  # 20 beside the sheet
        ((0, -90), (0, -60)),
        ((130, 60), (90, 40)),
        ((-1e9 + 80, 1e9 - 240), (-80, 40)),
    ],
)
def test_the_sheet_moves_as_little_as_the_ink_needs(by: Any, shown: Any) -> None:
    assert drawn(moved(SEVEN, *by), CANVAS) == (CANVAS, moved(SEVEN, *shown))


@pytest.mark.parametrize("canvas", [None, [100, 280], [280, 100]])
@pytest.mark.parametrize("by", [(0, 0), (-1e9, 999_999_000)])
def test_without_a_sheet_that_holds_it_the_ink_has_a_margin(canvas: Any, by: Any) -> None:
    """A tenth of its longer side, 18."""
    size, strokes = drawn(moved(SEVEN, *by), canvas)
    assert size == [110 + 36, 180 + 36]
    assert strokes == moved(SEVEN, 18 - 80, 18 - 60)


def test_a_lone_point_is_a_line_to_itself() -> None:
    assert drawn([[[5, 6]], []], [10, 10])[1] == [[[5, 6], [5, 6]]]


def on_tile(strokes: Strokes) -> list[list[list[float]]]:
    """The points of each stroke on a tile, in its box of 100 by 100."""
    paths = thumbnails.ink_path(strokes).split("M")[1:]
    return [[[*map(float, point.split())] for point in path.split("L")] for path in paths]


@pytest.mark.parametrize("by", [(0, 0), (-1e6, 1e6)])
def test_ink_fills_a_tile_and_is_in_its_middle(by: Any) -> None:
    points = [point for stroke in on_tile(moved(SEVEN, *by)) for point in stroke]
    sides = [(min(values), max(values)) for values in zip(*points, strict=True)]
    longer = max(high - low for low, high in sides)
    assert longer == pytest.approx(100 - 2 * thumbnails.TILE_PEN, abs=0.2)
    assert [low + high for low, high in sides] == pytest.approx([100, 100], abs=0.2)


def test_a_tile_keeps_ends_and_drops_what_nobody_sees() -> None:
    line = [[float(x), 0.0] for x in range(1001)]
    (points,) = on_tile([line])
    assert len(points) < 60
    assert [points[0], points[-1]] == [[6, 50], [94, 50]]


def test_a_dot_is_a_dot_on_a_tile() -> None:
    assert on_tile([[[7, 7]]]) == [[[50, 50], [50, 50]]]
