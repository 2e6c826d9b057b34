"""All drawings of the asker: shown, counted, handed over, deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recognizer.models import Contributor, Drawing, DrawingUse, ModelVersion
from recognizer.serving import registry
from recognizer.web.drawings import DRAWINGS_A_PAGE
from tests.recognizer.web.test_receipt_page import text
from tests.support import factories
from tests.support.api import image_files, stored
from tests.support.drawings import DOUBTFUL, FOUR, body, in_base64, picture

MINE, EXPORT, FORGET = "/mine/", "/mine/export/", "/mine/forget/"

pytestmark = pytest.mark.usefixtures("live_model")


@pytest.fixture
def drawer() -> Client:
    """A browser in which one 4 was drawn, and labelled."""
    client = Client()
    stored(client, body(FOUR, label="4"), content_type="application/json")
    return client


def draw_more(count: int, version: ModelVersion, **fields: Any) -> list[Drawing]:
    by = Contributor.objects.get()
    return [factories.drawing(by, version, **fields) for _ in range(count)]


def exported(client: Client) -> list[dict[str, Any]]:
    response = client.get(EXPORT)
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert "attachment" in response.headers["Content-Disposition"]
    return [json.loads(line) for line in response.getvalue().splitlines()]


def exported_drawings(client: Client) -> list[dict[str, Any]]:
    """The drawings alone; the hand comes before them."""
    hand, *drawings = exported(client)
    assert list(hand) == ["hand"]
    return drawings


def test_it_works(drawer: Client) -> None:
    response = drawer.get(MINE)
    assert response.status_code == 200
    assert f"/drawings/{Drawing.objects.get().pk}/" in text(response)
    assert "<strong>1</strong> drawing," in text(response)
    assert drawer.head(MINE).status_code == 200


def test_who_has_drawn_nothing_is_invited(client: Client) -> None:
    assert "No drawings yet." in text(client.get(MINE))
    assert exported(client) == []
    assert client.get(FORGET).status_code == 302
    assert client.post(FORGET).status_code == 302
    assert not Contributor.objects.exists()


def test_nobody_sees_those_of_others(drawer: Client, admin_client: Client) -> None:
    other = Client()
    stored(other, body(FOUR), content_type="application/json")
    its = {str(pk) for pk in Drawing.objects.filter(label="").values_list("pk", flat=True)}
    assert {one["id"] for one in exported_drawings(other)} == its
    for pk in its:
        assert pk not in text(drawer.get(MINE))
        assert pk not in text(admin_client.get(MINE))


def test_an_account_has_its_own(drawer: Client, admin_user: User) -> None:
    Contributor.objects.update(user=admin_user)
    owner = Client()
    owner.force_login(admin_user)
    assert "They belong to your account, admin." in text(owner.get(MINE))
    assert "No drawings yet." in text(drawer.get(MINE))


def test_the_totals_count_what_has_become_of_them(drawer: Client, live_model: ModelVersion) -> None:
    draw_more(2, live_model)
    misread = draw_more(3, live_model, read_as=9)
    draw_more(1, live_model, review="rejected", accepted_label="")
    for drawing in misread[:2]:
        for _ in range(2):
            version = factories.version(parent=live_model)
            DrawingUse.objects.create(version=version, drawing=drawing, role="train")
    totals = drawer.get(MINE).context["totals"]
    assert (totals.drawings, totals.checked, totals.learned) == (7, 6, 2)
    assert (totals.misread, totals.improved) == (3, 3)


def test_what_changed_because_of_them_is_shown_with_how_far_it_has_come(
    drawer: Client, live_model: ModelVersion
) -> None:
    """Wrong answers alone, the newest first: struck out, what it is, and for whom that counts."""
    draw_more(1, live_model)
    waits, checked, learned = (
        draw_more(1, live_model, read_as=9, **fields)[0]
        for fields in ({"review": "pending", "accepted_label": ""}, {}, {})
    )
    draw_more(1, live_model, read_as=9, review="rejected", accepted_label="")
    version = factories.version(parent=live_model)
    DrawingUse.objects.create(version=version, drawing=learned, role="train")
    response = drawer.get(MINE)
    shown = [(one["drawing"], one["whose"]) for one in response.context["changes"]]
    assert shown == [
        (learned, "Everyone’s"),
        (checked, "Checked"),
        (waits, "Yours, at once"),
    ]
    assert f"Version {version.number} learned from it." in text(response)
    assert "Read as 9, it is 4" in response.content.decode()


def test_without_a_model_nothing_has_improved(drawer: Client, live_model: ModelVersion) -> None:
    draw_more(1, live_model, read_as=9)
    factories.overwrite(live_model, b"broken")
    registry.reset()
    response = drawer.get(MINE)
    assert response.status_code == 200
    assert response.context["totals"].improved == 0


@pytest.mark.parametrize(
    ("page", "number"),
    [("", 1), ("2", 2), ("99999999999999999999", 2), ("9" * 5000, 1), ("x", 1), ("-1", 2)],
)
def test_any_page_number_shows_a_page(
    drawer: Client, live_model: ModelVersion, page: str, number: int
) -> None:
    draw_more(DRAWINGS_A_PAGE, live_model)
    response = drawer.get(MINE, {"page": page})
    assert response.status_code == 200
    assert response.context["page"].number == number
    assert len(response.context["tiles"]) == (DRAWINGS_A_PAGE if number == 1 else 1)


def test_many_cost_no_more_queries_than_few(
    drawer: Client, live_model: ModelVersion, django_assert_max_num_queries: Any
) -> None:
    version = factories.version(parent=live_model)
    for drawing in draw_more(DRAWINGS_A_PAGE, live_model, read_as=9):
        DrawingUse.objects.create(version=version, drawing=drawing, role="train")
    with django_assert_max_num_queries(17):
        assert drawer.get(MINE).status_code == 200
    with django_assert_max_num_queries(8):
        assert len(exported_drawings(drawer)) == DRAWINGS_A_PAGE + 1


def test_everything_that_is_held_is_handed_over(client: Client) -> None:
    stored(client, body(FOUR, label="4"), content_type="application/json")
    upload = {"image": in_base64(picture()), "source": "upload"}
    stored(client, upload, content_type="application/json")
    ink, image = exported_drawings(client)
    assert (ink["strokes"], ink["canvas"], ink["image"]) == (FOUR, [280, 280], None)
    assert (ink["label"], ink["digit"], len(ink["probabilities"])) == ("4", 4, 10)
    assert len(ink["seen"]) == 784
    assert ink["now"]["digit"] == 4
    assert ink["fate"] == "Waiting for a reviewer."
    assert (image["strokes"], image["image"]) == (None, in_base64(image_files()[0].read_bytes()))


def test_what_is_remembered_is_part_of_what_is_handed_over(client: Client) -> None:
    first = stored(client, body(DOUBTFUL, label="1"), content_type="application/json")
    stored(client, body(DOUBTFUL), content_type="application/json")
    hand, one, two = exported(client)
    assert hand["hand"] == {"remembers": True, "mended": 1, "drawings": [first["id"]]}
    assert (one["remembered"], one["memory_drawing"]) == (True, None)
    assert (two["digit"], two["shown_digit"], two["memory_drawing"]) == (7, 1, first["id"])


def test_what_the_hand_has_mended_is_no_reason_to_say_that_nothing_changed(client: Client) -> None:
    first = stored(client, body(DOUBTFUL, label="1"), content_type="application/json")
    stored(client, body(DOUBTFUL, label="1"), content_type="application/json")
    # The one that taught it had been read right.
    Drawing.objects.filter(pk=first["id"]).update(digit=1, shown_digit=None)
    page = text(client.get(MINE))
    assert "<strong>1</strong> answer mended" in page
    assert "Your hand has helped" in page
    assert "Nothing to change yet" not in page


def test_what_was_shown_is_what_counts_as_read(client: Client) -> None:
    stored(client, body(DOUBTFUL, label="1"), content_type="application/json")
    mended = stored(client, body(DOUBTFUL), content_type="application/json")
    Drawing.objects.filter(pk=mended["id"]).update(label="1", review="pending")
    response = client.get(MINE)
    newest, oldest = response.context["tiles"]
    assert (newest["read"], newest["right"]) == ("1", True)
    assert (oldest["read"], oldest["right"]) == ("7", False)
    assert response.context["totals"].misread == 1
    page = text(client.get(f"/drawings/{mended['id']}/"))
    assert "By what you had drawn before, you were shown 1." in page


def test_being_forgotten_asks_first_and_is_whole(
    drawer: Client, django_capture_on_commit_callbacks: Any
) -> None:
    stored(drawer, {"image": in_base64(picture())}, content_type="application/json")
    assert "2 drawings go for good" in text(drawer.get(FORGET))
    assert Drawing.objects.count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        response = drawer.post(FORGET, follow=True)
    assert "You are forgotten: 2 drawings are deleted for good." in text(response)
    assert not Contributor.objects.exists()
    assert image_files() == []
    assert drawer.cookies["contributor"].value == ""


def test_without_the_token_nobody_is_forgotten(drawer: Client) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies["contributor"] = drawer.cookies["contributor"].value
    assert careful.post(FORGET).status_code == 403
    assert Drawing.objects.exists()


def test_nothing_of_it_is_kept_on_the_way(drawer: Client) -> None:
    for path in (MINE, EXPORT, FORGET):
        response = drawer.get(path)
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("path", [MINE, EXPORT])
def test_they_are_only_read(drawer: Client, path: str) -> None:
    assert drawer.post(path).status_code == 405
