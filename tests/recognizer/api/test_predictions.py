"""Reading without storing: `POST predict/` and `POST predict/batch/`."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from recognizer.api import ink
from recognizer.models import Contributor, Drawing, ModelVersion
from recognizer.serving import registry
from tests.support.api import (
    BATCH,
    PREDICT,
    predicted,
)
from tests.support.drawings import FOUR, ONE, SEVEN, ZERO, as_file, beside, body, in_base64, picture

pytestmark = pytest.mark.usefixtures("live_model")


def test_it_works(visitor: APIClient) -> None:
    answer = predicted(visitor, body(FOUR))
    assert answer["digit"] == 4
    assert answer["verdict"] == "sure"


@pytest.mark.parametrize(("strokes", "digit"), [(ZERO, 0), (ONE, 1), (FOUR, 4), (SEVEN, 7)])
def test_clear_digits_are_read(visitor: APIClient, strokes: list[Any], digit: int) -> None:
    assert predicted(visitor, body(strokes))["digit"] == digit


def test_the_answer_has_the_promised_shape(visitor: APIClient, live_model: ModelVersion) -> None:
    answer = predicted(visitor, body(FOUR))
    assert list(answer) == [
        "digit", "confidence", "probabilities", "verdict", "alternatives", "model_version",
    ]  # fmt: skip
    assert len(answer["probabilities"]) == 10
    assert all(0 <= probability <= 1 for probability in answer["probabilities"])
    assert sum(answer["probabilities"]) <= 1 + 1e-5
    assert answer["confidence"] == answer["probabilities"][4] >= 0.9
    assert answer["alternatives"] == []
    assert answer["model_version"] == live_model.number == 1


def test_one_query_is_all_it_costs(visitor: APIClient, django_assert_num_queries: Any) -> None:
    predicted(visitor, body())
    with django_assert_num_queries(1):
        predicted(visitor, body())


def test_nothing_is_stored(visitor: APIClient) -> None:
    predicted(visitor, body())
    predicted(visitor, {"image": in_base64(picture())})
    assert not Drawing.objects.exists()
    assert not Contributor.objects.exists()
    assert not visitor.cookies


def test_time_and_pressure_change_nothing(visitor: APIClient) -> None:
    timed = [[[x, y, 8.0 * i, 0.5] for i, (x, y) in enumerate(stroke)] for stroke in FOUR]
    assert predicted(visitor, body(timed)) == predicted(visitor, body(FOUR))


@pytest.mark.parametrize("name", ink.BODIES)
def test_every_form_of_strokes_is_read_alike(visitor: APIClient, name: str) -> None:
    assert predicted(visitor, ink.BODIES[name]) == predicted(visitor, ink.BODIES["lists"])


@pytest.mark.parametrize("by", [(-300, -400), (1e9 - 300, -1e9), (-1e9, 1e9 - 300)])
def test_where_the_ink_is_does_not_matter(visitor: APIClient, by: tuple[float, float]) -> None:
    far = [[[x + by[0], y + by[1]] for x, y in stroke] for stroke in FOUR]
    assert predicted(visitor, body(far)) == predicted(visitor, body(FOUR))


def test_a_number_far_off_is_read_and_its_digits_are_where_they_were_sent(
    visitor: APIClient,
) -> None:
    near = beside(SEVEN, FOUR)
    far = [[[x - 1e9, y + 1e8] for x, y in stroke] for stroke in near]
    answer = predicted(visitor, {"strokes": far, "number": True})
    assert answer["number"] == "74"
    expected = predicted(visitor, {"strokes": near, "number": True})
    for one, other in zip(answer["digits"], expected["digits"], strict=True):
        x, y, *size = other["box"]
        assert one == {**other, "box": [x - 1e9, y + 1e8, *size]}


def test_neither_size_nor_place_change_the_digit(visitor: APIClient) -> None:
    small = [[[x / 4 + 3, y / 4 + 90] for x, y in stroke] for stroke in FOUR]
    large, little = predicted(visitor, body(FOUR)), predicted(visitor, body(small))
    assert little["digit"] == large["digit"]
    assert little["confidence"] == pytest.approx(large["confidence"], abs=0.01)


def test_the_canvas_may_be_left_out(visitor: APIClient) -> None:
    assert predicted(visitor, {"strokes": FOUR})["digit"] == 4


def test_detail_shows_what_the_network_saw(visitor: APIClient) -> None:
    seen = predicted(visitor, body(detail=True))["seen"]
    assert len(seen) == 784
    assert all(isinstance(value, int) and 0 <= value <= 255 for value in seen)
    assert max(seen) > 200
    assert "seen" not in predicted(visitor, body(detail=False))


# --- images -----------------------------------------------------------------------


def test_an_image_in_base64_is_read(visitor: APIClient) -> None:
    assert predicted(visitor, {"image": in_base64(picture(SEVEN))})["digit"] == 7


def test_base64_in_lines_is_read(visitor: APIClient) -> None:
    encoded = in_base64(picture(SEVEN))
    lines = "\r\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76))
    assert predicted(visitor, {"image": lines + "\n"})["digit"] == 7


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_data_url_is_read(visitor: APIClient, kind: str) -> None:
    url = f"data:image/{kind.lower()};base64,{in_base64(picture(SEVEN, kind=kind))}"
    assert predicted(visitor, {"image": url})["digit"] == 7


def test_a_file_in_a_form_is_read(visitor: APIClient) -> None:
    form = {"image": as_file(picture(SEVEN))}
    answer = predicted(visitor, form, format="multipart")
    assert answer == predicted(visitor, {"image": in_base64(picture(SEVEN))})


def test_a_form_may_ask_for_detail_and_a_number(visitor: APIClient) -> None:
    file = as_file(picture(SEVEN))
    form = {"image": file, "detail": "true", "number": "true"}
    answer = predicted(visitor, form, format="multipart")
    assert answer["number"] == "7"
    assert len(answer["seen"]) == 784


def test_members_send_forms_as_well(member_in_browser: APIClient) -> None:
    """The CSRF check of their session reads the form before the parser does."""
    form = {"image": as_file(picture(SEVEN))}
    assert predicted(member_in_browser, form, format="multipart")["digit"] == 7


# --- numbers ----------------------------------------------------------------------


def test_a_number_is_read_from_left_to_right(visitor: APIClient) -> None:
    answer = predicted(visitor, {"strokes": beside(SEVEN, FOUR), "number": True})
    assert answer["number"] == "74"
    assert [one["digit"] for one in answer["digits"]] == [7, 4]
    assert answer["digit"] is None
    assert answer["text"] == "74"
    assert answer["confidence"] <= min(one["confidence"] for one in answer["digits"])


def test_the_digits_of_a_number_are_read_as_if_alone(visitor: APIClient) -> None:
    answer = predicted(visitor, {"strokes": beside(SEVEN, FOUR), "number": True})
    alone = predicted(visitor, {"strokes": FOUR})
    second = {name: answer["digits"][1][name] for name in alone if name != "model_version"}
    assert second == {name: alone[name] for name in second}


def test_every_digit_of_a_number_has_its_place(visitor: APIClient) -> None:
    answer = predicted(visitor, {"strokes": beside(SEVEN, FOUR, gap=150), "number": True})
    seven, four = (one["box"] for one in answer["digits"])
    assert seven == [80, 60, 110, 180]
    assert four == [90 + 150, 50, 110, 190]


def test_a_number_of_one_digit_is_that_digit(visitor: APIClient) -> None:
    answer = predicted(visitor, body(FOUR, number=True))
    assert answer["number"] == "4"
    assert answer["digit"] == 4
    assert len(answer["digits"]) == 1


# --- batches ----------------------------------------------------------------------


def batch(client: APIClient, items: list[Any]) -> list[dict[str, Any]]:
    response = client.post(BATCH, {"items": items})
    assert response.status_code == 200, response.content
    answers: list[dict[str, Any]] = response.json()["items"]
    return answers


def test_a_batch_answers_each_as_if_alone_and_in_order(visitor: APIClient) -> None:
    items = [
        body(SEVEN),
        {"image": in_base64(picture(FOUR))},
        {"strokes": beside(SEVEN, FOUR), "number": True},
        body(ZERO, detail=True),
    ]
    assert batch(visitor, items) == [predicted(visitor, item) for item in items]


def test_bad_items_are_answered_by_their_errors(visitor: APIClient) -> None:
    bad = [{"strokes": []}, {}, "no object", {"strokes": [[["a", 1]]]}, {"image": "!"}]
    first, *errors, last = batch(visitor, [body(FOUR), *bad, body(SEVEN)])
    assert (first["digit"], last["digit"]) == (4, 7)
    assert errors == [visitor.post(PREDICT, item).json() for item in bad]
    assert [error["error"]["code"] for error in errors] == [
        "blank", "invalid", "invalid", "bad_ink", "bad_image",
    ]  # fmt: skip


def test_a_batch_of_nothing_but_errors_is_answered(visitor: APIClient) -> None:
    (answer,) = batch(visitor, [{"strokes": []}])
    assert answer["error"]["code"] == "blank"


def test_sixty_four_are_read_at_once(visitor: APIClient, django_assert_num_queries: Any) -> None:
    predicted(visitor, body())
    with django_assert_num_queries(1):
        answers = batch(visitor, [body(FOUR), body(SEVEN)] * 32)
    assert [answer["digit"] for answer in answers] == [4, 7] * 32


def test_sixty_five_are_too_many(visitor: APIClient) -> None:
    response = visitor.post(BATCH, {"items": [body()] * 65})
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_large"
    assert response.json()["error"]["field"] == "items"


@pytest.mark.parametrize("data", [{}, {"items": []}, {"items": body()}, [body()], "items"])
def test_a_batch_without_items_is_refused(visitor: APIClient, data: Any) -> None:
    response = visitor.post(BATCH, data, format="json")
    assert response.status_code == 400
    assert response.json()["error"]["field"] == "items"


def test_a_single_digit_after_a_batch_is_read_the_same(visitor: APIClient) -> None:
    """The network's input is resized in between."""
    before = predicted(visitor, body(ZERO))
    batch(visitor, [body(SEVEN)] * 5)
    assert predicted(visitor, body(ZERO)) == before


# --- no model ---------------------------------------------------------------------


def test_without_a_model_it_says_so(visitor: APIClient) -> None:
    live = ModelVersion.objects.get()
    live.promotions.all().delete()
    registry.reset()
    for path, data in ((PREDICT, body()), (BATCH, {"items": [body()]})):
        response = visitor.post(path, data)
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "no_model"
