"""A drawing's own page: who may open it, what it tells, what can be done there."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from PIL import Image

from recognizer import identity
from recognizer.models import Contributor, Drawing, DrawingUse, ModelVersion
from recognizer.selectors import drawing_status
from recognizer.serving import registry
from tests.support import factories
from tests.support.api import stored
from tests.support.drawings import FOUR, body, in_base64, picture

PARTS = ["drawing", "drawing-picture", "drawing-seen", "drawing-delete"]
NEVER_WAS = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.usefixtures("live_model")


@pytest.fixture
def drawer() -> Client:
    """A browser in which one 4 was drawn, and labelled."""
    client = Client()
    stored(client, body(FOUR, label="4"), content_type="application/json")
    return client


def the_drawing() -> Drawing:
    return Drawing.objects.get()


def address(name: str, drawing: Drawing | str, **query: str) -> str:
    pk = drawing.pk if isinstance(drawing, Drawing) else drawing
    return reverse(f"recognizer:{name}", args=[pk], query=query or None)


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_it_works(drawer: Client) -> None:
    response = drawer.get(address("drawing", the_drawing()))
    assert response.status_code == 200
    assert "Version 1 read it as 4" in text(response)
    assert "You said it is 4." in text(response)
    assert "It waits for a person to look at it." in text(response)


def test_the_api_hands_out_the_private_link(drawer: Client) -> None:
    answer = stored(drawer, body(FOUR), content_type="application/json")
    assert Client().get(answer["page"]).status_code == 200


# --- who may open it --------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_a_receipt_opens_every_part_without_a_cookie(drawer: Client, part: str) -> None:
    drawing = the_drawing()
    receipt = identity.receipt(drawing)
    assert Client().get(address(part, drawing, receipt=receipt)).status_code == 200
    assert Client().head(address(part, drawing, receipt=receipt)).status_code == 200


@pytest.mark.parametrize("part", PARTS)
def test_strangers_wrong_receipts_and_what_never_was_look_the_same(
    drawer: Client, admin_client: Client, part: str
) -> None:
    drawing = the_drawing()
    other = Client()
    other_answer = stored(other, body(FOUR), content_type="application/json")
    refused = [
        Client().get(address(part, drawing)),
        other.get(address(part, drawing)),
        admin_client.get(address(part, drawing, receipt="")),
        Client().get(address(part, drawing, receipt="wrong")),
        Client().get(address(part, drawing, receipt=other_answer["receipt"])),
        Client().get(address(part, NEVER_WAS, receipt=identity.receipt(drawing))),
    ]
    assert {response.status_code for response in refused} == {404}
    # The admin's differs by the way to the administration, as every page does.
    of_visitors = [response for response in refused if not response.context["user"].is_staff]
    # Beside its token, each page names its own address: to choose a language leads back there.
    own = re.compile(rb'name="(csrfmiddlewaretoken|next)" value="[^"]*"')
    assert len({own.sub(b"", response.content) for response in of_visitors}) == 1
    assert "There is nothing here" in text(refused[0])


def test_an_account_opens_its_own_and_nobody_elses(drawer: Client, admin_user: User) -> None:
    owner, nobody = Client(), Client()
    owner.force_login(admin_user)
    nobody.force_login(User.objects.create_user("nobody"))
    Contributor.objects.update(user=admin_user)
    page = address("drawing", the_drawing())
    assert owner.get(page).status_code == 200
    assert nobody.get(page).status_code == 404
    assert drawer.get(page).status_code == 404  # the cookie is the account's by now


def test_a_link_on_another_site_may_lead_here(drawer: Client) -> None:
    page = address("drawing", the_drawing())
    followed = {
        "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document",
    }  # fmt: skip
    assert drawer.get(page, headers=followed).status_code == 200
    assert drawer.get(page, headers=followed | {"Sec-Fetch-Dest": "iframe"}).status_code == 404
    assert drawer.get(page, headers=followed | {"Sec-Fetch-Mode": "no-cors"}).status_code == 404
    delete = address("drawing-delete", the_drawing())
    assert drawer.post(delete, headers=followed).status_code == 404
    assert Drawing.objects.exists()


@pytest.mark.parametrize("part", PARTS)
def test_no_cache_and_no_search_engine_keeps_it(drawer: Client, part: str) -> None:
    for client in (drawer, Client()):
        response = client.get(address(part, the_drawing()))
        assert "private" in response.headers["Cache-Control"]
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert response.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in drawer.get(address("drawing", the_drawing())).headers["Cache-Control"]


def test_the_receipt_goes_along_only_with_who_came_with_it(drawer: Client) -> None:
    drawing = the_drawing()
    receipt = identity.receipt(drawing)
    by_cookie = text(drawer.get(address("drawing", drawing)))
    assert by_cookie.count(receipt) == 2  # the private link, as address and as text
    by_link = text(Client().get(address("drawing", drawing, receipt=receipt)))
    assert address("drawing-delete", drawing, receipt=receipt) in by_link
    assert address("drawing-picture", drawing, receipt=receipt) in by_link


# --- what it tells ------------------------------------------------------------------


def steps_of(**fields: Any) -> list[str]:
    version = ModelVersion.objects.get(number=1)
    by = factories.contributor(1)
    drawing = factories.drawing(by, version, **fields)
    return [
        step.state
        for step in drawing_status.steps(Drawing.objects.with_status().get(pk=drawing.pk))
    ]


@pytest.mark.parametrize(
    ("fields", "states"),
    [
        ({"review": "unlabelled", "label": "", "accepted_label": ""}, "done here ahead ahead"),
        ({"review": "pending", "accepted_label": ""}, "done done here ahead"),
        ({"review": "rejected", "accepted_label": ""}, "done done ended ended"),
        ({}, "done done done here"),
        ({"consent": False}, "done done done ended"),
        ({"label": ""}, "done done done here"),
    ],
)
def test_every_station_is_told(fields: dict[str, Any], states: str) -> None:
    assert steps_of(**fields) == states.split()


@pytest.mark.parametrize(
    ("role", "said"),
    [("train", "Version 2 learned from it."), ("held_out", "Version 2 was tested on it.")],
)
def test_the_version_that_used_it_is_named(live_model: ModelVersion, role: str, said: str) -> None:
    drawing = factories.drawing(factories.contributor(1), live_model)
    second = factories.version(parent=live_model)
    DrawingUse.objects.create(version=second, drawing=drawing, role=role)
    page = text(Client().get(identity.private_link(drawing)))
    assert said in page


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (9, 4, "It has learned"),
        (4, 4, "Read right then"),
        (9, None, "Still read wrong"),
        (4, 9, "It was read right once"),
    ],
)
def test_then_and_now_are_compared(
    live_model: ModelVersion, then: int, now: int | None, said: str
) -> None:
    drawing = factories.drawing(factories.contributor(1), live_model, read_as=then)
    newer = {"digit": now, "confidence": 0.97, "model_version": 2}
    assert drawing_status.change_since(drawing, newer).startswith(said)


def test_without_a_model_the_page_is_there_all_the_same(
    drawer: Client, live_model: ModelVersion
) -> None:
    factories.overwrite(live_model, b"broken")
    registry.reset()
    response = drawer.get(address("drawing", the_drawing()))
    assert response.status_code == 200
    assert "Now" not in text(response)


def test_the_pictures_are_the_sites_own(drawer: Client) -> None:
    drawing = the_drawing()
    svg = drawer.get(address("drawing-picture", drawing))
    assert svg.headers["Content-Type"] == "image/svg+xml"
    assert svg.content.startswith(b"<svg")
    assert b"<script" not in svg.content
    seen = drawer.get(address("drawing-seen", drawing))
    assert seen.content.startswith(b"\x89PNG")


def test_an_upload_is_shown_as_a_picture_that_can_do_nothing_else(client: Client) -> None:
    upload = picture(kind="TIFF")
    answer = stored(client, {"image": in_base64(upload)}, content_type="application/json")
    assert "Your picture" in text(client.get(answer["page"]))
    shown = client.get(address("drawing-picture", answer["id"]))
    with Image.open(io.BytesIO(shown.content)) as image:
        assert image.size == (280, 280)
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert Client().get(address("drawing-picture", answer["id"])).status_code == 404


def test_of_what_browsers_cannot_show_there_is_what_the_model_saw(client: Client) -> None:
    """As a version of the site before this one may have kept it."""
    answer = stored(client, {"image": in_base64(picture())}, content_type="application/json")
    Path(the_drawing().image.path).write_bytes(picture(kind="TIFF"))
    shown = client.get(address("drawing-picture", answer["id"]))
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.content == client.get(address("drawing-seen", answer["id"])).content


def test_of_a_lost_file_there_is_what_the_model_saw(client: Client) -> None:
    answer = stored(client, {"image": in_base64(picture())}, content_type="application/json")
    the_drawing().image.storage.delete(the_drawing().image.name)
    shown = client.get(address("drawing-picture", answer["id"]))
    assert shown.content == client.get(address("drawing-seen", answer["id"])).content


# --- what can be done ----------------------------------------------------------------


def test_the_label_is_corrected_while_nobody_has_checked(drawer: Client) -> None:
    label = address("drawing-label", the_drawing())
    response = drawer.post(label, {"label": "9"}, follow=True)
    assert response.status_code == 200
    assert "It is kept as 9" in text(response)
    assert the_drawing().label == "9"
    assert drawer.get(label).status_code == 405


def test_a_checked_label_stays(drawer: Client) -> None:
    Drawing.objects.update(review="accepted", accepted_label="4")
    page = drawer.get(address("drawing", the_drawing()))
    assert 'name="label"' not in text(page)
    response = drawer.post(address("drawing-label", the_drawing()), {"label": "9"}, follow=True)
    assert "already been checked" in text(response)
    assert the_drawing().label == "4"


@pytest.mark.parametrize("label", ["", "10", "four", "x" * 1000])
def test_what_is_no_label_changes_nothing(drawer: Client, label: str) -> None:
    response = drawer.post(address("drawing-label", the_drawing()), {"label": label}, follow=True)
    assert "The label must be a digit" in text(response)
    assert the_drawing().label == "4"


def test_deleting_asks_first(drawer: Client) -> None:
    delete = address("drawing-delete", the_drawing())
    assert "Yes, delete it" in text(drawer.get(delete))
    assert Drawing.objects.exists()
    response = drawer.post(delete, follow=True)
    assert "The drawing is deleted for good." in text(response)
    assert not Drawing.objects.exists()
    assert drawer.get(delete).status_code == 404


def test_strangers_change_nothing(drawer: Client) -> None:
    drawing = the_drawing()
    for part in ("drawing-label", "drawing-delete"):
        assert Client().post(address(part, drawing), {"label": "9"}).status_code == 404
    assert the_drawing().label == "4"


def test_without_the_token_nothing_is_done(drawer: Client) -> None:
    drawing = the_drawing()
    careful = Client(enforce_csrf_checks=True)
    for part in ("drawing-label", "drawing-delete"):
        query = {"receipt": identity.receipt(drawing)}
        response = careful.post(address(part, drawing, **query), {"label": "9"})
        assert response.status_code == 403
        assert "That was not done" in text(response)
    assert the_drawing().label == "4"


def test_a_receipt_costs_few_queries(
    drawer: Client, django_assert_max_num_queries: Any, live_model: ModelVersion
) -> None:
    drawing = the_drawing()
    for _ in range(4):
        version = factories.version(parent=live_model)
        DrawingUse.objects.create(version=version, drawing=drawing, role="train")
    with django_assert_max_num_queries(8):
        assert drawer.get(address("drawing", drawing)).status_code == 200
