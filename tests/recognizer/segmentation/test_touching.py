"""Digits that touch are read as one piece, and cut between one another."""

from __future__ import annotations

import json
from itertools import product

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recognizer.preprocessing import stroke_width
from recognizer.preprocessing.glyph import Glyph
from recognizer.segmentation import components, cuts, raster, signs, touching
from recognizer.segmentation.touching import NONE
from recognizer.segmentation.weights import restored, stored
from recognizer.serving.decision import beside_neighbours
from recognizer.serving.engine import Outputs
from tests import ROOT
from tests.support.drawings import FOUR, SEVEN, ZERO, beside

LEVEL = 100


def depth_of(*digits: list[list[list[int]]], gap: float, brush: int = 14) -> NDArray[np.uint8]:
    depth = np.zeros((280, 560), np.uint8)
    strokes = digits[0]
    for place, digit in enumerate(digits[1:], start=1):
        strokes = beside(strokes, digit, gap=gap * place)
    for points in strokes:
        cv2.polylines(depth, [np.rint(points).astype(np.int32)], False, 255, brush)
    assert cv2.connectedComponents((depth > LEVEL).astype(np.uint8))[0] == 2
    return depth


def read(depth: NDArray[np.uint8]) -> tuple[list[int], float]:
    mask = (depth > LEVEL).astype(np.uint8)
    said = touching.read(stroke_width.strip(depth, mask, LEVEL, 0.0).pixels)
    return [int(row.argmax()) for row in said.answers], said.probability


@pytest.mark.parametrize("brush", [15, 20])
def test_digits_whose_strokes_cross_are_read(brush: int) -> None:
    assert read(depth_of(FOUR, ZERO, gap=120, brush=brush))[0] == [4, 0]
    text, probability = read(depth_of(SEVEN, ZERO, SEVEN, gap=105, brush=brush))
    assert text == [7, 0, 7]
    assert probability > touching.LIKELY


def test_one_wide_digit_stays_whole_and_is_read() -> None:
    depth = depth_of(ZERO, gap=0)
    wide = cv2.resize(depth, None, fx=1.5, fy=1, interpolation=cv2.INTER_AREA).astype(np.uint8)
    found = components.taken_apart((wide > LEVEL).astype(np.uint8), wide, LEVEL)
    assert (len(found.boxes), found.cut, found.chains) == (1, set(), [])
    assert found.read[0].argmax() == 0


def test_each_part_has_what_was_read_of_it() -> None:
    depth = depth_of(FOUR, ZERO, gap=120)
    found = components.taken_apart((depth > LEVEL).astype(np.uint8), depth, LEVEL)
    assert found.cut == {0, 1}
    assert [int(found.read[part].argmax()) for part in (0, 1)] == [4, 0]
    assert found.boxes[0][0] < found.boxes[1][0]


def test_of_wide_ink_that_is_no_row_of_digits_none_is_surely_read() -> None:
    depth = np.zeros((200, 400), np.uint8)
    cv2.rectangle(depth, (20, 20), (380, 180), 255, -1)
    cv2.circle(depth, (200, 100), 40, 0, -1)
    text, probability = read(depth)
    assert probability < 0.9 or set(text) == {10}


def test_what_was_cut_and_not_read_is_never_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A point between two digits that it touches would else be a part of one of them."""
    depth = depth_of(FOUR, ZERO, gap=120)
    picture = 255 - np.pad(depth, 20)
    assert min(raster.digits(picture).certain[:2]) > signs.SURE
    unclear = touching.Said([np.eye(11)[4]], [60], 0.4)
    monkeypatch.setattr(touching, "read", lambda _: unclear)

    lattice = raster.digits(picture)

    assert len({piece for group in lattice.groups for piece in group.pieces}) > 1
    assert lattice.certain == [0.5] * len(lattice.groups)


@pytest.mark.parametrize("slant", [-0.4, 0.0, 0.3])
@pytest.mark.parametrize("height", [40, 90, 400])
def test_a_strip_says_where_its_columns_lie(height: int, slant: float) -> None:
    """Two uprights: their columns are found again in the mask."""
    mask = np.zeros((height + 40, 3 * height), np.uint8)
    thick = max(1, height // 16)
    for x in (height, 2 * height):
        lean = slant * height / 2
        ends = (round(x - lean), 20), (round(x + lean), 20 + height)
        cv2.line(mask, *ends, 1, thick)
    mask[20 + height // 2 : 20 + height // 2 + thick, height : 2 * height] = 1  # one piece
    strip = stroke_width.strip(mask * np.uint8(255), mask, LEVEL, slant)
    assert strip.pixels.shape[0] == stroke_width.STRIP_ROWS
    assert 0 <= strip.pixels.min() <= strip.pixels.max() <= 1
    seen = strip.pixels[[6, 7, 8, 22, 23, 24]].sum(axis=0)
    columns = [int(part.argmax()) for part in np.array_split(seen, 2)]
    columns[1] += len(np.array_split(seen, 2)[0])
    assert strip.places(columns) == pytest.approx([height, 2 * height], abs=height / 16 + 1)


def test_a_text_is_as_likely_as_all_ways_to_spell_it() -> None:
    steps = np.random.default_rng(5).dirichlet(np.ones(NONE + 1), size=4)
    total: dict[tuple[int, ...], float] = {}
    for path in product(range(NONE + 1), repeat=len(steps)):
        spelt = tuple(
            one
            for one, before in zip(path, (NONE, *path), strict=False)
            if one not in (before, NONE)
        )
        likely = float(np.prod([row[one] for row, one in zip(steps, path, strict=True)]))
        total[spelt] = total.get(spelt, 0.0) + likely
    assert sum(total.values()) == pytest.approx(1)
    for text in [(), (3,), (3, 4), (3, 3), (3, 10, 3)]:
        assert touching._probability(steps, [*text]) == pytest.approx(total[text])


def test_what_follows_itself_is_one_character_and_two_are_parted_by_none() -> None:
    rows = np.full((7, NONE + 1), 0.01)
    for at, best in enumerate([NONE, 5, 5, NONE, 5, 7, NONE]):
        rows[at, best] = 0.89
    rows[2, 5] = 0.95
    said = touching.said(rows)
    assert [int(row.argmax()) for row in said.answers] == [5, 5, 7]
    assert said.columns == [5, 9, 11]
    assert all(row.sum() == pytest.approx(1) for row in said.answers)


def test_a_cut_between_two_places_is_the_thinnest_there() -> None:
    mask = np.zeros((100, 300), np.uint8)
    for x in (50, 147, 244):
        cv2.circle(mask, (x, 50), 44, 1, 8)
    first, second = cuts.between(mask, 0.0, [50, 147, 244])
    assert np.abs(first - 98).max() < 12
    assert np.abs(second - 195).max() < 12
    assert cuts.between(mask, 0.0, [50]) == []


def glyph(beside: NDArray[np.float64] | None) -> Glyph:
    return Glyph(np.zeros((28, 28), np.uint8), (0, 0, 1, 1), beside=beside)


def test_what_was_read_beside_the_neighbours_counts_most() -> None:
    """And where both agree the answer is surer than either."""
    alone = np.full((3, 11), 0.02, np.float32)
    alone[:, 3] = 0.8
    outputs = Outputs(alone)
    seven, three = np.full(11, 0.01), np.full(11, 0.01)
    seven[7] = three[3] = 0.9
    both = beside_neighbours(outputs, [glyph(None), glyph(seven), glyph(three)]).probabilities
    assert np.array_equal(both[0], alone[0])
    assert (int(both[1].argmax()), int(both[2].argmax())) == (7, 3)
    assert both[2, 3] > 0.95 > both[1, 7]
    assert both.sum(axis=1) == pytest.approx(1)
    assert beside_neighbours(outputs, [glyph(None)] * 3) is outputs


def test_both_languages_have_the_same_weights() -> None:
    script = (ROOT / "static/js/segmentation/touching-weights.js").read_text()
    _, _, rest = script.partition("export const layers = ")
    layers = json.loads(touching.WEIGHTS.read_text())
    assert all(layer["kernel"]["bytes"] in rest for layer in layers)
    assert len(touching.network()) == rest.count("kernel:") == len(layers)


def test_stored_weights_are_as_near_as_their_steps_allow() -> None:
    table = np.random.default_rng(2).normal(size=(3, 3, 4, 5)) * [0, 1e-3, 1, 10, 1e4]
    again = restored(stored(table))
    assert again.shape == table.shape
    most = np.abs(table).max(axis=(0, 1, 2))
    assert (np.abs(again - table).max(axis=(0, 1, 2)) <= most / 127 / 2 * 1.001).all()
