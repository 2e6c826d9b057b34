"""What is sent again, its answer lost: stored once, withdrawn for good, never as another."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from recognizer.models import Contributor, Drawing
from tests.support.api import DRAWINGS, code, error_of, image_files, own, stored, stranger
from tests.support.drawings import FOUR, SEVEN, body, in_base64, picture
from tests.support.together import at_once

pytestmark = pytest.mark.usefixtures("live_model")

KEY = "5f0c1f9f6c0e4a56a1d1b3b6f3f0d7aa"


def under(key: str = KEY) -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": key}}


def test_it_works(visitor: APIClient) -> None:
    first = stored(visitor, body(FOUR, label="4"), **under())
    again = stored(visitor, body(FOUR, label="4"), **under())
    assert again == first
    assert Drawing.objects.get().submission_key == uuid.UUID(KEY)
    assert stored(visitor, **under(uuid.uuid4().hex))["id"] != first["id"]


def test_of_an_image_only_one_file_is_kept(visitor: APIClient) -> None:
    for _ in range(2):
        stored(visitor, {"image": in_base64(picture())}, **under())
    assert len(image_files()) == 1


@pytest.mark.django_db(transaction=True)
def test_sent_at_the_same_moment_it_is_stored_once() -> None:
    image = {"image": in_base64(picture())}
    answers = at_once(*[lambda: stored(stranger(), image, **under()) for _ in range(4)])
    assert len({answer["id"] for answer in answers}) == 1
    assert (Drawing.objects.count(), Contributor.objects.count()) == (1, 1)
    assert len(image_files()) == 1


def test_without_a_key_each_is_a_drawing(visitor: APIClient) -> None:
    assert stored(visitor)["id"] != stored(visitor)["id"]


@pytest.mark.parametrize("key", ["", "4", "no key at all"])
def test_another_key_than_a_uuid_is_refused(visitor: APIClient, key: str) -> None:
    for answer in (
        visitor.post(DRAWINGS, body(FOUR), **under(key)),
        visitor.delete(DRAWINGS, **under(key)),
    ):
        assert answer.status_code == 400
        assert error_of(answer)["field"] == "Idempotency-Key"
    assert not Drawing.objects.exists()


# --- cookies that were lost with the answer -----------------------------------------


def test_who_never_got_the_cookie_gets_it_with_the_second_answer() -> None:
    stored(stranger(), **under())
    browser = stranger()
    drawing = stored(browser, **under())
    assert browser.get(own(drawing)).status_code == 200


def test_a_cookie_that_came_in_between_is_kept() -> None:
    stored(stranger(), **under())
    browser = stranger()
    later = stored(browser, body(SEVEN))
    stored(browser, **under())
    assert browser.get(own(later)).status_code == 200


# --- taken back before the answer came ------------------------------------------------


def test_what_arrived_is_withdrawn_by_its_key(visitor: APIClient) -> None:
    stored(visitor, {"image": in_base64(picture())}, **under())
    assert visitor.delete(DRAWINGS, **under()).status_code == 204
    assert not Drawing.objects.exists()


def test_what_never_arrived_is_withdrawn_as_well(visitor: APIClient) -> None:
    other = stored(visitor)
    assert visitor.delete(DRAWINGS, **under()).status_code == 204
    assert str(Drawing.objects.get().pk) == other["id"]


def test_without_a_key_nothing_is_withdrawn(visitor: APIClient) -> None:
    stored(visitor)
    assert visitor.delete(DRAWINGS).status_code == 400
    assert Drawing.objects.exists()


# --- accounts -------------------------------------------------------------------------


def drawn_by(number: object) -> dict[str, Any]:
    return {"headers": {"X-Account": str(number)}}


def test_what_one_drew_is_not_taken_from_another(visitor: APIClient, member: APIClient) -> None:
    ada = User.objects.create_user("ada")
    for asker in (visitor, member):
        answer = asker.post(DRAWINGS, body(FOUR), **drawn_by(ada.pk))
        assert (answer.status_code, code(answer)) == (409, "other_account")
    assert not Drawing.objects.exists()
    browser = APIClient()
    browser.force_login(ada)
    stored(browser, **drawn_by(ada.pk))
    assert Drawing.objects.get().contributor.user == ada


def test_a_browser_is_told_whose_it_is(client: Any) -> None:
    ada = User.objects.create_user("ada", password="correct-horse")
    client.get("/")
    assert "account" not in client.cookies
    client.post("/account/sign-in/", {"username": "ada", "password": "correct-horse"})
    assert client.cookies["account"].value == str(ada.pk)
    assert "account" not in client.get("/").cookies  # once is enough
    client.post("/account/sign-out/")
    assert client.cookies["account"].value == ""


def test_a_session_that_has_ended_is_noticed_by_the_next_page(client: Any) -> None:
    client.cookies["account"] = "7"
    client.get("/")
    assert client.cookies["account"].value == ""
