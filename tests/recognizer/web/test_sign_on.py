"""Sign-on by OpenID Connect, at a real provider: who comes in, as whom, and with which role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import requests
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from rest_framework.test import APIClient

from digitsite.http import sessions
from digitsite.models import SignOn
from recognizer.models import Audit, Drawing, ModelVersion
from recognizer.services.roles import Role, role_of
from recognizer.services.team import role_set
from tests.support.drawings import FOUR, body
from tests.support.provider import CLIENT, SECRET, Provider, provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def there(settings: Any) -> Iterator[Provider]:
    with provider() as one:
        settings.OIDC_ISSUER = one.address
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
        settings.OIDC_NAME = "the school"
        yield one


def begin(client: Any, **form: str) -> str:
    """The address of the provider that the site leads to."""
    page = client.post("/account/sign-on/", form)
    assert page.status_code == 200
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.content.decode())
    assert found
    return unescape(found[1])


def sign_on(client: Any, **form: str) -> HttpResponse:
    """The site's answer to who comes back from the provider."""
    gone = requests.get(begin(client, **form), allow_redirects=False, timeout=10)
    answer: HttpResponse = client.get(gone.headers["Location"].replace("http://testserver", ""))
    return answer


def refused(client: Client, answer: HttpResponse) -> bool:
    """Whether nobody was signed in, and the sign-in says so."""
    assert answer.headers["Location"] == "/account/sign-in/"
    page = client.get("/account/sign-in/").content.decode()
    return "did not work" in page and "_auth_user_id" not in client.session


def test_it_works(there: Provider, client: Client) -> None:
    assert b"Sign in with the school" in client.get("/account/sign-in/").content
    answer = sign_on(client)
    assert answer.headers["Location"] == "/mine/"
    user = User.objects.get()
    assert user.username == "ann"
    assert not user.has_usable_password()
    assert not user.is_staff
    assert client.session["_auth_user_id"] == str(user.pk)
    assert answer.cookies["account"].value == str(user.pk)
    assert there.asked[0]["scope"] == "openid profile"
    again = Client()
    sign_on(again)
    assert User.objects.get() == user


def test_it_is_off_without_a_provider(client: Client) -> None:
    assert client.post("/account/sign-on/").status_code == 404
    assert client.get("/account/sign-on/back/?code=1&state=2").status_code == 404
    assert b"Sign in with" not in client.get("/account/sign-in/").content


def test_nothing_more_is_kept_of_a_person(there: Provider, client: Client) -> None:
    there.person |= {"email": "ann@example.org", "name": "Ann Example"}
    sign_on(client)
    user = User.objects.values().get()
    assert (user["email"], user["first_name"], user["last_name"]) == ("", "", "")
    [row] = SignOn.objects.values()
    assert set(row.values()) == {row["id"], there.address, "1", user["id"]}


def test_a_name_that_is_taken_opens_nobody_else_s_account(there: Provider, client: Client) -> None:
    other = User.objects.create_user("Ann", password="correct-horse")
    sign_on(client)
    assert set(User.objects.values_list("username", flat=True)) == {"Ann", "ann-2"}
    assert client.session["_auth_user_id"] != str(other.pk)


@pytest.mark.parametrize("name", ["", "<>", "x" * 400])
def test_any_name_will_do(there: Provider, client: Client, name: str) -> None:
    there.person["preferred_username"] = name
    sign_on(client)
    assert User.objects.get().username in ("member", "x" * 140)


def test_what_the_browser_drew_goes_along(
    there: Provider, visitor: APIClient, live_model: ModelVersion
) -> None:
    visitor.post("/api/v1/drawings/", body(FOUR))
    visitor.handler.enforce_csrf_checks = False
    sign_on(visitor)
    assert Drawing.objects.get().contributor.user == User.objects.get()


def test_a_closed_account_stays_closed(there: Provider, client: Client) -> None:
    sign_on(client)
    User.objects.update(is_active=False)
    other = Client()
    assert sign_on(other).headers["Location"] == "/account/sign-in/"
    assert "_auth_user_id" not in other.session


# --- what is not believed ------------------------------------------------------------------


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "somebody-else"},
        {"aud": ["somebody-else"], "azp": CLIENT},
        {"iss": "https://other.example.org"},
        {"exp": 1},
        {"nonce": "of-another-sign-on"},
        {"nonce": None},
        {"sub": None},
    ],
    ids=str,
)
def test_a_word_for_somebody_else_is_refused(
    there: Provider, client: Client, claims: dict[str, Any]
) -> None:
    there.claims = claims
    assert refused(client, sign_on(client))
    assert not User.objects.exists()


def test_a_forged_signature_is_refused(there: Provider, client: Client) -> None:
    there.forged = True
    assert refused(client, sign_on(client))


def test_who_did_not_begin_here_does_not_end_here(there: Provider, client: Client) -> None:
    """Else somebody could be signed in, by a link, to an account that is not their own."""
    gone = requests.get(begin(Client()), allow_redirects=False, timeout=10)
    address = gone.headers["Location"].replace("http://testserver", "")
    assert refused(client, client.get(address))


def test_whoever_changes_their_mind_there_is_told_so_here(there: Provider, client: Client) -> None:
    begin(client)
    assert refused(client, client.get("/account/sign-on/back/?error=access_denied&state=x"))


def test_a_provider_that_does_not_answer(client: Client, settings: Any) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    assert refused(client, client.post("/account/sign-on/"))


def test_it_leads_to_no_other_site(there: Provider, client: Client) -> None:
    assert sign_on(client, next="https://other.example.org/").headers["Location"] == "/mine/"
    assert sign_on(Client(), next="/about/").headers["Location"] == "/about/"


def test_tries_are_counted(there: Provider, client: Client, settings: Any) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "login": 2}
    begin(client)
    begin(client)
    assert client.post("/account/sign-on/").status_code == 302


# --- roles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ([], None),
        (["teachers"], None),
        (["graders"], Role.REVIEWER),
        (["graders", "it"], Role.ADMIN),
        ("graders", Role.REVIEWER),
        (None, None),
    ],
)
def test_groups_give_roles(
    there: Provider, client: Client, settings: Any, groups: Any, role: Role | None
) -> None:
    settings.OIDC_ROLES = {"reviewer": ["graders"], "trainer": [], "admin": ["it"]}
    there.person["groups"] = groups
    answer = sign_on(client)
    user = User.objects.get()
    assert (role_of(user), user.is_staff) == (role, role is not None)
    assert answer.headers["Location"] == ("/studio/" if role else "/mine/")
    assert client.get("/studio/").status_code == (200 if role else 403)


def test_groups_may_come_with_the_user_info(there: Provider, client: Client, settings: Any) -> None:
    settings.OIDC_ROLES = {"reviewer": ["graders"], "trainer": [], "admin": []}
    there.userinfo = {"groups": ["graders"]}
    sign_on(client)
    assert role_of(User.objects.get()) == Role.REVIEWER
    there.userinfo = {"groups": ["graders"], "sub": "somebody else"}
    sign_on(Client())
    assert role_of(User.objects.get()) is None


def test_who_leaves_a_group_loses_the_role_and_it_is_written_down(
    there: Provider, client: Client, settings: Any
) -> None:
    settings.OIDC_ROLES = {"reviewer": [], "trainer": [], "admin": ["it"]}
    there.person["groups"] = ["it"]
    sign_on(client)
    there.person["groups"] = []
    sign_on(Client())
    assert role_of(User.objects.get()) is None
    roles = [row.after["role"] for row in Audit.objects.filter(what="role").order_by("pk")]
    assert roles == ["admin", None]


def test_without_such_settings_roles_are_given_in_the_studio(
    there: Provider, client: Client, admin_user: User
) -> None:
    there.person["groups"] = ["admin", "it"]
    sign_on(client)
    user = User.objects.get(username="ann")
    assert role_of(user) is None
    role_set(user=user, role=Role.TRAINER, by=admin_user)
    sign_on(Client())
    assert role_of(User.objects.get(username="ann")) == Role.TRAINER


# --- once more, before what much hangs on -----------------------------------------------------


def forget_the_proof(client: Client) -> None:
    session = client.session
    session[sessions.PROVEN_AT] -= sessions.SENSITIVE_SECONDS + 1
    session.save()


def test_who_has_no_password_signs_on_once_more(
    there: Provider, client: Client, settings: Any
) -> None:
    settings.OIDC_ROLES = {"reviewer": [], "trainer": [], "admin": ["it"]}
    there.person["groups"] = ["it"]
    sign_on(client)
    forget_the_proof(client)
    asked = client.post("/studio/team/new/", {"name": "bob", "role": "reviewer"})
    assert asked.status_code == 403
    page = asked.content.decode()
    assert "Sign in with the school" in page
    assert 'name="password"' not in page
    waits = re.search(r'name="interrupted" value="([^"]+)"', page)
    assert waits
    answer = sign_on(client, again="1", interrupted=waits[1])
    assert there.asked[-1]["prompt"] == "login"
    assert b"bob" in answer.content
    client.post("/studio/team/new/", {"name": "bob", "role": "reviewer"})
    assert User.objects.filter(username="bob").exists()


def test_a_provider_that_does_not_ask_once_more_proves_nothing(
    there: Provider, client: Client
) -> None:
    sign_on(client)
    forget_the_proof(client)
    before = client.session[sessions.PROVEN_AT]
    there.claims = {"auth_time": 1}
    assert sign_on(client, again="1").headers["Location"] == "/account/sign-in/"
    assert client.session[sessions.PROVEN_AT] == before


def test_an_account_without_a_password_is_deleted_by_who_has_just_signed_on(
    there: Provider, client: Client
) -> None:
    sign_on(client)
    assert b"Change password" not in client.get("/account/").content
    forget_the_proof(client)
    asked = client.post("/account/delete/")
    assert asked.headers["Location"] == "/account/confirm/?next=/account/delete/"
    assert b"Sign in with the school" in client.get(asked.headers["Location"]).content
    answer = sign_on(client, again="1", next="/account/delete/")
    assert answer.headers["Location"] == "/account/delete/"
    assert client.get("/account/delete/").status_code == 200
    assert User.objects.exists()
    client.post("/account/delete/", {"yes": "1"})
    assert not User.objects.exists()
    assert not SignOn.objects.exists()
