"""Whole numbers: which strokes, and which pieces of a picture, make up which digit."""

from __future__ import annotations

import io
import json
import time
from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from rest_framework.test import APIClient

from recognizer.exceptions import Blank, OverLimit
from recognizer.preprocessing import ink, raster
from recognizer.preprocessing.glyph import Glyph, Glyphs
from recognizer.preprocessing.resampling import averaged
from recognizer.preprocessing.strokes import Stroke, parse
from recognizer.segmentation import components, cuts, grouping, signs, spacing, syntax
from recognizer.segmentation.ink import digits as digits_of_ink
from recognizer.segmentation.lattice import Group, Lattice, likeliest
from recognizer.segmentation.raster import digits as digits_of_picture
from recognizer.services.versions import SHIPPED
from recognizer.serving.decision import beside_neighbours
from recognizer.serving.engine import LiteRTEngine
from tests import ROOT
from tests.golden import make_numbers
from tests.golden.make import DIGITS, Strokes, placed
from tests.golden.make_numbers import written
from tests.support.drawings import CANVAS, FOUR, ONE, SEVEN, ZERO, beside, in_base64, picture

GOLDEN: list[dict[str, Any]] = json.loads(make_numbers.FILE.read_text())
CASES = [pytest.param(case, id=case["name"]) for case in GOLDEN]


def parsed(strokes: Strokes) -> list[Stroke]:
    return parse(strokes, max_strokes=200, max_points=10_000)


def chosen(lattice: Lattice) -> list[Glyph]:
    """The digits, as the shipped network reads them."""
    marks = lattice.read(answers(lattice))
    return [lattice.glyphs[mark.glyph] for mark in marks if mark.glyph is not None]


@cache
def shipped() -> LiteRTEngine:
    return LiteRTEngine((SHIPPED / LiteRTEngine.file_name).read_bytes())


def answers(lattice: Lattice) -> np.ndarray:
    """(glyphs, 10): what the shipped network says."""
    outputs = beside_neighbours(shipped().predict(Glyphs.of(lattice.glyphs)), lattice.glyphs)
    return outputs.probabilities[:, :10].astype(float)


def text_of(lattice: Lattice) -> str:
    """What is read, signs and spaces too."""
    read = answers(lattice)
    return "".join(
        mark.text if mark.glyph is None else str(read[mark.glyph].argmax())
        for mark in lattice.read(read)
    )


def digits(strokes: Strokes) -> list[Glyph]:
    return chosen(digits_of_ink(parsed(strokes)))


def boxes(strokes: Strokes) -> list[list[int]]:
    return [[round(side) for side in glyph.box] for glyph in digits(strokes)]


def test_it_works() -> None:
    four, two = digits([*placed(DIGITS[4], size=160, turn=0, at=(80, 60)), *at_right(DIGITS[2])])
    alone = parsed(placed(DIGITS[4], size=160, turn=0, at=(80, 60)))
    assert (four.pixels == ink.normalise(alone).pixels).all()
    assert (two.pixels == ink.normalise(parsed(at_right(DIGITS[2]))).pixels).all()
    assert [round(side) for side in four.box] == [80, 60, 100, 160]


def at_right(strokes: Strokes) -> Strokes:
    return placed(strokes, size=160, turn=0, at=(210, 60))


# --- the golden vectors, which tests/js/segmentation/ink.test.js reads as well ---------


@pytest.mark.parametrize("case", CASES)
def test_what_may_be_digits_is_as_in_the_golden_vectors(case: dict[str, Any]) -> None:
    canvas = tuple(case["canvas"]) if case["canvas"] else None
    if case["groups"] is None:
        with pytest.raises(Blank):
            digits_of_ink(parsed(case["strokes"]), canvas=canvas)
        return
    lattice = digits_of_ink(parsed(case["strokes"]), canvas=canvas)
    assert [[*group.pieces] for group in lattice.groups] == [group for group, _ in case["groups"]]
    affinity = [group.affinity for group in lattice.groups]
    assert affinity == pytest.approx([kin for _, kin in case["groups"]], abs=1e-6)
    assert lattice.traits == pytest.approx(np.array(case["traits"]), abs=1e-6)
    assert np.array(lattice.boxes) == pytest.approx(np.array(case["boxes"]), abs=1e-6)
    marks = lattice.read(np.array(case["answers"]))
    assert [[mark.glyph, mark.text] for mark in marks] == [mark[:2] for mark in case["marks"]]
    certain = [mark.probability for mark in marks]
    assert certain == pytest.approx([mark[2] for mark in case["marks"]], abs=1e-6)


def test_the_script_still_writes_this_file() -> None:
    names = [(case["name"], case["strokes"], case["canvas"]) for case in GOLDEN]
    made = make_numbers.golden()
    assert [(case["name"], case["strokes"], case["canvas"]) for case in made] == names


# --- strokes --------------------------------------------------------------------------


@pytest.mark.parametrize("label", range(10))
def test_every_digit_alone_is_one_digit(label: int) -> None:
    strokes = placed(DIGITS[label], size=160, turn=0, at=(80, 60))
    for order in (strokes, strokes[::-1]):
        (glyph,) = digits(order)
        assert (glyph.pixels == ink.normalise(parsed(strokes)).pixels).all()


@pytest.mark.parametrize("lean", [-0.4, 0.0, 0.4])
@pytest.mark.parametrize("gap", [0, 12, 60])
@pytest.mark.parametrize("text", ["10", "11", "47", "174", "5570", "901234", "56789"])
def test_numbers_fall_into_their_digits(text: str, gap: float, lean: float) -> None:
    assert len(digits(written(text, gap=gap, lean=lean))) == len(text)


def test_digits_are_answered_left_to_right_in_whatever_order_they_were_written() -> None:
    forth, back = written("354"), written("354")[::-1]
    assert boxes(back) == boxes(forth)


def test_a_bar_may_be_added_at_the_very_end() -> None:
    seven, bar, *rest = written("747")
    assert boxes([seven, *rest, bar]) == boxes([seven, bar, *rest])


def test_the_bar_of_a_5_may_be_far_away() -> None:
    body, bar = written("5")
    apart = [[x + 25, y - 12] for x, y in bar]
    assert len(boxes([*written("1"), *moved([body, apart], 40)])) == 2


def moved(strokes: Strokes, right: float) -> Strokes:
    return [[[x + right, y] for x, y in stroke] for stroke in strokes]


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param([[[5, 120], [32, 118]]], id="a minus before"),
        pytest.param([[[150, 176], [152, 179]]], id="a point"),
        pytest.param([[[150, 172], [144, 196]]], id="a comma"),
        pytest.param([[[152, 178]]], id="a point that is one point"),
        pytest.param([[[700, 20], [703, 21]]], id="a speck far off"),
    ],
)
def test_signs_and_specks_are_passed_over(sign: Strokes) -> None:
    number = [*written("4"), *moved(written("7"), 140)]
    assert boxes([*number, *sign]) == boxes(number)
    assert boxes([*sign, *number]) == boxes(number)


@pytest.mark.parametrize("strokes", [[[[10, 140], [60, 140]]], [[[10, 10]], [[50, 10]]]])
def test_a_number_without_a_digit_is_blank(strokes: Strokes) -> None:
    with pytest.raises(Blank) as refusal:
        digits_of_ink(parsed(strokes))
    assert refusal.value.field == "strokes"


def test_dots_on_a_known_sheet_are_no_number() -> None:
    dots: Strokes = [[[100, 100], [101, 106]], [[103, 100], [102, 106]]]
    with pytest.raises(Blank):
        digits_of_ink(parsed(dots), canvas=(280, 280))
    assert digits(dots)


def test_two_hundred_strokes_all_over_one_another_are_taken_apart_in_time() -> None:
    chance = np.random.default_rng(3)
    strokes = chance.uniform(0, 300, (200, 5, 2)).round(1).tolist()
    began = time.perf_counter()
    lattice = digits_of_ink(parsed(strokes))
    assert len(lattice.glyphs) <= 200 + grouping.MAX_JOINED
    assert lattice.read(np.full((len(lattice.glyphs), 10), 0.1))
    assert time.perf_counter() - began < 30


def test_specks_that_only_touch_at_their_corners_are_no_number() -> None:
    """Each is too low to be a digit, and together they may all be passed over."""
    grey = [[78, 158, 20, 86, 106, 92, 199], [199, 239, 173, 172, 28, 122, 86]]
    grey.append([252, 52, 197, 204, 103, 157, 193])
    with pytest.raises(Blank):
        digits_of_picture(np.array(grey, dtype=np.uint8))


# --- the lattice ----------------------------------------------------------------------


def test_where_the_place_leaves_doubt_the_reading_decides() -> None:
    groups = [Group((0,), 0.0), Group((1,), 0.0), Group((0, 1), -1.0)]
    assert likeliest(groups, [-0.3, -3.6, -1.0]) == [2]
    assert likeliest(groups, [-0.3, -0.1, -3.0]) == [0, 1]


def test_every_piece_is_used_once() -> None:
    groups = [*(Group((piece,), 0.0) for piece in range(4)), Group((0, 2), 3.0), Group((1, 2), 2.0)]
    assert likeliest(groups, [0.0, 0.0, 0.0, 0.0, 3.0, 2.0]) == [4, 1, 3]
    assert likeliest(groups, [2.0, 0.0, 0.0, 0.0, 3.0, 2.0]) == [0, 5, 3]


def test_pieces_that_are_connected_are_read_in_runs_no_wider_than_a_digit_can_be() -> None:
    boxes = np.array([[x, 0.0, 60.0, 100.0] for x in (0, 60, 120)])
    groups, _ = grouping.candidates(boxes, in_order=False, chains=[[0, 1, 2]])
    assert groups[3:] == [Group((0, 1), 5.0), Group((1, 2), 5.0)]


# --- pictures -------------------------------------------------------------------------


def on_one_sheet(*drawings: Strokes, brush: int = 18) -> np.ndarray:
    sheet = Image.new("L", (280 * len(drawings), 280), 255)
    for place, strokes in enumerate(drawings):
        sheet.paste(Image.open(io.BytesIO(picture(strokes, brush=brush))), (280 * place, 0))
    return np.asarray(sheet)


def test_the_pieces_of_a_picture_are_taken_apart_left_to_right() -> None:
    four, seven = chosen(digits_of_picture(on_one_sheet(FOUR, SEVEN)))
    apart = [raster.normalise(on_one_sheet(strokes)).pixels for strokes in (FOUR, SEVEN)]
    for glyph, alone in zip((four, seven), apart, strict=True):
        assert np.abs(glyph.pixels.astype(int) - alone).mean() < 6
    assert four.box[0] < seven.box[0]


def test_a_digit_in_two_pieces_is_one_digit() -> None:
    broken = [[[120, 50], [90, 140], [140, 142]], [[185, 60], [183, 240]]]
    assert len(chosen(digits_of_picture(on_one_sheet(broken, SEVEN, brush=12)))) == 2


@pytest.mark.parametrize(
    ("left", "right", "gap", "digits"),
    [
        pytest.param(FOUR, ZERO, 128, [4, 0], id="4 and 0"),
        pytest.param(FOUR, SEVEN, 100, [4, 7], id="4 and 7"),
        pytest.param(SEVEN, SEVEN, 112, [7, 7], id="7 and 7"),
    ],
)
def test_digits_that_touch_are_cut_apart(
    left: Strokes, right: Strokes, gap: float, digits: list[int]
) -> None:
    sheet = np.full((280, 420), 255, np.uint8)
    for points in beside(left, right, gap=gap):
        cv2.polylines(sheet, [np.rint(points).astype(np.int32)], False, 0, 18)
    assert cv2.connectedComponents((sheet < 128).astype(np.uint8))[0] == 2
    assert text_of(digits_of_picture(sheet)) == "".join(map(str, digits))


def test_a_cut_goes_through_the_neck() -> None:
    rings = np.zeros((100, 198), np.uint8)
    for x in (50, 147):
        cv2.circle(rings, (x, 50), 44, 1, 8)
    found = cuts.candidates(rings, 0.0)
    assert all(cut.shape == (100,) for cut in found)
    assert min(np.abs(cut - 98).max() for cut in found) < 12


def test_what_is_as_narrow_as_a_stroke_is_not_cut() -> None:
    assert cuts.candidates(np.ones((100, 18), np.uint8), 0.0) == []


@pytest.mark.parametrize("thick", [1, 3, 10])
def test_a_line_under_a_number_is_not_cut(thick: int) -> None:
    """Its cuts took seconds where it was thin, and it has no digits."""
    mask = np.zeros((300, 600), np.uint8)
    mask[20:220, 100:120] = mask[20:220, 400:420] = mask[250 : 250 + thick, 10:590] = 1
    began = time.perf_counter()
    found = _apart(mask)
    assert (len(found.boxes), found.cut) == (3, set())
    assert _apart(mask[240:]).cut == set()  # the line alone
    assert time.perf_counter() - began < 20


def _apart(mask: NDArray[np.uint8]) -> components.Pieces:
    return components.taken_apart(mask, mask * np.uint8(255), 100)


def test_pieces_are_numbered_as_they_come_row_by_row() -> None:
    mask = np.zeros((40, 90), np.uint8)
    mask[9:30, 2:6] = mask[3:30, 20:24] = mask[8:30, 40:44] = mask[9:30, 60:64] = 1
    labels = _apart(mask).labels
    assert [labels[20, x] for x in (3, 21, 41, 61)] == [3, 1, 2, 4]


@pytest.mark.parametrize(("width", "height"), [(7, 48), (31, 5), (20, 13), (1, 1)])
def test_an_average_by_area_is_exact(width: int, height: int) -> None:
    picture = np.random.default_rng(3).integers(0, 256, (13, 20)).astype(np.uint8)
    fine = np.kron(picture, np.ones((height, width)))
    expected = fine.reshape(height, 13, width, 20).mean(axis=(1, 3))
    assert (averaged(picture, width, height) == expected).all()


def test_a_long_scribble_is_not_cut_into_more_pieces_than_can_be_read() -> None:
    sheet = np.full((60, 1900), 255, np.uint8)
    way = [[x, 15 if x % 40 else 45] for x in range(20, 1880, 20)]
    cv2.polylines(sheet, [np.array(way, np.int32)], False, 0, 4)
    assert 1 <= len(digits_of_picture(sheet).glyphs) < 300


def test_more_digits_than_any_number_has_are_refused() -> None:
    sheet = np.full((60, 40 * 12), 255, np.uint8)
    for at in range(40):
        sheet[10:50, 12 * at + 4 : 12 * at + 8] = 0
    with pytest.raises(OverLimit) as refusal:
        digits_of_picture(sheet)
    assert refusal.value.field == "image"


# --- through the API ------------------------------------------------------------------


@pytest.mark.usefixtures("live_model")
@pytest.mark.parametrize("text", ["10", "47", "11", "7457"])
def test_the_site_reads_a_number_of_strokes(visitor: APIClient, text: str) -> None:
    sent = {"strokes": written(text, gap=16), "canvas": [900, 300], "number": True}
    answer = visitor.post("/api/v1/predict/", sent).json()
    assert answer["number"] == text
    assert [str(one["digit"]) for one in answer["digits"]] == [*text]
    assert all(len(one["box"]) == 4 for one in answer["digits"])


@pytest.mark.usefixtures("live_model")
def test_the_site_reads_a_number_of_a_picture(visitor: APIClient) -> None:
    file = io.BytesIO()
    Image.fromarray(on_one_sheet(FOUR, ONE, SEVEN)).save(file, "PNG")
    answer = visitor.post("/api/v1/predict/", {"image": in_base64(file.getvalue()), "number": True})
    assert answer.json()["number"] == "417"


@pytest.mark.usefixtures("live_model")
def test_numbers_of_a_batch_are_read_as_if_alone(visitor: APIClient) -> None:
    """Each brings more glyphs to the network than it has digits."""
    items = [
        {"strokes": strokes, "canvas": CANVAS, "number": True}
        for strokes in (beside(SEVEN, FOUR), written("4075"), FOUR)
    ]
    answers = visitor.post("/api/v1/predict/batch/", {"items": items}).json()["items"]
    assert [answer["number"] for answer in answers] == ["74", "4075", "4"]
    assert answers == [visitor.post("/api/v1/predict/", item).json() for item in items]


# --- signs ----------------------------------------------------------------------------


@pytest.mark.usefixtures("live_model")
def test_no_sign_becomes_a_digit_in_silence(visitor: APIClient) -> None:
    slash: Strokes = [[[170, 50], [130, 195]]]
    date = [*written("5"), *slash, *moved(written("27"), 130)]
    answer = visitor.post("/api/v1/predict/", {"strokes": date, "number": True}).json()
    assert answer["text"] == "5/27"
    assert answer["number"] is None
    assert [one["digit"] for one in answer["digits"]] == [5, 2, 7]
    assert [(sign["text"], len(sign["box"])) for sign in answer["signs"]] == [("/", 4)]


@pytest.mark.usefixtures("live_model")
@pytest.mark.parametrize(("digits", "text"), [(["0", "83"], "0/83"), (["5", "88"], "5/88")])
def test_a_short_slash_among_upright_digits_is_no_1(
    visitor: APIClient, digits: list[str], text: str
) -> None:
    """It leans as none of the digits does, though it is shorter than they are."""
    first = written(digits[0])
    foot = max(x for stroke in first for x, _ in stroke) + 20
    slash: Strokes = [[[foot + 43, 85], [foot, 180]]]
    strokes = [*first, *slash, *moved(written(digits[1]), foot + 23)]
    answer = visitor.post("/api/v1/predict/", {"strokes": strokes, "number": True}).json()
    assert answer["text"] == text


@pytest.mark.usefixtures("live_model")
def test_digits_with_hyphens_between_are_a_number(visitor: APIClient) -> None:
    hyphen: Strokes = [[[150, 122], [190, 120]]]
    strokes = [*written("4"), *hyphen, *moved(written("7"), 180)]
    answer = visitor.post("/api/v1/predict/", {"strokes": strokes, "number": True}).json()
    assert (answer["text"], answer["number"]) == ("4-7", "47")


def test_a_row_of_brackets_is_weighed_as_a_whole() -> None:
    """What looks a little more like a 1 is a bracket where one is closed."""
    digit, opening, closing = (np.eye(12)[kind] for kind in (0, 7, 8))
    doubtful = 0.6 * digit + 0.4 * opening
    assert syntax.weighed(np.array([doubtful, digit, closing]))[0].argmax() == 7
    assert syntax.weighed(np.array([doubtful, digit, digit]))[0].argmax() == 0


def test_both_languages_have_the_same_weights() -> None:
    script = (ROOT / "static/js/segmentation/sign-weights.js").read_text()
    for classifier in json.loads(signs.WEIGHTS.read_text()).values():
        for table in classifier.values():
            assert table["bytes"] in script


def test_a_percent_sign_of_three_strokes_is_a_candidate() -> None:
    """Its second circle stands where a point would."""
    boxes = np.array([[0.0, 0, 60, 100], [80, 0, 24, 100], [70, 10, 12, 12], [110, 80, 12, 12]])
    groups, _ = grouping.candidates(boxes, in_order=True)
    assert (1, 2, 3) in [group.pieces for group in groups]


def boxes_at(*lefts: float) -> Any:
    return np.array([[left, 0.0, 60.0, 100.0] for left in lefts])


def test_equal_groups_are_parted_at_every_space() -> None:
    """The narrower of two spaces is one as well: then all groups have two digits."""
    boxes = boxes_at(0, 70, 185, 255, 385, 455)
    found = spacing.spaces(boxes, boxes, [""] * 6)
    assert [share >= spacing.WRITTEN for share in found] == [False, True, False, True, False]


def test_a_wide_hand_writes_no_spaces() -> None:
    boxes = boxes_at(0, 90, 184, 270, 362)
    assert max(spacing.spaces(boxes, boxes, [""] * 5)) < spacing.WRITTEN


def test_a_narrow_space_among_narrow_gaps_is_written() -> None:
    """Half a digit's height is a space where all other gaps are a tenth of one."""
    boxes = boxes_at(0, 70, 140, 250, 320, 390, 460)
    found = spacing.spaces(boxes, boxes, [""] * 7)
    assert [share >= spacing.WRITTEN for share in found] == [False] * 2 + [True] + [False] * 3
