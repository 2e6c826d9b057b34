"""Work is priced before it is done: dear requests are refused, and throttles count what they cost.

The costliest recipes that `benchmarks.site.worst` has found are held here by counting steps,
not time.
"""

from __future__ import annotations

import base64
import io
import random
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from django.conf import settings as site
from PIL import Image
from rest_framework.test import APIClient

from benchmarks.site import costly
from benchmarks.site.costly import ink
from benchmarks.site.costly import picture as picture_of
from digitsite.http import throttling
from recognizer import pricing, submission
from recognizer.exceptions import BadImage, InputError, OverLimit
from recognizer.models import Drawing
from recognizer.preprocessing import decoding
from recognizer.preprocessing.ink import pieces
from recognizer.pricing import Budget
from recognizer.segmentation import grouping
from recognizer.services import predictions
from tests.support.api import BATCH, DRAWINGS, PREDICT, error_of
from tests.support.drawings import FOUR, SEVEN, beside, body, in_base64, picture
from tests.twins.test_constants import JAVASCRIPT, in_javascript

NUMBER = body(beside(FOUR, SEVEN), number=True)


def number(pattern: str, **options: int) -> dict[str, Any]:
    """A picture of a pattern, to be read as a number."""
    made = {"form": "PNG, grey", "megapixels": 0.23, "grain": 0, "seed": 0, "number": True}
    return picture_of(pattern=pattern, **made, **options)  # type: ignore[arg-type]


def priced(sent: dict[str, Any]) -> int:
    """What a throttle counts it as."""
    return predictions.price(submission=submission.parse(sent))


def spent(sent: dict[str, Any]) -> float:
    """What was spent on it in the end, in ms."""
    budget = Budget(1e9)
    with suppress(InputError):
        predictions.prepare(submission.parse(sent), within=budget)
    return 1e9 - budget.left


def test_it_works() -> None:
    assert priced(body(FOUR)) == 1
    assert priced(NUMBER) <= 2
    assert priced({"image": in_base64(picture())}) <= 4
    assert priced({"image": in_base64(picture()), "number": True}) <= 10


def test_a_budget_is_spent_and_no_further() -> None:
    whole = Budget(10)
    one, other = Budget(8, within=whole), Budget(8, within=whole)
    one.spend(7, field="strokes")
    with pytest.raises(OverLimit) as refusal:
        one.spend(2, field="strokes")
    assert (refusal.value.reason, refusal.value.field) == ("too_much_work", "strokes")
    with pytest.raises(OverLimit):  # its own would do
        other.spend(4, field="image")
    assert (one.left, other.left, whole.left) == (1, 8, 3)


def test_the_dearest_request_is_within_a_minute_s_rate() -> None:
    predict, submit = site.THROTTLE_RATES["predict"], site.THROTTLE_RATES["submit"]
    assert pricing.units(pricing.MOST_BATCH) <= predict
    assert pricing.units(max(pricing.MOST_DRAWING, pricing.MOST_PICTURE)) <= submit


def test_a_camera_may_ask_as_often_as_it_does() -> None:
    """Its pictures are cut out of what it sees."""
    every = in_javascript(JAVASCRIPT / "photo" / "scan.js")["EVERY"]
    price = priced({"image": in_base64(picture(kind="JPEG"))})
    assert price * 60_000 / every <= site.THROTTLE_RATES["predict"]


@pytest.mark.parametrize("strokes", [1, 75])
def test_a_digit_of_few_points_is_a_usual_request_however_it_is_drawn(strokes: int) -> None:
    corners = [[[0, 0], [100, 100]] * (pricing.USUAL_POINTS // strokes // 2)] * strokes
    drawn = submission.parse(body(corners)).strokes or []
    assert sum(map(len, drawn)) == pricing.USUAL_POINTS
    assert pricing.units(pricing.drawing(pricing.USUAL_POINTS, pieces(drawn))) == 1


# --- what is refused --------------------------------------------------------------


def scribbled(strokes: int, points: int) -> list[Any]:
    """Lines from side to side, one stroke over another."""
    chance = random.Random(7)
    return [
        [[chance.choice([0, 100]), chance.choice([0, 100])] for _ in range(points)]
        for _ in range(strokes)
    ]


def flat(mode: str, colour: Any, megapixels: float) -> bytes:
    side = int((megapixels * 1e6) ** 0.5)
    image = Image.new(mode, (side, side), colour)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def forty_megapixels() -> bytes:
    """A PNG of less than 200 KB which took 5 s and 1.3 GB."""
    content = flat("RGBA", (255, 255, 255, 9), 39.9)
    assert len(content) < 200_000
    return content


def test_a_picture_that_costs_too_much_is_refused_by_its_head(
    forty_megapixels: bytes, visitor: APIClient, live_model: Any
) -> None:
    sent = {"image": in_base64(forty_megapixels)}
    for address in (PREDICT, DRAWINGS):
        answer = visitor.post(address, sent)
        assert (answer.status_code, error_of(answer)["code"]) == (413, "too_large")
    assert not Drawing.objects.exists()
    assert spent(sent) == pricing.PICTURE  # nothing was decoded


@pytest.mark.parametrize("number", [False, True])
def test_ink_that_costs_too_much_is_refused(
    visitor: APIClient, live_model: Any, number: bool
) -> None:
    answer = visitor.post(PREDICT, body(scribbled(100, 90), number=number))
    assert answer.status_code == 413
    assert error_of(answer) == {
        "code": "too_large",
        "message": "This takes too long to read. Please send less at once: fewer lines, or a "
        "smaller picture.",
        "field": "strokes",
    }


def test_a_batch_that_costs_too_much_is_refused_before_any_of_it_is_read(
    visitor: APIClient, live_model: Any
) -> None:
    item = body(scribbled(30, 4), number=True)
    assert visitor.post(PREDICT, item).status_code == 200
    answer = visitor.post(BATCH, {"items": [item] * 64})
    assert (answer.status_code, error_of(answer)["field"]) == (413, "items")


def test_what_turns_out_dearer_than_it_looked_is_stopped_between_two_steps() -> None:
    """One long stroke that may belong to each of many others is drawn once for each of them."""
    (long,) = scribbled(1, 1500)
    short = [[[at, 0], [100 - at, 60 + at]] for at in range(20)]
    sent = submission.parse(body([long, *short], number=True))
    assert predictions.price(submission=sent) >= 1
    with pytest.raises(OverLimit) as refusal:
        predictions.prepare(sent)
    assert refusal.value.reason == "too_much_work"


def test_a_batch_stops_where_its_budget_ends(live_model: Any) -> None:
    sent = submission.parse(body(FOUR))
    answers = predictions.predict_many(submissions=[sent] * 5, most=3.5 * spent(body(FOUR)))
    assert [isinstance(answer, OverLimit) for answer in answers] == [False] * 3 + [True] * 2


# --- what throttles count ---------------------------------------------------------


@pytest.fixture
def dear() -> dict[str, Any]:
    """A request that costs several usual ones."""
    sent = ink(strokes=1, points=3000, step=0.01, apart=0, seed=1)
    assert 2 <= priced(sent) <= 5
    return sent


@pytest.mark.parametrize(("address", "scope"), [(PREDICT, "predict"), (DRAWINGS, "submit")])
def test_a_request_counts_as_many_as_it_costs(
    visitor: APIClient,
    live_model: Any,
    dear: dict[str, Any],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    scope: str,
) -> None:
    monkeypatch.setattr(throttling, "WINDOW", 10**9)  # no minute ends in the middle
    dear.pop("number")
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, scope: 2 * priced(dear) + 1}
    settings.THROTTLE_ADDRESS_SHARES = 1
    answers = [visitor.post(address, dear) for _ in range(3)]
    assert [answer.status_code for answer in answers][2] == 429
    assert {answer.status_code for answer in answers[:2]} <= {200, 201}
    assert int(answers[2].headers["Retry-After"]) > 0
    assert visitor.post(address, body(FOUR)).status_code == 429  # a refused one counted, too


def test_what_is_dearer_than_a_minute_costs_a_minute(
    visitor: APIClient,
    live_model: Any,
    dear: dict[str, Any],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(throttling, "WINDOW", 10**9)
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "predict": 1}
    settings.THROTTLE_ADDRESS_SHARES = 1
    assert [visitor.post(PREDICT, dear).status_code for _ in range(2)] == [200, 429]


# --- the worst that were found ----------------------------------------------------

# A request, and how many glyphs are read of it, or why none is.
WORST: list[tuple[dict[str, Any], int | str]] = [
    (ink(strokes=6, points=9999, step=0.678, apart=0.678, seed=0), "too_much_work"),
    (ink(strokes=1, points=10_000, step=0.005, apart=0, seed=0), 1),
    (ink(strokes=115, points=1178, step=0.553, apart=0.472, seed=0, number=True), "too_much_work"),
    (ink(strokes=80, points=1822, step=0.49, apart=0, seed=0, number=True), 104),
    (ink(strokes=37, points=5512, step=0.279, apart=0.279, seed=0, number=True), 61),
    (ink(strokes=200, points=1000, step=0.2, apart=1.2, seed=0, number=True), "too_much_work"),
    (number("ruled", count=36, size=8, pen=1), "nothing_written"),
    (number("grid", count=60, size=10, pen=2), "too_many_pieces"),
    (number("bars", count=32, size=60, pen=5), 55),
    (number("bars", count=53, size=20, pen=7), "too_much_work"),
    (number("rings", count=47, size=40, pen=7), 1),
    (number("wave", count=50, size=40, pen=4), "too_much_work"),
]


def outcome_of(sent: dict[str, Any]) -> int | str:
    try:
        predictions.price(submission=submission.parse(sent))
        prepared = predictions.prepare(submission.parse(sent))
    except InputError as error:
        return error.reason
    return sum(len(one.glyphs) for one in prepared) if isinstance(prepared, list) else 1


@pytest.mark.parametrize(
    ("sent", "outcome"), [pytest.param(*one, id=str(at)) for at, one in enumerate(WORST)]
)
def test_the_worst_that_were_found_cost_what_they_may(
    sent: dict[str, Any], outcome: int | str
) -> None:
    assert outcome_of(sent) == outcome


def test_runs_of_connected_pieces_are_bounded_and_every_piece_stays() -> None:
    boxes = np.array([[10.0 * x, 0.0, 10.0, 100.0] for x in range(30)])
    digits, _ = grouping.candidates(boxes, in_order=False, chains=[[*range(30)]])
    runs = [group for group in digits if len(group.pieces) > 1]
    assert len(runs) == grouping.MAX_RUNS
    assert sum(len(group.pieces) == 2 for group in runs) == 29  # the shortest
    assert {group.pieces for group in digits} >= {(piece,) for piece in range(30)}


def test_a_jpeg_s_preview_is_no_pass_and_arithmetic_coding_is_refused() -> None:
    plain = costly.encoded(np.full((40, 40), 200, np.uint8), "JPEG")
    limits = {"max_bytes": 10**6, "max_pixels": 10**6}
    with_preview = plain[:2] + b"\xff\xe1" + (len(plain) + 2).to_bytes(2, "big") + plain + plain[2:]
    assert decoding.head(with_preview, **limits).passes == 1
    progressive = costly.encoded(np.full((40, 40), 200, np.uint8), "JPEG, progressive")
    assert decoding.head(progressive, **limits).passes >= 10
    arithmetic = plain.replace(b"\xff\xc0\x00", b"\xff\xc9\x00")
    assert arithmetic != plain
    sent = submission.parse({"image": base64.b64encode(arithmetic).decode()})
    with pytest.raises(BadImage):
        predictions.price(submission=sent)
