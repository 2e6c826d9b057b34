"""The pages of an account, as one visitor uses them on two devices and others try to."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from digitsite.http.sessions import PROVEN_AT, STAFF_SECONDS
from recognizer.models import Contributor, Drawing
from recognizer.services import accounts
from tests.recognizer.web.test_receipt_page import text
from tests.support.api import stored
from tests.support.drawings import FOUR, body

ACCOUNT, SIGN_UP, SIGN_IN = "/account/", "/account/sign-up/", "/account/sign-in/"
SIGN_OUT, PASSWORD, DELETE = "/account/sign-out/", "/account/password/", "/account/delete/"
MINE, EXPORT = "/mine/", "/mine/export/"
WORD, OTHER_WORD = "paper-and-ink-7", "pen-and-paper-8"

pytestmark = pytest.mark.usefixtures("live_model")


def device(**options: Any) -> Client:
    return Client(**options)


def draw(client: Client) -> str:
    """The id of one more drawing, stored from the device."""
    return str(stored(client, body(FOUR, label="4"), content_type="application/json")["id"])


def sign_up(client: Client, name: str = "ada", word: str = WORD, **more: Any) -> Any:
    data = {"username": name, "password1": word, "password2": word, **more}
    return client.post(SIGN_UP, data, follow=True)


def sign_in(client: Client, name: str = "ada", word: str = WORD) -> Any:
    return client.post(SIGN_IN, {"username": name, "password": word}, follow=True)


def is_signed_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


def seen(client: Client) -> set[str]:
    """The drawings under "My drawings"."""
    tiles = client.get(MINE).context.get("tiles", [])
    return {str(tile["drawing"].pk) for tile in tiles}


@pytest.fixture
def ada() -> Client:
    """A device on which an account was made."""
    client = device()
    sign_up(client)
    return client


# --- on several devices ------------------------------------------------------------


def test_it_works() -> None:
    """Draw, sign up; draw elsewhere, sign in there: both devices show everything."""
    desk, phone = device(), device()
    first = draw(desk)
    assert "1 drawing was made in this browser" in text(desk.get(SIGN_UP))
    assert "Welcome, ada." in text(sign_up(desk))
    second = draw(phone)
    assert "1 drawing of this browser is now in your account." in text(sign_in(phone))
    third = draw(phone)
    assert seen(desk) == seen(phone) == {first, second, third}
    assert Contributor.objects.get().user == User.objects.get()


def test_signing_out_leaves_an_anonymous_device(ada: Client) -> None:
    drawn = draw(ada)
    assert "You are signed out." in text(ada.post(SIGN_OUT, follow=True))
    assert not is_signed_in(ada)
    assert seen(ada) == set()
    other = draw(ada)
    assert seen(ada) == {other}
    sign_in(ada)
    assert seen(ada) == {drawn, other}


def test_the_cookie_from_before_opens_nothing_any_more() -> None:
    client = device()
    draw(client)
    cookie = client.cookies["contributor"].value
    sign_up(client)
    assert client.cookies["contributor"].value == ""
    elsewhere = device()
    elsewhere.cookies["contributor"] = cookie
    assert seen(elsewhere) == set()


def test_receipts_open_what_an_account_has_taken_over() -> None:
    client = device()
    page = stored(client, body(FOUR), content_type="application/json")["page"]
    sign_up(client)
    assert device().get(page).status_code == 200


def test_another_sites_form_brings_nothing_along(ada: Client) -> None:
    phone = device()
    drawn = draw(phone)
    data = {"username": "ada", "password": WORD}
    phone.post(SIGN_IN, data, headers={"Sec-Fetch-Site": "cross-site"})
    assert str(Drawing.objects.get(contributor__user=None).pk) == drawn


# --- who gets in -------------------------------------------------------------------


def test_a_wrong_name_and_a_wrong_password_look_the_same(ada: Client) -> None:
    def refusal(**tried: str) -> str:
        return re.sub(r'value="[^"]*"', "", text(sign_in(device(), **tried)))

    assert "Please enter a correct username and password." in refusal(word="something-else")
    assert refusal(word="something-else") == refusal(name="bob")


def test_who_may_not_log_in_any_more_is_told_no_more_than_others(ada: Client) -> None:
    User.objects.update(is_active=False)
    assert "Please enter a correct username and password." in text(sign_in(device()))
    assert not is_signed_in(ada)


def test_the_session_gets_a_new_key(ada: Client) -> None:
    phone = device()
    phone.get(MINE)
    session = phone.session
    session.save()
    phone.cookies["sessionid"] = before = session.session_key
    sign_in(phone)
    assert phone.cookies["sessionid"].value not in ("", before)


@pytest.mark.parametrize("path", [SIGN_UP, SIGN_IN, SIGN_OUT, PASSWORD, DELETE])
def test_without_its_token_nothing_is_done(ada: Client, path: str) -> None:
    careful = device(enforce_csrf_checks=True)
    careful.cookies["sessionid"] = ada.cookies["sessionid"].value
    assert careful.post(path, {"username": "ada", "password": WORD}).status_code == 403
    assert is_signed_in(ada)


@pytest.mark.parametrize("word", ["short-1", "password123", "84621973548", "adalovelace"])
def test_a_weak_password_is_refused(word: str) -> None:
    response = sign_up(device(), name="adalovelace", word=word)
    assert response.context["form"].errors
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["ada", "Ada", "", "a b", "x" * 151])
def test_a_name_that_is_taken_or_none_is_refused(ada: Client, name: str) -> None:
    assert "username" in sign_up(device(), name=name).context["form"].errors
    assert User.objects.count() == 1


def test_who_is_signed_in_is_led_to_the_account(ada: Client) -> None:
    for path in (SIGN_UP, SIGN_IN):
        assert ada.get(path).headers["Location"] == ACCOUNT
    for path in (ACCOUNT, PASSWORD, DELETE):
        assert device().get(path).headers["Location"] == SIGN_IN


def test_sign_up_can_be_switched_off(ada: Client, settings: Any) -> None:
    settings.SIGN_UP = False
    assert device().get(SIGN_UP).status_code == 404
    assert sign_up(device(), name="bob").status_code == 404
    assert SIGN_UP not in text(device().get(SIGN_IN))
    phone = device()
    sign_in(phone)
    assert is_signed_in(phone)


# --- visitors and staff ------------------------------------------------------------


def test_nobody_signs_up_with_rights() -> None:
    sign_up(device(), is_staff="on", is_superuser="on", groups="1", user_permissions="1")
    user = User.objects.get()
    assert not accounts.is_staff(user)
    assert not user.groups.exists()


def test_visitors_do_not_get_into_the_administration(ada: Client) -> None:
    assert ada.get("/admin/").status_code == 302
    assert ada.get("/admin/", follow=True).status_code == 403
    assert ada.get("/studio/").status_code == 403
    assert ada.get("/api/v1/runs/").status_code == 403


def test_staff_come_in_by_the_same_door(admin_user: User) -> None:
    client = device()
    data = {"username": "admin", "password": "correct-horse"}
    assert client.post(SIGN_IN, data).headers["Location"] == "/studio/"
    assert is_signed_in(client)
    elsewhere = device()
    wanted = elsewhere.get("/admin/recognizer/drawing/", follow=True).redirect_chain[-1][0]
    assert wanted == f"{SIGN_IN}?next=/admin/recognizer/drawing/"
    there = {**data, "next": "/admin/recognizer/drawing/"}
    assert elsewhere.post(SIGN_IN, there).headers["Location"] == there["next"]


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "x:y", "add"]
)
def test_signing_in_leads_to_no_other_site(ada: Client, address: str) -> None:
    data = {"username": "ada", "password": WORD, "next": address}
    assert device().post(SIGN_IN, data).headers["Location"] == MINE


def test_a_session_of_staff_lasts_twelve_hours(admin_client: Client) -> None:
    session = admin_client.session
    session[PROVEN_AT] -= STAFF_SECONDS - 60
    session.save()
    assert is_signed_in(admin_client)
    session[PROVEN_AT] -= 60
    session.save()
    assert not is_signed_in(admin_client)
    assert admin_client.get("/admin/").status_code == 302


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_who_becomes_staff_signs_in_anew_after_twelve_hours(ada: Client, right: str) -> None:
    session = ada.session
    session[PROVEN_AT] -= STAFF_SECONDS
    session.save()
    assert is_signed_in(ada)
    User.objects.update(**{right: True})
    assert not is_signed_in(ada)


def test_staff_change_their_password_and_delete_nothing(admin_client: Client) -> None:
    assert "Studio" in text(admin_client.get(ACCOUNT))
    assert admin_client.get(PASSWORD).status_code == 200
    assert admin_client.post(DELETE).headers["Location"] == ACCOUNT
    assert User.objects.exists()
    assert admin_client.post(SIGN_OUT).status_code == 302
    assert admin_client.get("/admin/").status_code == 302


# --- changed and deleted ------------------------------------------------------------


def change(client: Client, old: str, new: str) -> Any:
    data = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(PASSWORD, data, follow=True)


def test_a_new_password_signs_other_devices_out(ada: Client) -> None:
    phone = device()
    sign_in(phone)
    assert "Your password is changed." in text(change(ada, WORD, OTHER_WORD))
    assert is_signed_in(ada)
    assert not is_signed_in(phone)
    sign_in(phone)
    assert not is_signed_in(phone)
    sign_in(phone, word=OTHER_WORD)
    assert is_signed_in(phone)


def test_the_old_password_is_asked_for(ada: Client) -> None:
    assert "old_password" in change(ada, "wrong", OTHER_WORD).context["form"].errors
    assert "new_password2" in change(ada, WORD, "short").context["form"].errors
    assert User.objects.get().check_password(WORD)


def test_an_account_is_deleted_with_its_drawings(ada: Client) -> None:
    draw(ada)
    assert "with it 1 drawing." in text(ada.get(DELETE))
    assert "That is not your password." in text(ada.post(DELETE, {"password": "wrong"}))
    assert User.objects.exists()
    said = text(ada.post(DELETE, {"password": WORD}, follow=True))
    assert "Your account and its 1 drawing are deleted for good." in said
    for model in (User, Contributor, Drawing):
        assert not model.objects.exists()
    assert not is_signed_in(ada)


def test_the_account_is_part_of_what_is_handed_over(ada: Client) -> None:
    drawn = draw(ada)
    account, _, drawing = map(json.loads, ada.get(EXPORT).getvalue().splitlines())
    assert account["account"]["name"] == "ada"
    assert set(account["account"]) == {"name", "made_at", "last_sign_in_at"}
    assert drawing["id"] == drawn


def test_nothing_of_it_is_kept_on_the_way(ada: Client) -> None:
    for client, paths in ((ada, (ACCOUNT, PASSWORD, DELETE)), (device(), (SIGN_IN, SIGN_UP))):
        for path in paths:
            response = client.get(path)
            assert response.status_code == 200
            assert "no-store" in response.headers["Cache-Control"]
            assert response.headers["X-Robots-Tag"] == "noindex, nofollow"


# --- too often -----------------------------------------------------------------------


@pytest.fixture
def few_tries(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two a minute at one account, and four from one address, in one long minute."""
    monkeypatch.setattr("digitsite.http.throttling.WINDOW", 10**9)
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "login": 2}
    settings.THROTTLE_ADDRESS_SHARES = 2


def test_passwords_are_not_guessed_by_the_thousand(ada: Client, few_tries: None) -> None:
    ada.post(SIGN_OUT)
    answers = [sign_in(device(), word=word).status_code for word in ("one", "two", WORD)]
    assert answers == [200, 200, 429]
    assert "Too many tries." in text(sign_in(ada))
    elsewhere = device(REMOTE_ADDR="10.0.0.2")
    sign_in(elsewhere)
    assert is_signed_in(elsewhere)


def test_an_address_stands_for_a_classroom(few_tries: None) -> None:
    answers = [sign_in(device(), name=name).status_code for name in "abcde"]
    assert answers == [200] * 4 + [429]
    assert sign_up(device(), name="late").status_code == 429
    assert not User.objects.exists()


@pytest.mark.parametrize(("path", "field"), [(PASSWORD, "old_password"), (DELETE, "password")])
def test_a_session_left_open_does_not_help_to_guess(
    ada: Client, few_tries: None, path: str, field: str
) -> None:
    answers = [ada.post(path, {field: word}).status_code for word in ("one", "two", WORD)]
    assert answers == [200, 200, 429]
    assert User.objects.exists()


def test_staff_are_shown_where_their_accounts_are_kept(admin_client: Client) -> None:
    page = admin_client.get("/account/").content.decode()
    assert f'href="{reverse("admin:index")}"' in page
    assert f'href="{reverse("studio:today")}"' in page
