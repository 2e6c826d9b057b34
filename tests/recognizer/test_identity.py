"""Whose a drawing is: by cookie, by account, by receipt; and how somebody is forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from recognizer import identity
from recognizer.models import Contributor, Drawing, DrawingUse, ModelVersion
from recognizer.services.contributors import contributor_forget
from recognizer.services.team import token_create, token_withdraw
from tests.support import factories
from tests.support.api import (
    DRAWINGS,
    code,
    got,
    image_files,
    own,
    stored,
    stranger,
)
from tests.support.drawings import body, in_base64, picture
from tests.support.together import at_once

pytestmark = pytest.mark.usefixtures("live_model")


def test_a_browser_is_known_by_its_cookie(visitor: APIClient) -> None:
    first, second = stored(visitor), stored(visitor)
    assert Contributor.objects.count() == 1
    assert got(visitor, first)["id"] == first["id"]
    assert got(visitor, second)["id"] == second["id"]


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor: APIClient) -> None:
    stored(visitor)
    cookie = visitor.cookies["contributor"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == identity.COOKIE_AGE


def test_strangers_are_told_that_there_is_nothing(visitor: APIClient, member: APIClient) -> None:
    drawing = stored(visitor)
    other = stranger()
    stored(other)
    for somebody in (stranger(), other, member):
        for response in (
            somebody.get(own(drawing)),
            somebody.delete(own(drawing)),
            somebody.post(own(drawing, "label/"), {"label": 4}),
        ):
            assert response.status_code == 404
            assert code(response) == "not_found"
    assert got(visitor, drawing)["label"] is None


def test_what_never_was_looks_the_same(visitor: APIClient) -> None:
    there = stranger().get(own(stored(visitor))).json()
    assert visitor.get(f"{DRAWINGS}00000000-0000-4000-8000-000000000000/").json() == there
    assert visitor.get(f"{DRAWINGS}4/").status_code == 404


@pytest.mark.parametrize("how", ["header", "query"])
def test_a_receipt_opens_the_drawing_it_was_given_for(visitor: APIClient, how: str) -> None:
    drawing, another = stored(visitor), stored(visitor)

    def status(asked: dict[str, Any], receipt: str) -> int:
        client = stranger()
        if how == "header":
            return client.get(own(asked), headers={"X-Receipt": receipt}).status_code
        return client.get(own(asked), {"receipt": receipt}).status_code

    assert status(drawing, drawing["receipt"]) == 200
    assert status(drawing, another["receipt"]) == 404
    assert status(another, drawing["receipt"]) == 404
    for forged in ("x", ":", drawing["id"], drawing["receipt"][:-1], "\u00e9", "a" * 10_000):
        assert status(drawing, forged) == 404


def test_with_its_receipt_a_drawing_is_labelled_and_deleted(visitor: APIClient) -> None:
    drawing = stored(visitor)
    receipt = {"X-Receipt": drawing["receipt"]}
    labelled = stranger().post(own(drawing, "label/"), {"label": "4"}, headers=receipt)
    assert labelled.json()["label"] == "4"
    assert stranger().delete(own(drawing), headers=receipt).status_code == 204
    assert not Drawing.objects.exists()


def test_a_receipt_outlives_a_change_of_the_secret_key(visitor: APIClient, settings: Any) -> None:
    drawing = stored(visitor)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-that-is-long-enough-for-everything-asked-of-it"
    opened = stranger().get(own(drawing), headers={"X-Receipt": drawing["receipt"]})
    assert opened.status_code == 200
    assert got(visitor, drawing)["id"] == drawing["id"]


def test_an_altered_cookie_is_nobodys(visitor: APIClient) -> None:
    drawing = stored(visitor)
    key = str(Drawing.objects.get().contributor_id)
    for forged in (key, f"{key}:x", "", visitor.cookies["contributor"].value + "x"):
        client = stranger()
        client.cookies["contributor"] = forged
        assert client.get(own(drawing)).status_code == 404


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_the_cookie_counts_for_nothing_on_another_sites_page(visitor: APIClient, site: str) -> None:
    drawing = stored(visitor)
    foreign = {"Sec-Fetch-Site": site}
    for response in (
        visitor.get(own(drawing), headers=foreign),
        visitor.delete(own(drawing), headers=foreign),
        visitor.post(own(drawing, "label/"), {"label": 5}, headers=foreign),
    ):
        assert response.status_code == 404
    cookie = visitor.cookies["contributor"].value
    stored(visitor, headers=foreign)
    assert Contributor.objects.count() == 2
    assert visitor.cookies["contributor"].value == cookie


def test_the_sites_own_page_may(visitor: APIClient) -> None:
    drawing = stored(visitor)
    for site in ("same-origin", "none"):
        assert got(visitor, drawing, headers={"Sec-Fetch-Site": site})["id"] == drawing["id"]


def test_an_account_is_one_contributor_in_every_browser(member: APIClient) -> None:
    drawing = stored(member)
    assert "contributor" not in member.cookies
    elsewhere = APIClient()
    elsewhere.force_login(User.objects.get(username="member"))
    assert got(elsewhere, drawing)["id"] == drawing["id"]
    stored(elsewhere)
    assert Contributor.objects.get().user == User.objects.get(username="member")


@pytest.mark.django_db(transaction=True)
def test_two_first_drawings_of_an_account_at_once_make_one_contributor(
    member: APIClient, live_model: ModelVersion
) -> None:
    outcomes = at_once(*[lambda: stored(member)["id"]] * 3)
    assert len(set(outcomes)) == Drawing.objects.count() == 3
    assert Contributor.objects.count() == 1


def test_a_token_stands_for_its_account(member: APIClient) -> None:
    drawing = stored(member)
    user = User.objects.get(username="member")
    token, secret = token_create(user=user, kind="api", name="a program", by=user)
    program = stranger()
    program.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    assert got(program, drawing)["id"] == drawing["id"]
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")  # as clients of the schema say it
    assert got(program, drawing)["id"] == drawing["id"]
    program.credentials(HTTP_AUTHORIZATION="Token wrong")
    response = program.get(own(drawing))
    assert response.status_code == 401
    assert code(response) == "authentication_failed"
    program.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    token_withdraw(token=token, by=user)
    assert program.get(own(drawing)).status_code == 401


def test_who_logs_in_after_drawing_keeps_the_drawings(visitor: APIClient, admin_user: User) -> None:
    before = stored(visitor)
    visitor.force_login(admin_user)
    visitor.handler.enforce_csrf_checks = False
    after = stored(visitor)
    assert Contributor.objects.get().user == admin_user
    assert {str(pk) for pk in Contributor.objects.get().drawings.values_list("pk", flat=True)} == {
        before["id"], after["id"],
    }  # fmt: skip


def test_an_account_takes_over_nobody_else(
    visitor: APIClient, member: APIClient, admin: APIClient
) -> None:
    """The browser's drawings go to the first account that draws in it, and to no second."""
    drawing = stored(visitor)
    for client in (member, admin):
        client.cookies["contributor"] = visitor.cookies["contributor"].value
        stored(client)
    assert Contributor.objects.count() == 2
    assert Drawing.objects.get(pk=drawing["id"]).contributor.user.username == "member"


def test_what_an_account_drew_is_gone_with_its_session(
    visitor: APIClient, member: APIClient
) -> None:
    """The cookie stays behind in a browser that others use, but opens nothing any more."""
    drawing = stored(visitor)
    member.cookies["contributor"] = visitor.cookies["contributor"].value
    stored(member)
    assert got(member, drawing)["id"] == drawing["id"]
    assert visitor.get(own(drawing)).status_code == 404


def test_members_must_send_the_csrf_token(member_in_browser: APIClient) -> None:
    drawing = stored(member_in_browser)
    member_in_browser.credentials()
    for response in (
        member_in_browser.post(DRAWINGS, body()),
        member_in_browser.post(own(drawing, "label/"), {"label": 4}),
        member_in_browser.delete(own(drawing)),
    ):
        assert response.status_code == 403
        assert code(response) == "permission_denied"
    assert Drawing.objects.count() == 1


# --- forgotten -------------------------------------------------------------------


def test_a_contributor_is_forgotten_with_everything(
    visitor: APIClient, django_capture_on_commit_callbacks: Any
) -> None:
    other = stranger()
    kept = stored(other)
    stored(visitor, {"image": in_base64(picture())})
    stored(visitor)
    forgotten = Contributor.objects.exclude(drawings=kept["id"]).get()
    with django_capture_on_commit_callbacks(execute=True):
        assert contributor_forget(contributor=forgotten) == 2
    assert image_files() == []
    assert got(other, kept)["id"] == kept["id"]
    assert Contributor.objects.count() == 1
    # The browser still has its cookie, which now is nobody's.
    stored(visitor)
    assert Contributor.objects.count() == 2


def test_who_was_forgotten_leaves_no_name_in_the_lineage(live_model: ModelVersion) -> None:
    by = factories.contributor(1)
    drawing = factories.drawing(by, live_model)
    DrawingUse.objects.create(version=live_model, drawing=drawing, role="train")
    contributor_forget(contributor=by)
    assert not live_model.uses.exists()
